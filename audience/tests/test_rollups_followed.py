"""A10: rollups that follow every batch say the same as rollups counted anew, whatever came, changed or went."""

import io
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audience.dataset import Limits, read_dataset
from audience.models import (
    AudienceDay,
    AudienceHour,
    AudiencePerson,
    AudiencePost,
    AudienceState,
    Comment,
    Commenter,
    Run,
    TrackedAccount,
)
from audience.services import rollups
from audience.services.erasure import erase_people
from audience.services.ingest import import_records
from audience.tests import factories
from aura.privacy.registry import Erasure
from aura.privacy.subjects import Identifiers
from aura.tenancy.scope import current_workspace_id, workspace_scope
from aura.testing.fixtures import Team

BEGAN = datetime(2026, 3, 1, 22, tzinfo=UTC)
PARTS = {part.name for part in rollups.PARTS}


@pytest.fixture
def account(team: Team) -> Iterator[TrackedAccount]:
    with workspace_scope(team.workspace.id):
        yield factories.account("northroast", external_id="900")


def load(account: TrackedAccount, items: list[dict[str, Any]]) -> None:
    """One import, as a job does it, inside the scope that is open."""

    def batch() -> AbstractContextManager[Any]:
        return transaction.atomic()

    run = Run.objects.create(workspace_id=current_workspace_id(), account=account, filename="x.json", started_at=BEGAN)
    records = read_dataset(io.BytesIO(json.dumps(items).encode()), filename="x.json", limits=Limits())
    import_records(run, records, transaction=batch, on_batch=lambda done: None)


def stamp(hours: float | None) -> str | None:
    return None if hours is None else f"{(BEGAN + timedelta(hours=hours)).isoformat(timespec='seconds')[:19]}.000Z"


def comment(key: int, who: str = "p1", post: str = "AAA", at: float | None = 1, **more: Any) -> dict[str, Any]:
    """A comment item; the account itself is ``northroast`` with the id 900."""
    by = "900" if who == "northroast" else str(1000 + int(who[1:]))
    item: dict[str, Any] = {"id": str(key), "text": "hello", "ownerUsername": who, "owner": {"id": by, "username": who}}
    item |= {"postUrl": f"https://www.instagram.com/p/{post}/", "timestamp": stamp(at)}
    return item | more


def post_item(code: str, at: float) -> dict[str, Any]:
    owner = {"ownerUsername": "northroast", "ownerId": "900"}
    url = f"https://www.instagram.com/p/{code}/"
    return owner | {"id": f"77{ord(code[0])}", "shortCode": code, "url": url, "timestamp": stamp(at), "type": "Image"}


def drift(account: TrackedAccount) -> dict[str, int]:
    """What a count of everything would have to correct."""
    return {name: rows for name, rows in rollups.rebuilt(account).items() if rows}


TIMES = st.one_of(st.none(), st.floats(-3, 30).map(lambda x: round(x, 2)), st.floats(150, 400).map(lambda x: round(x)))
COMMENTS = st.builds(
    comment,
    st.integers(1, 9),
    st.sampled_from(["p1", "p2", "p3", "p4", "p5", "northroast"]),
    st.sampled_from(["AAA", "BBB", "CCC"]),
    TIMES,
    likesCount=st.integers(-1, 5),
    text=st.sampled_from(["hello", "so lovely, love it so much", " So lovely, LOVE it so much"]),
    parentCommentId=st.one_of(st.none(), st.integers(1, 9).map(str)),
)
POSTS = st.builds(post_item, st.sampled_from(["AAA", "BBB", "CCC"]), st.floats(-2, 20).map(lambda x: round(x, 1)))
IMPORTS = st.tuples(
    st.just("import"), st.lists(st.one_of(COMMENTS, COMMENTS, COMMENTS, POSTS), min_size=3, max_size=12)
)
CLASSES = st.tuples(
    st.just("classify"),
    st.lists(st.tuples(st.integers(1, 5), st.sampled_from(["woman", "man"]), st.sampled_from(["18-24", "35-44"]))),
)
ERASURES = st.tuples(st.just("erase"), st.integers(1, 5))


