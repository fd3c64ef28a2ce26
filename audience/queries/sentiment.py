"""What the comments say, counted (A6): sentiment in all, over time and by post. Comments of the account are left out.

Counts are of comments, whose texts anybody can read. Still nothing is told of fewer than k people (A7): every
selection, column and post needs k of them; smaller cells are hidden, with filters all counts are rounded at random.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.db import connection

from audience.models import AccountWords, TrackedAccount
from audience.queries.activity import daily
from audience.queries.matching import account_key, audience_where, instants
from audience.queries.publishing import entries, publish, share_of
from audience.queries.ranking import LOOKED_AT, Posts, people_of, post_row, ranked
from aura.providers.text_ports import SENTIMENTS

CACHE_SECONDS = 24 * 3600
COLUMNS = 60
POSTS_LISTED = 1000
# One pass over the rollup, added up both ways: by day and by post.
CELLS = """
SELECT grouping(day) = 1, post_id, day, sentiment, sum(comments)::bigint, sum(questions)::bigint, sum(generic)::bigint
FROM audience_wordsday WHERE {where} GROUP BY GROUPING SETS ((day, sentiment), (post_id, sentiment))
"""
PEOPLE = """
SELECT count(DISTINCT commenter_id), count(*)
FROM (SELECT commenter_id FROM audience_comment WHERE {where}{limit}) AS q
"""
PEOPLE_IN = """
SELECT p.first, (SELECT count(DISTINCT commenter_id) FROM (
    SELECT commenter_id FROM audience_comment WHERE {where} AND commented_at >= p.first AND commented_at < p.after
    LIMIT %(looked)s) q)
FROM unnest(%(firsts)s::timestamptz[], %(afters)s::timestamptz[]) AS p(first, after)
"""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which comments: days are UTC and both included."""

    start: date | None = None
    end: date | None = None
    post: UUID | None = None

    @property
    def filtered(self) -> bool:
        return bool(self.start or self.end or self.post)

    def label(self) -> str:
        return f"{self.start}:{self.end}:{self.post}"


def words_state(account: TrackedAccount) -> AccountWords | None:
    """How far the account is read; None where its comments were never looked at."""
    return AccountWords.objects.filter(account=account).first()


def kept_answer(account: TrackedAccount, state: AccountWords | None, name: str) -> str:
    """A cache key that changes with the account's data and with what was read of it."""
    versions = f"{account.data_version}:{state.version if state else 0}:{settings.AURA_K_ANONYMITY}"
    return f"words:{name}:{account.workspace_id}:{account.pk}:{versions}"


def where_days(account: TrackedAccount, choice: Choice, alias: str = "") -> tuple[str, dict[str, Any]]:
    """SQL for rows of the rollup or of the readings that a choice is about."""
    dot = f"{alias}." if alias else ""
    asked = {
        f"{dot}day >= %(start)s": choice.start,
        f"{dot}day <= %(end)s": choice.end,
        f"{dot}post_id = %(post)s": choice.post,
    }
    values: dict[str, Any] = {"workspace": account.workspace_id, "account": account.pk}
    values |= {"start": choice.start, "end": choice.end, "post": choice.post}
    parts = [f"{dot}workspace_id = %(workspace)s", f"{dot}account_id = %(account)s"]
    return " AND ".join([*parts, *(word for word, value in asked.items() if value)]), values


def enough_people(account: TrackedAccount, choice: Choice, k: int) -> bool:
    """Whether at least k people wrote the chosen comments."""
    where, values = audience_where(account, choice.start, choice.end, choice.post)
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE.format(where=where, limit=f" LIMIT {LOOKED_AT}"), values)
        people, rows = cursor.fetchone()
        if people < k and rows == LOOKED_AT:
            cursor.execute(PEOPLE.format(where=where, limit=""), values)
            people = cursor.fetchone()[0]
    return bool(people >= k)


def sentiment(account: TrackedAccount, choice: Choice) -> dict[str, Any]:
    """The answer of the API: shares with 95 % intervals, columns over time, the best and the worst posts."""
    state = words_state(account)
    key = kept_answer(account, state, f"sentiment:{choice.label()}")
    found: dict[str, Any] | None = cache.get(key)
    if found is None:
        found = _sentiment(account, choice, state)
        cache.set(key, found, CACHE_SECONDS)
    return found


def _sentiment(account: TrackedAccount, choice: Choice, state: AccountWords | None) -> dict[str, Any]:
    k, key = settings.AURA_K_ANONYMITY, account_key(account)
    answer: dict[str, Any] = {
        "account": account.username,
        "from": choice.start.isoformat() if choice.start else None,
        "to": choice.end.isoformat() if choice.end else None,
        "post": str(choice.post) if choice.post else None,
        "filtered": choice.filtered,
        "k": k,
        "complete": bool(state and state.read_version == account.data_version),
        "reader": state.reader if state else None,
        "read_by": _read_by(state, k),
        "waits_for": state.waits_for if state else "",
        "waits_until": state.waits_until.isoformat() if state and state.waits_until else None,
    }
    where, values = where_days(account, choice)
    cells, posts = _cells(where, values)
    whole = sum(cell.comments for cell in cells)
    if not whole or not enough_people(account, choice, k):
        nothing = [{"value": value, "suppressed": True} for value in SENTIMENTS]
        empty = {"comments": None, "unclear": None, "sentiment": nothing, "questions": None, "generic": None}
        return answer | empty | {"bucket": "day", "over_time": [], "best": [], "worst": []}
    # A classification or a correction makes a new version of the data without any comment to read.
    written = daily(account, start=choice.start, end=choice.end, post=choice.post)
    answer["complete"] |= whole == sum(count for _, count in written)
    counts = Counter[str]()
    for cell in cells:
        counts[cell.sentiment] += cell.comments
    table = publish(counts, k, key, choice.label() if choice.filtered else "")
    bucket = _bucket(cells)
    best, worst = ranked(posts, k, key) if not choice.post else ([], [])
    return answer | {
        "comments": whole,
        "unclear": table.unknown,
        "sentiment": entries(table),
        "questions": share_of(sum(cell.questions for cell in cells), whole, k),
        "generic": share_of(sum(cell.generic for cell in cells), whole, k),
        "bucket": bucket,
        "over_time": _over_time(account, choice, cells, bucket, k, key),
        "best": best,
        "worst": worst,
    }


