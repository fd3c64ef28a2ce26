"""When an audience comments, and who comments most (A6). Comments of the account itself are left out throughout.

Without a post everything over time comes from the hourly rollup; days are inclusive and in UTC.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from audience.models import TrackedAccount
from audience.queries import packs
from audience.queries.matching import audience_where, comments_where, instants
from audience.zones import begins_at_quarters

COUNTED = """
SELECT date_trunc('hour', commented_at, 'UTC') AS hour, count(*) AS comments FROM audience_comment
WHERE {where} AND commented_at IS NOT NULL GROUP BY 1
"""
ROLLED_UP = "SELECT hour, comments FROM audience_audiencehour WHERE {where}"
BUCKETS = """
SELECT date_trunc(%(bucket)s, hour, 'UTC'), sum(comments)::bigint FROM ({hours}) AS h GROUP BY 1 ORDER BY 1
"""
# For time zones whose hours begin at a quarter of ours, such as Kolkata's and Kathmandu's.
COUNTED_QUARTERS = """
SELECT date_bin('15 minutes', commented_at, 'epoch') AS hour, count(*) AS comments FROM audience_comment
WHERE {where} AND commented_at IS NOT NULL GROUP BY 1
"""
ROLLED_UP_QUARTERS = """
SELECT hour + (place - 1) * interval '15 minutes' AS hour, n AS comments FROM audience_audiencehour
CROSS JOIN LATERAL unnest(coalesce(quarters, ARRAY[comments, 0, 0, 0])) WITH ORDINALITY AS q(n, place)
WHERE {where} AND n > 0
"""
HEAT = """
SELECT extract(isodow FROM hour AT TIME ZONE %(zone)s)::int - 1, extract(hour FROM hour AT TIME ZONE %(zone)s)::int,
    sum(comments)::bigint
FROM ({hours}) AS h GROUP BY 1, 2
"""
SUM = "SELECT coalesce(sum(comments), 0)::bigint FROM ({hours}) AS h"
TOTALS = """
SELECT coalesce(sum(a.comments), 0)::bigint, count(*), (
    SELECT count(*) FROM audience_post AS q WHERE q.workspace_id = %(workspace)s AND q.account_id = %(account)s
    AND EXISTS (SELECT FROM audience_comment WHERE post_id = q.id AND {where})
) FROM ({sums}) AS a
"""
POSTS_WITH = """
SELECT count(*) FROM audience_post AS q WHERE q.workspace_id = %(workspace)s AND q.account_id = %(account)s
AND EXISTS (SELECT FROM audience_comment WHERE post_id = q.id AND {where})
"""
ALL_TOTALS = """
SELECT coalesce(sum(comments), 0)::bigint, coalesce(sum(people), 0)::bigint, (
    SELECT count(*) FROM audience_audiencepost
    WHERE account_id = %(account)s AND workspace_id = %(workspace)s AND comments > 0
) FROM audience_audiencegroup WHERE account_id = %(account)s AND workspace_id = %(workspace)s
"""
PER_PERSON = "SELECT commenter_id, count(*) AS comments FROM audience_comment WHERE {where} GROUP BY commenter_id"
REPLIES = """
SELECT count(*) FILTER (WHERE parent_external_id <> '') / greatest(count(*), 1)::float FROM audience_comment
WHERE {where}
"""
OF_POST = """
SELECT to_timestamp(900 * q::bigint) AS hour, n AS comments
FROM unnest(%(quarters)s::int[], %(counts)s::int[]) AS u(q, n) WHERE {where}
"""
STEPS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over the days asked. ``…_before`` are those of as many days just before; None without both ends."""

    comments: int
    people: int
    posts: int
    comments_before: int | None = None


@dataclass(frozen=True, slots=True)
class Busiest:
    """What stands out: the day with most comments and the hour of the day (UTC) with most."""

    day: date
    day_comments: int
    hour: int
    hour_comments: int


