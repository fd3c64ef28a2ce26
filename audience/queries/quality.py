"""Which kinds of accounts an audience has, and its score (A6, A7). Only publishable figures go into the score."""

from typing import Any

from django.conf import settings

from audience import quality as pure
from audience import types as pure_types
from audience.models import TrackedAccount
from audience.queries.demographics import BOT, demographics
from audience.queries.kept import kept
from audience.queries.loyalty import loyalty
from audience.queries.segments import SUPPRESSED, everybody, kind_table, segment_sums, share_of

LEAST_COVERAGE = 0.2
"""Where follower figures are known of fewer people than this share, the classes do not count into the score."""


def types(account: TrackedAccount) -> dict[str, Any]:
    """The classes of an account's people: ``{account, k, people, judged, coverage, kinds: [{value, label, count, share,
    low, high}], signals: [{name, words, weight, count, share}], rules}``."""
    return kept("types", [account], lambda: _types(account))


def _types(account: TrackedAccount) -> dict[str, Any]:
    k = settings.AURA_K_ANONYMITY
    found = segment_sums(account)
    people = everybody(found).people
    masks = {
        value.partition(":"): sums.people
        for value, sums in found.get("signals", {}).items()
        if not value.startswith(f"{pure_types.UNKNOWN}:")
    }
    judged = sum(masks.values())
    answer: dict[str, Any] = {
        "account": account.username,
        "k": k,
        "people": None,
        "judged": None,
        "coverage": None,
        "kinds": [{"value": kind, "label": pure_types.KIND_WORDS[kind], **SUPPRESSED} for kind in pure_types.KINDS],
        "signals": [],
        "rules": _rules(),
    }
    if people < k:
        return answer
    answer |= {"people": people, "judged": judged, "coverage": round(judged / people, 6)}
    if judged < k:
        return answer
    table = kind_table(account, found, k)
    by_mask: dict[int, int] = {}
    for (_, _, mask), number in masks.items():
        by_mask[int(mask)] = by_mask.get(int(mask), 0) + number
    counts = pure_types.signal_counts(by_mask)
    return answer | {
        "kinds": [
            {"value": kind, "label": pure_types.KIND_WORDS[kind], **_told(table.counts[kind], judged)}
            for kind in pure_types.KINDS
        ],
        "signals": [
            {"name": s.name, "words": s.words, "weight": s.weight, **_told(_safe(counts[s.name], judged, k), judged)}
            for s in pure_types.SIGNALS
        ],
    }


def _told(count: int | None, people: int) -> dict[str, Any]:
    return SUPPRESSED if count is None else {"count": count, **share_of(count, people)}


def _safe(count: int, people: int, k: int) -> int | None:
    """A count only where both those who have something and those who have not are enough."""
    return count if min(count, people - count) >= k else None


def _rules() -> dict[str, int]:
    return {
        "many_followers": pure_types.MANY_FOLLOWERS,
        "many_followed": pure_types.MANY_FOLLOWED,
        "suspicious_from": pure_types.ENOUGH,
    }


def quality(account: TrackedAccount) -> dict[str, Any]:
    """The score of an audience: ``{account, k, score, low, high, refused, parts: [{name, label, words, weight, used,
    share, low, high, people, mark, points, missing}]}``; ``score`` is null where it is refused."""
    return kept("quality", [account], lambda: _quality(account))


def _quality(account: TrackedAccount) -> dict[str, Any]:
    k = settings.AURA_K_ANONYMITY
    found = segment_sums(account)
    whole = everybody(found)
    people = whole.people if whole.people >= k else 0
    told = pure.score(_shares(account, people) if people else {}, people)
    answer = {"account": account.username, "k": k, "refused": told.refused}
    answer |= {name: _rounded(getattr(told, name), 1) for name in ("score", "low", "high")}
    return answer | {"parts": [_part(part) for part in told.parts]}


def _part(part: pure.Part) -> dict[str, Any]:
    rule, given = part.rule, part.given
    row: dict[str, Any] = {"name": rule.name, "label": rule.label, "words": rule.words, "weight": rule.weight}
    row |= {"used": _rounded(part.weight, 1), "mark": _rounded(part.mark, 4), "points": _rounded(part.points, 1)}
    row |= {name: _rounded(getattr(given, name, None), 6) for name in ("share", "low", "high")}
    return row | {"people": given.people if given else None, "missing": part.missing}


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def _of(count: float, people: float) -> pure.Share:
    return pure.Share(**share_of(count, people), people=round(people))


def _shares(account: TrackedAccount, people: int) -> dict[str, pure.Share | None]:
    k = settings.AURA_K_ANONYMITY
    found = segment_sums(account)
    whole, talk = everybody(found), loyalty(account)
    shares: dict[str, pure.Share | None] = {}
    kinds = kind_table(account, found, k).filled()
    judged = sum(kinds.values())
    if judged >= LEAST_COVERAGE * people:
        shares["genuine"] = _of(kinds[pure_types.REAL] + kinds[pure_types.INFLUENCER], judged)
    read = demographics(account).tables["profile_type"].filled()
    if total := sum(read.values()):
        shares["human"] = _of(total - read[BOT], total)
    loyal = talk["loyal"]
    if not loyal.get("suppressed"):
        shares["loyal"] = pure.Share(loyal["share"], loyal["low"], loyal["high"], people)
    top = next(entry for entry in talk["concentration"]["top"] if entry["part"] == pure.TOP_FULL)
    shares["spread"] = pure.Share(top["share"], top["low"], top["high"], people)
    # Comments of one person are alike, so the range is that of as many samples as there are people.
    shares["original"] = _of(people * (1 - whole.copies / whole.comments), people)
    return shares
