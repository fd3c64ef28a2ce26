"""Erases and exports what sessions hold of a person (M13). Inside the workspace's scope.

Texts are cleaned by the core, at every place that :mod:`optimizer.personal` names; what is done here is what a text
with a hole would not do: an account to tag goes as a whole.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from aura.privacy.registry import Erasure, Section
from aura.privacy.subjects import Identifiers, mentioned
from optimizer.models import Optimization, PlatformOutput

TEXTS = ("caption", "title", "alt_text")
CHUNK = 500


def named() -> Iterator[tuple[str, str]]:
    """(user name, "") of everybody whom sessions name: accounts to tag, and names behind an @ in texts."""
    for found in Optimization.objects.exclude(accounts=[]).values_list("accounts", flat=True).iterator(CHUNK):
        yield from ((name, "") for account in found if (name := _name(account)))
    for text in Optimization.objects.filter(description__contains="@").values_list("description", flat=True):
        yield from ((name, "") for name in mentioned(text))
    captions = PlatformOutput.objects.filter(caption__contains="@").values_list("caption", flat=True)
    for text in captions.iterator(CHUNK):
        yield from ((name, "") for name in mentioned(text))


def erase(work: Erasure) -> None:
    """Take the person out of the accounts to tag and out of the hashtags; the counts are of these."""
    for session in _naming(_tagging(), work.who, "said"):
        left = [account for account in session.accounts if not _is(account, work.who)]
        if len(left) < len(session.accounts):
            work.counts[Optimization._meta.db_table] += len(session.accounts) - len(left)
            Optimization.objects.filter(pk=session.pk).update(accounts=left)
    outputs = PlatformOutput.objects.exclude(hashtags=[]).annotate(said=Cast("hashtags", TextField()))
    for output in _naming(outputs, work.who, "said"):
        tags = [tag for tag in output.hashtags if not work.who.in_text(tag)]
        if len(tags) < len(output.hashtags):
            work.counts[PlatformOutput._meta.db_table] += len(output.hashtags) - len(tags)
            PlatformOutput.objects.filter(pk=output.pk).update(hashtags=tags)


def sections(who: Identifiers) -> Iterable[Section]:
    """For an export: where the person was named as an account to tag, and the texts that name them."""
    tagged = [
        {"session": str(session.pk), "created_at": session.created_at, **_flat(account)}
        for session in _naming(_tagging(), who, "said")
        for account in session.accounts
        if _is(account, who)
    ]
    texts = [
        {"session": str(session.pk), "platform": "", "kind": "description", "text": session.description}
        for session in _naming(Optimization.objects.all(), who, "description")
        if who.in_text(session.description)
    ]
    for output in _naming(PlatformOutput.objects.all(), who, *TEXTS):
        for kind in TEXTS:
            if who.in_text(text := getattr(output, kind)):
                place = {"session": str(output.optimization_id), "platform": output.platform}
                texts.append({**place, "kind": kind, "text": text})
    found = (Section("accounts-to-tag", tagged), Section("session-texts", texts))
    return [section for section in found if section.rows]


def _tagging() -> QuerySet[Optimization]:
    return Optimization.objects.exclude(accounts=[]).annotate(said=Cast("accounts", TextField()))


def _naming(rows: QuerySet[Any], who: Identifiers, *columns: str) -> Iterator[Any]:
    """Rows in which one of the names stands as letters; which of them mean the person, the caller sees."""
    wanted = Q()
    for needle in who.needles:
        for column in columns:
            wanted |= Q(**{f"{column}__icontains": needle})
    return rows.filter(wanted).iterator(CHUNK) if wanted else iter(())


def _name(account: Any) -> str:
    name = account.get("username", "") if isinstance(account, dict) else ""
    return str(name).lower().removeprefix("@")


def _is(account: Any, who: Identifiers) -> bool:
    return bool(_name(account)) and who.is_whole(_name(account))


def _flat(account: dict[str, Any]) -> dict[str, Any]:
    sources = [one for one in account.get("sources") or () if isinstance(one, dict)]
    return {name: account.get(name, "") for name in ("platform", "username", "url", "why")} | {
        "sources": "\n".join(str(one.get("url", "")) for one in sources)
    }
