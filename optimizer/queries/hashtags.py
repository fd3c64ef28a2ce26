"""What the workspace knows about hashtags: its own table over the shipped one, and what it used before (O4).

Inside the workspace's scope. What is read is bounded, however large the table is and however many sessions there were.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, F, Max, QuerySet

from optimizer.hashtags import Refused, TagRow, Used, hashtag, key_of, starter
from optimizer.models import PlatformOutput, StoredHashtag

MOST_OF_NICHES: Final = 400
"""Of the table's hashtags in the niches of a picture, those with most posts."""
MOST_CANDIDATES: Final = 1000
FORMER_OUTPUTS: Final = 600
MOST_USED: Final = 200
WORDS: Final = 6
DONE: Final = "done"


def hashtags(filters: dict[str, Any] | None = None) -> QuerySet[StoredHashtag]:
    """The table, most posts first; ``filters`` may hold ``q`` (parts of names), ``niche``, ``banned``."""
    asked = filters or {}
    rows = named(StoredHashtag.objects.all(), str(asked.get("q") or ""))
    if niche := str(asked.get("niche") or "").strip().lower():
        rows = rows.filter(niches__contains=[niche])
    if (banned := asked.get("banned")) is not None:
        rows = rows.filter(banned=banned)
    return rows.order_by(F("posts").desc(nulls_last=True), "name")


def named(rows: QuerySet[StoredHashtag], words: str) -> QuerySet[StoredHashtag]:
    """Those in whose names every word stands."""
    for word in words.replace("#", " ").split()[:WORDS]:
        key = "".join(letter for letter in key_of(word) if letter.isalnum())
        rows = rows.filter(key__contains=key) if key else rows.none()
    return rows


def table_for(candidates: Iterable[str] = (), niches: Iterable[str] = ()) -> Sequence[TagRow] | None:
    """The shipped table with the workspace's own over it, for :func:`optimizer.hashtags.choose`; None without own rows.

    Of the workspace's rows those that matter for a choice: those of ``candidates`` (a model's and those used before),
    of shipped hashtags, and in ``niches`` those with most posts. A hashtag that either table bans is banned.
    """
    own = StoredHashtag.objects.all()
    if not own.exists():
        return None
    keys = {key for said in [*candidates][:MOST_CANDIDATES] if (key := _key(said))} | set(_shipped())
    wanted = sorted({niche.strip().lower() for niche in niches} - {""})
    found = list(own.filter(key__in=keys))
    if wanted:
        found += own.filter(niches__overlap=wanted).order_by(F("posts").desc(nulls_last=True), "name")[:MOST_OF_NICHES]
    merged = dict(_shipped())
    for row in found:
        merged[row.key] = _over(row, _shipped().get(row.key))
    return tuple(merged.values())


def known_for(
    candidates: Iterable[str], niches: Iterable[str], *, besides: UUID | None = None
) -> tuple[Sequence[TagRow] | None, tuple[Used, ...]]:
    """Table and history for a choice among ``candidates``, such that what the workspace bans is banned in both."""
    used = history(besides)
    return table_for([*candidates, *(one.name for one in used)], niches), used


def state_of_table() -> str:
    """Changes with every change of the workspace's own table."""
    found = StoredHashtag.objects.aggregate(rows=Count("pk"), last=Max("changed_at"))
    return f"{found['rows']} {found['last']}"


def history(besides: UUID | None = None) -> tuple[Used, ...]:
    """Hashtags of the workspace's newest finished platforms, those of most sessions first, at most ``MOST_USED``.

    A hashtag counts once a session, on however many platforms. ``besides`` is a session that does not count. How its
    posts did is not known here, so ``lift`` is None.
    """
    rows = PlatformOutput.objects.filter(state=DONE).exclude(hashtags=[])
    if besides is not None:
        rows = rows.exclude(optimization_id=besides)
    newest = rows.order_by("-optimization__created_at", "-optimization_id", "number")
    told = newest.values_list("optimization_id", "hashtags", "optimization__analysis__niches")[:FORMER_OUTPUTS]
    sessions: dict[str, set[UUID]] = {}
    about: dict[str, Counter[str]] = {}
    for session, names, niches in told:
        for name in {name for said in names if isinstance(said, str) and (name := _name(said))}:
            if session not in sessions.setdefault(name, set()):
                sessions[name].add(session)
                about.setdefault(name, Counter()).update(str(niche).lower() for niche in niches or ())
    most = sorted(sessions, key=lambda name: (-len(sessions[name]), name))[:MOST_USED]
    return tuple(Used(n, len(sessions[n]), niches=tuple(niche for niche, _ in about[n].most_common(3))) for n in most)


@cache
def _shipped() -> dict[str, TagRow]:
    return {key_of(row.name): row for row in starter()}


def _over(row: StoredHashtag, shipped: TagRow | None) -> TagRow:
    """A row of the workspace over the shipped one; a ban of either stays."""
    own = TagRow(row.name, "", row.posts, row.banned, tuple(row.niches), own=True)
    if shipped is None:
        return own
    both = tuple(dict.fromkeys((*own.niches, *shipped.niches)))
    posts = shipped.posts if own.posts is None else own.posts
    return replace(own, size=shipped.size, posts=posts, banned=own.banned or shipped.banned, niches=both)


def _name(said: str) -> str:
    try:
        return hashtag(said)
    except Refused:
        return ""


def _key(said: str) -> str:
    return key_of(_name(said))
