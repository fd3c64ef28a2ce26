"""A6: when an audience comments and who comments most, checked against a count in Python."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audience.models import Comment, TrackedAccount
from audience.queries import activity as queries
from audience.queries.activity import Totals, activity, busiest, by_hour, daily, reply_share, top_people, totals
from audience.services import rollups
from audience.tests import factories
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team

DAY = date(2026, 3, 2)  # a Monday
WINDOWS: list[dict[str, date]] = [
    {},
    {"start": DAY + timedelta(days=2)},
    {"end": DAY + timedelta(days=6)},
    {"start": DAY + timedelta(days=1), "end": DAY + timedelta(days=8)},
]


@pytest.fixture
def account(team: Team) -> Iterator[TrackedAccount]:
    with workspace_scope(team.workspace.id):
        yield factories.account("northroast")


@pytest.fixture
def comments(account: TrackedAccount) -> list[Comment]:
    """A random small audience over two weeks and three posts; returns the comments that count."""
    random = Random(4)
    people = [*factories.commenters(15), factories.commenter(username=account.username)]
    posts = [factories.post(account) for _ in range(3)]
    made = [
        factories.comment(
            random.choice(posts),
            random.choice(people),
            commented_at=datetime(2026, 3, 2, tzinfo=UTC) + timedelta(minutes=random.randrange(14 * 24 * 60)),
            likes=random.choice([None, 0, 2, 9]),
            parent_external_id=random.choice(["", "", "1"]),
        )
        for _ in range(200)
    ]
    rollups.rebuild(account)
    return [comment for comment in made if comment.commenter.username != account.username]


def inside(comments: list[Comment], start: date | None = None, end: date | None = None) -> list[Comment]:
    days = [(comment, at.date()) for comment in comments if (at := comment.commented_at)]
    return [comment for comment, day in days if (not start or day >= start) and (not end or day <= end)]


def when(comment: Comment) -> datetime:
    assert comment.commented_at
    return comment.commented_at


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("of_post", [False, True])
def test_days_hours_and_sums_equal_a_count_of_every_comment(
    account: TrackedAccount, comments: list[Comment], window: dict[str, date], of_post: bool
) -> None:
    post = comments[0].post_id if of_post else None
    wanted = [comment for comment in inside(comments, **window) if not post or comment.post_id == post]
    days = Counter(when(comment).date() for comment in wanted)
    assert {day: count for day, count in daily(account, **window, post=post) if count} == days
    heat = Counter((when(comment).weekday(), when(comment).hour) for comment in wanted)
    found = by_hour(account, window.get("start"), window.get("end"), post)
    assert len(found) == 7 * 24
    assert {(day, hour): count for day, hour, count in found if count} == heat
    sums = totals(account, **window, post=post)
    assert sums.comments == len(wanted)
    assert sums.people == len({comment.commenter_id for comment in wanted})
    assert sums.posts == len({comment.post_id for comment in wanted})
    replies = sum(1 for comment in wanted if comment.parent_external_id)
    assert reply_share(account, **window, post=post) == pytest.approx(replies / len(wanted))


def test_a_series_has_no_gaps_and_reaches_both_ends(account: TrackedAccount, comments: list[Comment]) -> None:
    start, end = DAY - timedelta(days=5), DAY + timedelta(days=20)
    days = daily(account, start, end)
    assert [day for day, _ in days] == [start + timedelta(days=place) for place in range(26)]
    assert days[0][1] == 0


def test_weeks_start_on_monday_and_hours_are_utc(account: TrackedAccount, comments: list[Comment]) -> None:
    weeks = activity(account, "week", DAY + timedelta(days=2), DAY + timedelta(days=9))
    assert [point["at"] for point in weeks] == [datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 9, tzinfo=UTC)]
    assert sum(point["comments"] for point in weeks) == len(
        inside(comments, DAY + timedelta(days=2), DAY + timedelta(days=9))
    )
    hours = activity(account, "hour", DAY, DAY)
    assert [point["at"].hour for point in hours] == list(range(24))
    assert sum(point["comments"] for point in hours) == len(inside(comments, DAY, DAY))


def test_where_nobody_commented_nothing_is_drawn(account: TrackedAccount) -> None:
    assert daily(account) == []
    assert busiest(account) is None
    assert totals(account) == Totals(0, 0, 0)
    assert reply_share(account) == 0.0
    assert top_people(account) == []


def test_the_period_before_is_as_long_and_ends_the_day_before(account: TrackedAccount, comments: list[Comment]) -> None:
    start, end = DAY + timedelta(days=7), DAY + timedelta(days=9)
    before = inside(comments, DAY + timedelta(days=4), DAY + timedelta(days=6))
    assert totals(account, start, end).comments_before == len(before) > 0
    assert totals(account, start).comments_before is None


def test_the_best_day_and_the_peak_hour_are_named(account: TrackedAccount) -> None:
    post = factories.post(account)
    factories.comments(post, factories.commenters(3))
    factories.comments(post, factories.commenters(5), at=datetime(2026, 3, 4, 18, 30, tzinfo=UTC))
    rollups.rebuild(account)
    assert busiest(account) == queries.Busiest(date(2026, 3, 4), 5, 18, 5)


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("order", ["comments", "likes"])
def test_the_top_people_are_those_with_most(
    account: TrackedAccount, comments: list[Comment], window: dict[str, date], order: str
) -> None:
    sums: dict[Any, list[int]] = {}
    for comment in inside(comments, **window):
        row = sums.setdefault(comment.commenter_id, [0, 0])
        row[0] += 1
        row[1] += comment.likes or 0
    rows = top_people(account, limit=100, order=order, **window)  # type: ignore[arg-type]
    assert {row["id"]: [row["comments"], row["likes"]] for row in rows} == sums
    values = [row[order] for row in rows]
    assert values == sorted(values, reverse=True)
    first = top_people(account, limit=4, order=order, **window)  # type: ignore[arg-type]
    second = top_people(account, limit=4, offset=4, order=order, **window)  # type: ignore[arg-type]
    assert first + second == rows[:8]


def test_a_row_says_who_it_is_and_how_they_are_seen(account: TrackedAccount) -> None:
    person = factories.commenter(full_name="Ada", is_verified=True, gender="woman", age="35-44")
    factories.comments(factories.post(account), [person, person])
    rollups.rebuild(account)
    (row,) = top_people(account)
    assert row == {
        "id": person.pk,
        "username": person.username,
        "full_name": "Ada",
        "is_verified": True,
        "has_picture": False,
        "comments": 2,
        "likes": 2,
        "last_at": factories.NOON,
        "gender": "woman",
        "age": "35-44",
        "profile_type": "person",
    }


@pytest.mark.parametrize("window", [{}, {"start": DAY}])
def test_possible_minors_and_the_account_itself_are_never_a_row(account: TrackedAccount, window: Any) -> None:
    post = factories.post(account)
    adult = factories.commenter()
    factories.comments(post, [adult, *factories.commenters(3, possible_minor=True, age="13-17")])
    factories.comments(post, [factories.commenter(username=account.username)])
    factories.comments(post, [factories.commenter(external_id=account.external_id)])
    rollups.rebuild(account)
    assert [row["id"] for row in top_people(account, **window)] == [adult.pk]


def test_behind_many_possible_minors_the_next_people_are_found(account: TrackedAccount) -> None:
    post = factories.post(account)
    factories.comments(post, 2 * factories.commenters(80, possible_minor=True, age="13-17"))
    factories.comments(post, factories.commenters(5))
    rollups.rebuild(account)
    assert len(top_people(account, limit=5)) == 5


def test_another_account_and_another_workspace_change_nothing(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        mine, other = factories.account("northroast"), factories.account("southroast")
        factories.audience(mine, [(3, {})])
        factories.audience(other, [(5, {})])
        for one in (mine, other):
            rollups.rebuild(one)
        assert sum(count for _, count in daily(mine)) == totals(mine, DAY).comments == len(top_people(mine)) == 3
    with workspace_scope(team.elsewhere.id):
        assert not daily(mine)
        assert not top_people(mine)
        assert not top_people(mine, start=DAY)
        assert totals(mine, DAY).comments == 0


def top_one(account: TrackedAccount) -> object:
    return top_people(account, limit=1)


@pytest.mark.parametrize("read", [daily, by_hour, top_one, totals, lambda account: daily(account, DAY, DAY)])
def test_each_read_is_one_query_however_many_people_there_are(account: TrackedAccount, read: Any) -> None:
    for size in (2, 30):
        factories.audience(account, [(size, {})])
        rollups.rebuild(account)
        with CaptureQueriesContext(connection) as found:
            read(account)
        assert len(found) == 1, found.captured_queries
