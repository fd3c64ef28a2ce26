"""Two audiences, or two periods of one account, side by side (A6, A7). Built from published figures alone."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from math import sqrt
from statistics import fmean, stdev
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Sum

from audience import comparing as pure
from audience import loyalty, statistics
from audience.anonymity import OTHER
from audience.loyalty import Sums
from audience.models import AudienceDay, TrackedAccount
from audience.packed import squares
from audience.queries import packs
from audience.queries.activity import daily
from audience.queries.demographics import DIMENSIONS, Demographics, demographics
from audience.queries.kept import kept
from audience.queries.matching import audience_where
from audience.queries.segments import everybody, histogram, segment_sums

LEAST_DAYS = 7
# Grouped twice: few people differ in how much they wrote and were liked, and the squares are dear.
SUMS = """
SELECT coalesce(sum(p), 0)::bigint, coalesce(sum(p * n), 0)::bigint, coalesce(sum(p * l), 0)::bigint,
    coalesce(sum(p * n * n), 0)::bigint, coalesce(sum(p * l::numeric * l), 0), coalesce(sum(p * l::numeric * n), 0)
FROM (
    SELECT n, l, count(*) AS p FROM (
        SELECT commenter_id, count(*) AS n, coalesce(sum(likes), 0)::bigint AS l FROM audience_comment WHERE {where}
        GROUP BY commenter_id
    ) AS c GROUP BY n, l
) AS g
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """One side of a comparison; days are UTC and both included, None is open."""

    account: TrackedAccount
    start: date | None = None
    end: date | None = None

    @property
    def whole(self) -> bool:
        return not (self.start or self.end)


@dataclass(frozen=True, slots=True)
class Told:
    """What is published of one side."""

    asked: Asked
    found: Demographics
    answer: dict[str, Any]
    sums: Sums
    back: int | None
    days: list[int]
    people_by_comments: Mapping[int, int]


def compare(a: Asked, b: Asked) -> dict[str, Any]:
    """``{k, a, b, same_account, words, notes, rows: [{topic, name, label, measure, a, b, difference, low, high, effect,
    size, p, adjusted, verdict, words}]}``; a side of a row is ``{"suppressed": true}`` where it may not be shown."""
    periods = (a.start, a.end, b.start, b.end)
    return kept("compare", [a.account, b.account], lambda: _compare(a, b), *periods)


def _compare(a: Asked, b: Asked) -> dict[str, Any]:
    first, second = _told(a), _told(b)
    rows: list[pure.Row] = []
    if min(first.sums.people, second.sums.people) >= settings.AURA_K_ANONYMITY:
        rows = pure.compared([*_shares(first, second), *_talk(first, second)])
    return {
        "k": settings.AURA_K_ANONYMITY,
        "a": _side(first),
        "b": _side(second),
        "same_account": a.account.pk == b.account.pk,
        "words": pure.counted_words(rows),
        "notes": list(_notes(first, second)),
        "rows": [_row(row) for row in rows],
    }


def _told(asked: Asked) -> Told:
    account = asked.account
    # Held from here on, it is read once for both.
    crowd = None if asked.whole else packs.commenting(account, asked.start, asked.end, None)
    found = demographics(account, start=asked.start, end=asked.end)
    days = [comments for _, comments in daily(account, start=asked.start, end=asked.end)]
    if asked.whole:
        segments = segment_sums(account)
        return Told(asked, found, found.as_json(), everybody(segments), None, days, histogram(segments))
    sums = period_sums(asked, crowd)
    return Told(asked, found, found.as_json(), sums, _back(asked, sums), days, {})


def period_sums(asked: Asked, found: packs.Found | None = None) -> Sums:
    """The sums over the people of a period; ``found`` are they, where the caller knows."""
    if found := found or packs.commenting(asked.account, asked.start, asked.end, None):
        return Sums(*squares(found.crowd))
    return counted_sums(asked)


def counted_sums(asked: Asked) -> Sums:
    """:func:`period_sums`, by reading every comment of the period."""
    where, values = audience_where(asked.account, asked.start, asked.end, None)
    with connection.cursor() as cursor:
        cursor.execute(SUMS.format(where=where), values)
        return Sums(*map(int, cursor.fetchone()))


def _back(asked: Asked, sums: Sums) -> int | None:
    """People of a period who had commented before it: all but those who began in it. None without a beginning."""
    if asked.start is None:
        return None
    new = AudienceDay.objects.filter(account=asked.account, day__gte=asked.start)
    if asked.end:
        new = new.filter(day__lte=asked.end)
    return max(0, sums.people - (new.aggregate(n=Sum("new_people"))["n"] or 0))