def _read_by(state: AccountWords | None, k: int) -> list[dict[str, Any]]:
    """Who read the comments of the whole account when the last pass ended; null where there are fewer than k."""
    rows = state.read_by if state else []
    return [row | {"comments": row["comments"] if row["comments"] >= k else None} for row in rows]


@dataclass(frozen=True, slots=True)
class Cell:
    day: date | None
    sentiment: str
    comments: int
    questions: int
    generic: int


def _cells(where: str, values: dict[str, Any]) -> tuple[list[Cell], Posts]:
    """(comments by day and sentiment, comments by post and sentiment)."""
    cells: list[Cell] = []
    posts: defaultdict[UUID, Counter[str]] = defaultdict(Counter)
    with connection.cursor() as cursor:
        cursor.execute(CELLS.format(where=where), values)
        for is_post, post, day, value, comments, asked, generic in cursor.fetchall():
            if is_post:
                posts[post][value] += comments
            else:
                cells.append(Cell(day, value, comments, asked, generic))
    return cells, dict(posts)


def _bucket(cells: Sequence[Cell]) -> str:
    days = [cell.day for cell in cells if cell.day]
    span = (max(days) - min(days)).days + 1 if days else 1
    return "day" if span <= COLUMNS else "week" if span <= 7 * COLUMNS else "month"


def floor_day(day: date, bucket: str) -> date:
    """The first day of the week (Monday) or month that a day is in."""
    if bucket == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if bucket == "month" else day


def _after(day: date, bucket: str) -> date:
    if bucket == "month":
        return (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return day + timedelta(days=7 if bucket == "week" else 1)


def _over_time(
    account: TrackedAccount, choice: Choice, cells: Sequence[Cell], bucket: str, k: int, key: int
) -> list[dict[str, Any]]:
    counts: defaultdict[date, Counter[str]] = defaultdict(Counter)
    for cell in cells:
        if cell.day:
            counts[floor_day(cell.day, bucket)][cell.sentiment] += cell.comments
    if not counts:
        return []
    ranges, day = {}, min(counts)
    while day <= max(counts):
        after = _after(day, bucket)
        last = min(after - timedelta(days=1), choice.end) if choice.end else after - timedelta(days=1)
        ranges[day] = Choice(max(day, choice.start) if choice.start else day, last, choice.post)
        day = after
    shown = _enough_in(account, choice, [ranges[day] for day in counts if sum(counts[day].values()) >= k], k)
    points = []
    for day, inside in ranges.items():
        column = counts.get(day, Counter())
        enough = inside in shown or not column
        points.append(_point(day, column, enough, k, key, inside.label() if choice.filtered else ""))
    return points


def _enough_in(account: TrackedAccount, choice: Choice, ranges: Sequence[Choice], k: int) -> set[Choice]:
    """Those of the columns that k people wrote."""
    where, values = audience_where(account, None, None, choice.post)
    bounds = [instants(one.start, one.end) for one in ranges]
    values |= {"firsts": [first for first, _ in bounds], "afters": [after for _, after in bounds], "looked": LOOKED_AT}
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE_IN.format(where=where), values)
        people = {first.astimezone(UTC): count for first, count in cursor.fetchall()}
    return {one for one, (first, _) in zip(ranges, bounds, strict=True) if first and people.get(first, 0) >= k}


def _point(day: date, column: Counter[str], enough: bool, k: int, key: int, label: str) -> dict[str, Any]:
    whole = sum(column.values())
    if not enough:
        return {"at": day.isoformat(), "comments": whole, "suppressed": True}
    table = publish(column, k, key, label)
    shown = {value: count for value, count in table.counts.items() if whole}
    return {"at": day.isoformat(), "comments": whole, **shown, "unclear": table.unknown if whole else 0}


def sentiment_by_post(account: TrackedAccount, choice: Choice) -> list[dict[str, Any]]:
    """Every post with comments of at least k people (the 1,000 with most comments), most comments first."""
    k, key = settings.AURA_K_ANONYMITY, account_key(account)
    where, values = where_days(account, Choice(post=choice.post))
    _, posts = _cells(where, values)
    order = sorted(posts, key=lambda post: (-sum(posts[post].values()), str(post)))[:POSTS_LISTED]
    people = people_of(order)
    return [post_row(post, posts[post], k, key) for post in order if people.get(post, 0) >= k]
