"""How the groups of an audience engage: comments a person, likes a comment, share of loyal people (A6, A7)."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from audience import loyalty, statistics, types
from audience.anonymity import OTHER, UNKNOWN, Table, exact_grid, exact_table
from audience.loyalty import Sums
from audience.models import AudienceSegment, TrackedAccount
from audience.queries.demographics import demographics
from audience.queries.kept import kept
from audience.queries.matching import account_key

DIMENSIONS = ("gender", "age", "profile_type", "language", "kind")
LOYAL, REST = "loyal", "rest"
SUMS = (
    "people",
    "comments",
    "likes",
    "comments_squared",
    "likes_squared",
    "likes_comments",
    "loyal",
    "copies",
)
SUPPRESSED: dict[str, Any] = {"suppressed": True}

Segments = Mapping[str, Mapping[str, Sums]]


def segment_sums(account: TrackedAccount) -> dict[str, dict[str, Sums]]:
    """All sums over an account's people, by dimension and value; see :class:`AudienceSegment`."""
    found: dict[str, dict[str, Sums]] = {}
    rows = AudienceSegment.objects.filter(account=account).values_list("dimension", "value", *SUMS)
    for dimension, value, *sums in rows:
        found.setdefault(dimension, {})[value] = Sums(*map(int, sums))
    return found


def everybody(found: Segments) -> Sums:
    """The sums over all people of an account."""
    return found.get("all", {}).get("", loyalty.NOBODY)


def histogram(found: Segments) -> dict[int, int]:
    """How many people wrote how many comments: ``{comments: people}``."""
    return {int(value): sums.people for value, sums in found.get("comments", {}).items()}


def by_kind(found: Segments) -> dict[str, Sums]:
    """The sums by class of account."""
    kinds: dict[str, Sums] = {}
    for value, sums in found.get("signals", {}).items():
        kind = value.partition(":")[0]
        kinds[kind] = kinds.get(kind, loyalty.NOBODY) + sums
    return kinds


def kind_table(account: TrackedAccount, found: Segments, k: int) -> Table:
    """The publishable table of the classes of accounts, of those judged."""
    counts = {kind: sums.people for kind, sums in by_kind(found).items() if kind != types.UNKNOWN}
    return exact_table(counts, types.KINDS, sum(counts.values()), k, account_key(account))


def ranged(figure: loyalty.Figure | None, digits: int = 2) -> dict[str, float] | None:
    """A figure with its range as JSON, to so many decimals."""
    if figure is None:
        return None
    return {name: round(getattr(figure, name), digits) for name in ("value", "low", "high")}


def share_of(count: float, people: float, noise: float = 0.0) -> dict[str, float]:
    """A share with Wilson's range, widened by the noise of the count."""
    share = min(1.0, count / people)
    low, high = statistics.wilson(share, statistics.effective_size(share, people, noise))
    return {"share": round(share, 6), "low": round(min(low, share), 6), "high": round(max(high, share), 6)}


def segments(account: TrackedAccount) -> dict[str, Any]:
    """Engagement by group: ``{account, k, people, all: {…}, gender: […], age: […], profile_type, language, kind}``.

    A group is hidden where demographics hide it. Its count of loyal people is rounded at random where a small group
    would follow from the exact one, which the range takes in.
    """
    return kept("segments", [account], lambda: _segments(account))


def _segments(account: TrackedAccount) -> dict[str, Any]:
    k = settings.AURA_K_ANONYMITY
    found = segment_sums(account)
    whole = everybody(found)
    answer: dict[str, Any] = {"account": account.username, "k": k, "people": None, "all": SUPPRESSED}
    if whole.people < k:
        return answer | {dimension: [] for dimension in DIMENSIONS}
    tables = demographics(account).tables | {"kind": kind_table(account, found, k)}
    groups = {**found, "kind": by_kind(found)}
    split = exact_table({LOYAL: whole.loyal}, (LOYAL,), whole.people, k, account_key(account)).counts[LOYAL]
    answer |= {"people": whole.people, "all": _figures(whole, split, 0.0)}
    for dimension in DIMENSIONS:
        answer[dimension] = _dimension(account, groups.get(dimension, {}), tables[dimension], k)
    return answer


def _figures(sums: Sums, loyal: int | None, noise: float) -> dict[str, Any]:
    return {
        "people": sums.people,
        "comments_per_person": ranged(loyalty.comments_a_person(sums)),
        "likes_per_comment": ranged(loyalty.likes_a_comment(sums)),
        "loyal": SUPPRESSED if loyal is None else share_of(loyal, sums.people, noise),
    }


def _dimension(account: TrackedAccount, groups: Mapping[str, Sums], table: Table, k: int) -> list[dict[str, Any]]:
    """One dimension; values that the table does not name stand under "other" where it has that, else are unknown."""
    named: dict[str, Sums] = {}
    for value, sums in groups.items():
        if value:
            place = value if value in table.counts else OTHER if OTHER in table.counts and value != UNKNOWN else UNKNOWN
            named[place] = named.get(place, loyalty.NOBODY) + sums
    counts = {(value, LOYAL): sums.loyal for value, sums in named.items()}
    counts |= {(value, REST): sums.people - sums.loyal for value, sums in named.items()}
    key, total = account_key(account), loyalty.summed(named.values())
    columns = exact_table({LOYAL: total.loyal, REST: total.people - total.loyal}, (LOYAL, REST), total.people, k, key)
    grid = exact_grid(counts, table, columns, k, key=key)
    return [
        {"value": value, **SUPPRESSED}
        if count is None or value not in named
        else {"value": value, **_figures(named[value], _told(grid.counts, value, count), grid.noise)}
        for value, count in table.counts.items()
    ]


def _told(counts: Mapping[tuple[str, str], int | None], value: str, people: int) -> int | None:
    """How many of a group are loyal, only where the rest of it is large enough as well."""
    loyal, rest = counts[value, LOYAL], counts[value, REST]
    return None if loyal is None or rest is None else min(loyal, people)