def act(account: TrackedAccount, kind: str, what: Any) -> None:
    if kind == "import":
        load(account, what)
    elif kind == "erase":
        erase_people(Erasure(who=Identifiers(frozenset({f"p{what}"}), frozenset())))
    else:
        people = list(Commenter.objects.values_list("pk", flat=True))
        with rollups.reclassifying(people):
            for number, gender, age in what:
                Commenter.objects.filter(username=f"p{number}").update(gender=gender, age=age)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.one_of(IMPORTS, IMPORTS, IMPORTS, CLASSES, ERASURES), min_size=2, max_size=5))
def test_followed_rollups_equal_rebuilt_ones(account: TrackedAccount, steps: list[tuple[str, Any]]) -> None:
    with transaction.atomic():
        rollups.rebuild(account)
        for kind, what in steps:
            act(account, kind, what)
            assert not AudienceState.objects.get(account=account).is_stale
            assert drift(account) == {}, (kind, what)
        transaction.set_rollback(True)


def test_a_comment_that_turns_out_to_be_elsewhere_and_of_somebody_else_moves(account: TrackedAccount) -> None:
    rollups.rebuild(account)
    load(account, [comment(1, "p1", "AAA", 1), comment(2, "p2", "AAA", 2), comment(3, "p1", "BBB", 3)])
    load(account, [comment(1, "p2", "BBB", 30), comment(3, "p3", "BBB", 3)])
    assert drift(account) == {}
    held = AudiencePost.objects.filter(account=account).values_list("post__shortcode", "comments", "people")
    assert set(held) == {("AAA", 1, 1), ("BBB", 2, 2)}
    assert not AudiencePerson.objects.filter(commenter__username="p1").exists()


def count_posts(account: TrackedAccount) -> dict[str, tuple[Any, ...]]:
    """What each post brought, counted row by row in Python."""
    found: dict[str, list[Any]] = {}
    firsts: dict[Any, Any] = {}
    rows = Comment.objects.filter(account=account).select_related("commenter", "post")
    for one in sorted(rows, key=lambda row: (row.commented_at is None, row.commented_at or 0, row.post_id)):
        mine = one.commenter.username == "northroast"
        row = found.setdefault(one.post.shortcode, [0, set(), 0, 0, 0, 0])
        row[4 if mine else 0] += 1
        if one.parent_external_id:
            row[5 if mine else 3] += 1
        if not mine:
            row[1].add(one.commenter_id)
            if one.commented_at and firsts.setdefault(one.commenter_id, one.post.shortcode) == one.post.shortcode:
                row[2] = sum(1 for code in firsts.values() if code == one.post.shortcode)
    return {code: (row[0], len(row[1]), *row[2:]) for code, row in found.items()}


def test_posts_and_days_equal_a_count_in_python(account: TrackedAccount) -> None:
    rollups.rebuild(account)
    people = ["p1", "p2", "p3", "northroast"]
    load(account, [comment(n, people[n % 4], "ABC"[n % 3] * 3, n * 5.5, parentCommentId="1") for n in range(2, 40)])
    names = ("comments", "people", "new_people", "replies", "owner_comments", "owner_replies")
    held = AudiencePost.objects.filter(account=account).values_list("post__shortcode", *names)
    assert {row[0]: row[1:] for row in held} == count_posts(account)
    days: dict[Any, list[Any]] = {}
    for at, who in Comment.objects.exclude(commenter__username="northroast").values_list("commented_at", "commenter"):
        assert at
        days.setdefault(at.astimezone(UTC).date(), []).append(who)
    held_days = AudienceDay.objects.filter(account=account).values_list("day", "comments", "people")
    assert {row[0]: row[1:] for row in held_days} == {day: (len(w), len(set(w))) for day, w in days.items()}