def _rows(query: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


def _hours(
    account: TrackedAccount, start: date | None, end: date | None, post: UUID | None, *, quarters: bool = False
) -> tuple[str, Any]:
    """SQL that gives (hour, comments), or quarters of hours."""
    if post:
        if (packed := packs.times(account, post)) is not None:
            first, after = instants(start, end)
            asked = {"to_timestamp(900 * q::bigint) >= %(first)s": first}
            asked |= {"to_timestamp(900 * q::bigint) < %(after)s": after}
            where = " AND ".join(["true", *(word for word, at in asked.items() if at)])
            values = {"quarters": packed[0], "counts": packed[1], "first": first, "after": after}
            return OF_POST.format(where=where), values
        where, values = audience_where(account, start, end, post)
        return (COUNTED_QUARTERS if quarters else COUNTED).format(where=where), values
    where, values = comments_where(account, start, end, None)
    known = ROLLED_UP_QUARTERS if quarters else ROLLED_UP
    return known.format(where=where.replace("commented_at", "hour")), values


def activity(
    account: TrackedAccount,
    bucket: str = "day",
    start: date | None = None,
    end: date | None = None,
    post: UUID | None = None,
) -> list[dict[str, Any]]:
    """Comments by ``hour``, ``day`` or ``week`` (from Monday), without gaps: ``[{"at": datetime, "comments": int}]``.

    Runs from ``start`` to ``end``, or from the first to the last comment where they are not given.
    """
    step = STEPS[bucket]
    query, values = _hours(account, start, end, post)
    rows = _rows(BUCKETS.format(hours=query), values | {"bucket": bucket})
    found = {at.astimezone(UTC): comments for at, comments in rows}
    if not found:
        return []
    first, after = instants(start, end)
    low = _floor(first, bucket) if first else min(found)
    high = after - timedelta(microseconds=1) if after else max(found)
    return [{"at": at, "comments": found.get(at, 0)} for at in _every(low, high, step)]


def _floor(at: datetime, bucket: str) -> datetime:
    return at - timedelta(days=at.weekday()) if bucket == "week" else at


def _every(low: datetime, high: datetime, step: timedelta) -> Iterator[datetime]:
    while low <= high:
        yield low
        low += step


def daily(
    account: TrackedAccount, start: date | None = None, end: date | None = None, post: UUID | None = None
) -> list[tuple[date, int]]:
    """Comments of each day, without gaps. Empty where there is none."""
    return [(point["at"].date(), point["comments"]) for point in activity(account, "day", start, end, post)]


def by_hour(
    account: TrackedAccount,
    start: date | None = None,
    end: date | None = None,
    post: UUID | None = None,
    zone: str = "UTC",
) -> list[tuple[int, int, int]]:
    """Comments by weekday (Monday is 0) and hour of the day: all 7 × 24 ``(weekday, hour, comments)``.

    ``zone`` is an IANA name; weekday and hour are those of its clocks on the day of each comment, summer time included.
    ``start`` and ``end`` are days of UTC as everywhere.
    """
    query, values = _hours(account, start, end, post, quarters=begins_at_quarters(zone))
    rows = _rows(HEAT.format(hours=query), values | {"zone": zone})
    found = {(weekday, hour): comments for weekday, hour, comments in rows}
    return [(weekday, hour, found.get((weekday, hour), 0)) for weekday in range(7) for hour in range(24)]


def busiest(
    account: TrackedAccount, start: date | None = None, end: date | None = None, post: UUID | None = None
) -> Busiest | None:
    """The best day and the peak hour; None where nobody commented."""
    days = daily(account, start, end, post)
    if not any(comments for _, comments in days):
        return None
    hours = [0] * 24
    for _, hour, comments in by_hour(account, start, end, post):
        hours[hour] += comments
    day, most = max(days, key=lambda found: found[1])
    peak = max(range(24), key=lambda hour: hours[hour])
    return Busiest(day, most, peak, hours[peak])


def totals(
    account: TrackedAccount, start: date | None = None, end: date | None = None, post: UUID | None = None
) -> Totals:
    """Comments, the people who wrote them, posts with one, and the comments of the period just before."""
    where, values = audience_where(account, start, end, post)
    if found := packs.commenting(account, start, end, post):
        posts = _rows(POSTS_WITH.format(where=where), values)[0][0]
        comments = int(found.crowd.comments.sum())
        return Totals(comments, len(found.crowd.people), posts, _before(account, start, end, post))
    counted = TOTALS.format(sums=PER_PERSON.format(where=where), where=where)
    comments, people, posts = _rows(counted if start or end or post else ALL_TOTALS, values)[0]
    return Totals(comments, people, posts, _before(account, start, end, post))


def reply_share(
    account: TrackedAccount, start: date | None = None, end: date | None = None, post: UUID | None = None
) -> float:
    """Share (0..1) of the comments that answer another one. Reads every comment asked about."""
    where, values = audience_where(account, start, end, post)
    return float(_rows(REPLIES.format(where=where), values)[0][0])


def _before(account: TrackedAccount, start: date | None, end: date | None, post: UUID | None) -> int | None:
    if not (start and end):
        return None
    days = end - start + timedelta(days=1)
    query, values = _hours(account, start - days, end - days, post)
    return int(_rows(SUM.format(hours=query), values)[0][0])


SPARE = 50
ORDERS = {"comments": "comments DESC, commenter_id", "likes": "likes DESC, comments DESC, commenter_id"}
SUMS = """
SELECT commenter_id, count(*) AS comments, coalesce(sum(likes), 0)::bigint AS likes, max(commented_at) AS last_at
FROM audience_comment WHERE {where} GROUP BY commenter_id
"""
ALL_SUMS = """
SELECT commenter_id, comments, likes, last_at FROM audience_audienceperson
WHERE account_id = %(account)s AND workspace_id = %(workspace)s AND NOT is_owner
"""
PEOPLE = """
SELECT p.id, p.username, p.full_name, p.is_verified, p.picture_id IS NOT NULL, a.comments, a.likes, a.last_at,
    p.gender, p.age, p.profile_type
FROM (SELECT * FROM ({sums}) AS s ORDER BY {order} LIMIT %(among)s) AS a
JOIN audience_commenter AS p ON p.id = a.commenter_id AND p.workspace_id = %(workspace)s
WHERE NOT p.possible_minor ORDER BY {order} LIMIT %(limit)s OFFSET %(offset)s
"""
COLUMNS = (
    "id",
    "username",
    "full_name",
    "is_verified",
    "has_picture",
    "comments",
    "likes",
    "last_at",
    "gender",
    "age",
    "profile_type",
)


def top_people(
    account: TrackedAccount,
    *,
    limit: int = 50,
    offset: int = 0,
    start: date | None = None,
    end: date | None = None,
    post: UUID | None = None,
    order: str = "comments",
) -> list[dict[str, Any]]:
    """The people who commented most (``order="likes"``: whose comments were liked most), most first.

    Rows have the names of ``COLUMNS``.
    The guesses among them are for roles that may see people, whose look the caller logs (A7). A possible minor is never
    a row, nor is the account itself.
    """
    where, values = audience_where(account, start, end, post)
    sums = SUMS.format(where=where) if start or end or post else ALL_SUMS
    query = PEOPLE.format(sums=sums, order=ORDERS[order])
    # Among the first few there is no join with everybody; among all only where too many of them may not be shown.
    among = 2 * (offset + limit) + SPARE
    first = query
    if (found := packs.commenting(account, start, end, post)) and (most := packs.foremost(found, among, order)):
        values["most"] = most
        some = SUMS.format(where=f"{where} AND commenter_id = ANY (%(most)s::uuid[])")
        first = PEOPLE.format(sums=some, order=ORDERS[order])
    for asked, values["among"] in ((first, among), (query, None)):
        rows = _rows(asked, values | {"limit": limit, "offset": offset})
        if len(rows) == limit:
            break
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows]
