"""Who comes back to an account, and how the talk is spread (A6, A7)."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.conf import settings

from audience import loyalty as pure
from audience.anonymity import exact_table, hidden_cells
from audience.models import AudienceCohort, TrackedAccount
from audience.queries.kept import kept
from audience.queries.matching import account_key
from audience.queries.segments import SUPPRESSED, everybody, histogram, ranged, segment_sums, share_of

CLASSES = ("new", "returning", "loyal")
PARTS = (0.01, 0.1, 0.5)


def loyalty(account: TrackedAccount) -> dict[str, Any]:
    """Loyal people, months, cohorts and concentration of an account.

    ``{account, k, definition, people, dated, loyal: {count, share, low, high}, months: [{month, people, new, returning,
    loyal}], cohorts: [{cohort, people, later: [{months, people, share, low, high}]}], concentration: {comments, gini,
    top: [{part, share, low, high}]}}``; what has too few people is ``{"suppressed": true}``.
    """
    return kept("loyalty", [account], lambda: _loyalty(account))


def _loyalty(account: TrackedAccount) -> dict[str, Any]:
    k, key = settings.AURA_K_ANONYMITY, account_key(account)
    found = segment_sums(account)
    whole = everybody(found)
    answer: dict[str, Any] = {
        "account": account.username,
        "k": k,
        "definition": {"posts": pure.LOYAL_POSTS, "weeks": pure.LOYAL_WEEKS},
        "people": None,
        "dated": None,
        "loyal": SUPPRESSED,
        "months": [],
        "cohorts": [],
        "concentration": None,
    }
    if whole.people < k:
        return answer
    cells = AudienceCohort.objects.filter(account=account).values_list("cohort", "month", "people", "loyal")
    cohorts = {(cohort, month): (people, loyal) for cohort, month, people, loyal in cells}
    rest = whole.people - whole.loyal
    table = exact_table({"loyal": whole.loyal, "rest": rest}, ("loyal", "rest"), whole.people, k, key)
    count = table.counts["loyal"]
    return answer | {
        "people": whole.people,
        "dated": sum(people for (first, month), (people, _) in cohorts.items() if first == month),
        "loyal": SUPPRESSED if count is None else {"count": count, **share_of(count, whole.people)},
        "months": [_month(month, k, key) for month in pure.months(cohorts)],
        "cohorts": _cohorts(cohorts, k, key),
        "concentration": _concentration(whole.comments, histogram(found)),
    }


def _month(month: pure.Month, k: int, key: int) -> dict[str, Any]:
    """One month; its classes are a table whose total is public, hidden as such."""
    told: dict[str, Any] = {"month": month.month.isoformat()}
    if month.people < k:
        return told | SUPPRESSED
    counts = {name: getattr(month, name) for name in CLASSES}
    hidden = hidden_cells(counts, k, key)
    return told | {
        "people": month.people,
        **{
            name: SUPPRESSED if name in hidden else {"count": count, **share_of(count, month.people)}
            for name, count in counts.items()
        },
    }


def _hidden(cohorts: pure.Cohorts, k: int, key: int) -> set[tuple[date, date]]:
    """Cells that may not be told. Who came back in a month are known in sum, so each month is a table of its own."""
    hidden = {place for place, (people, _) in cohorts.items() if place[0] == place[1] and people < k}
    for month in {place[1] for place in cohorts}:
        back = {first.isoformat(): n for (first, other), (n, _) in cohorts.items() if other == month != first}
        hidden |= {(date.fromisoformat(first), month) for first in hidden_cells(back, k, key)}
    return hidden


def _cohorts(cohorts: pure.Cohorts, k: int, key: int) -> list[dict[str, Any]]:
    hidden = _hidden(cohorts, k, key)
    last = max((month for _, month in cohorts), default=None)
    found = []
    for first, later in pure.retention(cohorts).items():
        size = later.get(0, 0)
        told: dict[str, Any] = {"cohort": first.isoformat()}
        if (first, first) in hidden or last is None:
            found.append(told | SUPPRESSED | {"later": []})
            continue
        reach = 12 * (last.year - first.year) + last.month - first.month
        cells = [_later(first, months, later.get(months, 0), size, hidden) for months in range(1, reach + 1)]
        found.append(told | {"people": size, "later": cells})
    return found


def _later(first: date, months: int, people: int, size: int, hidden: Iterable[tuple[date, date]]) -> dict[str, Any]:
    place = first.year * 12 + first.month - 1 + months
    month = date(place // 12, place % 12 + 1, 1)
    if not people or (first, month) in hidden:
        return {"months": months, **SUPPRESSED}
    return {"months": months, "people": people, **share_of(people, size)}


def _concentration(comments: int, people: dict[int, int]) -> dict[str, Any]:
    return {
        "comments": comments,
        "gini": ranged(pure.gini_range(people), 4),
        "top": [{"part": part, **_share(pure.top_range(people, part))} for part in PARTS],
    }


def _share(figure: pure.Figure) -> dict[str, float]:
    return {"share": round(figure.value, 6), "low": round(figure.low, 6), "high": round(figure.high, 6)}