def test_the_first_seven_days_of_a_post_are_counted_by_hour(account: TrackedAccount) -> None:
    rollups.rebuild(account)
    load(account, [post_item("AAA", 0), comment(1, "p1", at=-0.5), comment(2, "p2", at=0.5), comment(3, "p3", at=2.1)])
    load(account, [comment(4, "p4", at=2.9), comment(5, "p5", at=300)])
    row = AudiencePost.objects.get(account=account)
    assert row.hours is not None
    assert Counter({place: n for place, n in enumerate(row.hours, 1) if n}) == {1: 2, 3: 2}
    assert row.half_hours == 3, "half of five comments is the third"
    load(account, [post_item("AAA", -24)])
    row.refresh_from_db()
    assert row.half_hours == 27, "a post whose time is corrected is counted anew"


def test_quarters_of_hours_are_kept_for_zones_that_need_them(account: TrackedAccount) -> None:
    rollups.rebuild(account)
    load(account, [comment(n, at=n / 4) for n in range(1, 6)])
    held = AudienceHour.objects.filter(account=account).order_by("hour").values_list("comments", "quarters")
    assert list(held) == [(3, [0, 1, 1, 1]), (2, [1, 1, 0, 0])]


def test_an_import_too_large_to_follow_ends_with_a_rebuild(
    account: TrackedAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    rollups.rebuild(account)
    load(account, [comment(1)])
    for name in ("FEW", "SHARE"):
        monkeypatch.setattr(f"audience.services.rollups.keeping.{name}", -1)
    load(account, [comment(2)])
    assert AudienceState.objects.get(account=account).is_stale
    assert rollups.settle(account)
    assert not AudienceState.objects.get(account=account).is_stale
    assert not rollups.settle(account)


def test_who_turns_out_to_be_the_account_itself_leaves_the_audience(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        account = factories.account("northroast", external_id="")
        rollups.rebuild(account)
        item = comment(1, "p1") | {"owner": {"id": "900", "username": "p1"}}
        load(account, [item])
        load(account, [post_item("AAA", 0)])
        account.refresh_from_db()
        assert account.external_id == "900"
        assert AudienceState.objects.get(account=account).is_stale
        rollups.settle(account)
        row = AudiencePost.objects.get(account=account)
        assert (row.comments, row.owner_comments) == (0, 1)


def test_people_seen_otherwise_move_in_all_their_accounts(account: TrackedAccount) -> None:
    other, people = factories.account("southroast"), factories.commenters(6)
    for one in (account, other):
        factories.comments(factories.post(one), people)
        rollups.rebuild(one)
    with rollups.reclassifying([person.pk for person in people]):
        Commenter.objects.filter(pk=people[0].pk).update(gender="man")
    assert drift(account) == drift(other) == {}


def test_the_nightly_check_corrects_and_tells_what_has_drifted(
    account: TrackedAccount, caplog: pytest.LogCaptureFixture
) -> None:
    rollups.rebuild(account)
    load(account, [comment(1), comment(2, "p2")])
    assert rollups.check(account) == {}
    AudiencePost.objects.update(comments=7)
    assert rollups.check(account) == {"posts": 1}
    assert AudienceState.objects.get(account=account).drifted == 1
    assert AudiencePost.objects.get().comments == 2
    AudienceState.objects.update(is_stale=True)
    AudiencePost.objects.update(comments=7)
    assert rollups.check(account) == {}, "what is known to be stale has not drifted"


def test_following_a_batch_costs_the_same_statements_whatever_its_size(account: TrackedAccount) -> None:
    rollups.rebuild(account)
    counts = []
    for first, size in ((1, 2), (100, 60)):
        items = [comment(first + n, f"p{n % 50}", at=n) for n in range(size)]
        with CaptureQueriesContext(connection) as queries:
            load(account, items)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_late_reply_is_tied_without_reading_the_account(account: TrackedAccount) -> None:
    rollups.rebuild(account)
    load(account, [comment(2, "p2", parentCommentId="1")])
    with CaptureQueriesContext(connection) as queries:
        load(account, [comment(1)])
    assert Comment.objects.get(external_id="2").parent == Comment.objects.get(external_id="1")
    assert not [q for q in queries.captured_queries if "c.account_id = '" in q["sql"] and "EXISTS" in q["sql"]]


def test_every_part_is_known_by_a_name_of_its_own() -> None:
    assert len(PARTS) == len(rollups.PARTS) >= 5