def _side(told: Told) -> dict[str, Any]:
    asked, enough = told.asked, told.sums.people >= settings.AURA_K_ANONYMITY
    return {
        "id": str(asked.account.pk),
        "account": asked.account.username,
        "from": asked.start.isoformat() if asked.start else None,
        "to": asked.end.isoformat() if asked.end else None,
        "people": told.sums.people if enough else None,
        "comments": told.sums.comments if enough else None,
    }


def _notes(a: Told, b: Told) -> Iterator[str]:
    models = {told.answer["method"].get("model") for told in (a, b)} - {None}
    if len(models) > 1:
        yield "The two sides were read by different models, whose errors differ: part of a difference may be theirs."
    if not (a.asked.whole and b.asked.whole):
        yield "Counts of a period are blurred to protect people; the tests take that in."
    yield "People who comment on both sides count on both, which makes the tests careful."


def _shares(a: Told, b: Told) -> Iterator[pure.Row]:
    for dimension in DIMENSIONS:
        names = [entry["value"] for entry in a.answer[dimension]]
        names += [entry["value"] for entry in b.answer[dimension] if entry["value"] not in names]
        for name in names:
            if name != OTHER:
                yield pure.Row(dimension, name, name, _share(a, dimension, name), _share(b, dimension, name))


def _share(told: Told, dimension: str, name: str) -> pure.Side | None:
    """A share as the report gives it, with the published count that it is tested on."""
    table = told.found.tables[dimension]
    entry = next((e for e in told.answer[dimension] if e["value"] == name and not e.get("suppressed")), None)
    if entry is None:
        return None
    people = sum(table.filled().values())
    return pure.Side(entry["share"], entry["low"], entry["high"], min(entry["count"], people), people, table.noise)


def _of(count: int, people: int) -> pure.Side | None:
    """A share of people by what they do; None where those who do or those who do not are too few."""
    if min(count, people - count) < settings.AURA_K_ANONYMITY:
        return None
    low, high = statistics.wilson(count / people, people)
    return pure.Side(count / people, low, high, count, people)


def _mean(figure: loyalty.Figure | None) -> pure.Side | None:
    return pure.Side(figure.value, figure.low, figure.high) if figure else None


def _daily(days: list[int]) -> pure.Side | None:
    """Mean comments a day; its range takes days as independent, None for less than a week."""
    if len(days) < LEAST_DAYS:
        return None
    mean, half = fmean(days), statistics.Z95 * stdev(days) / sqrt(len(days))
    return pure.Side(mean, max(0.0, mean - half), mean + half)


def _both(
    topic: str,
    name: str,
    label: str,
    sides: tuple[pure.Side | None, pure.Side | None],
    measure: str = pure.MEAN,
) -> pure.Row:
    return pure.Row(topic, name, label, sides[0], sides[1], measure)


def _talk(a: Told, b: Told) -> Iterator[pure.Row]:
    yield _both("activity", "per_day", "Comments a day", (_daily(a.days), _daily(b.days)))
    each = _mean(loyalty.comments_a_person(a.sums)), _mean(loyalty.comments_a_person(b.sums))
    yield _both("activity", "per_person", "Comments a person", each)
    likes = _mean(loyalty.likes_a_comment(a.sums)), _mean(loyalty.likes_a_comment(b.sums))
    yield _both("activity", "likes", "Likes a comment", likes)
    if a.asked.whole and b.asked.whole:
        loyal = _of(a.sums.loyal, a.sums.people), _of(b.sums.loyal, b.sums.people)
        yield _both("loyalty", "loyal", "Loyal people", loyal, pure.SHARE)
        tops = _mean(loyalty.top_range(a.people_by_comments)), _mean(loyalty.top_range(b.people_by_comments))
        yield _both("loyalty", "top", "Comments by the most active tenth", tops, pure.PART)
    elif a.back is not None and b.back is not None:
        back = _of(a.back, a.sums.people), _of(b.back, b.sums.people)
        yield _both("loyalty", "back", "People who had commented before", back, pure.SHARE)


def _row(row: pure.Row) -> dict[str, Any]:
    told: dict[str, Any] = {"topic": row.topic, "name": row.name, "label": row.label, "measure": row.measure}
    told |= {name: _rounded(getattr(row, name)) for name in ("difference", "low", "high", "effect", "p", "adjusted")}
    sides = {name: _shown(getattr(row, name)) for name in ("a", "b")}
    return told | sides | {"size": row.size, "verdict": row.verdict, "words": row.words}


def _shown(side: pure.Side | None) -> dict[str, Any]:
    if side is None:
        return {"suppressed": True}
    return {name: _rounded(value) for name, value in asdict(side).items() if name in {"value", "low", "high"}}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
