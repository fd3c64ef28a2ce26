"""M13: erasing people and sweeping old comments leaves every report as if made anew, at the cost of what went."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audience.models import (
    AccountWords,
    AudienceCohort,
    AudienceDay,
    AudienceGroup,
    AudienceHabit,
    AudienceHour,
    AudiencePerson,
    AudiencePost,
    AudienceSegment,
    AudienceState,
    Comment,
    Commenter,
    TrackedAccount,
    WordsDay,
)
from audience.services import rollups, words
from audience.services.erasure import erase_people
from audience.services.sweeping import sweep
from audience.tests import factories
from audience.tests.test_rollups_followed import comment, load
from aura.privacy.registry import Erasure
from aura.privacy.subjects import Identifiers
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team

OLD, LIMIT = datetime(2020, 1, 1, tzinfo=UTC), datetime(2021, 1, 1, tzinfo=UTC)
TABLES = (
    AudiencePerson,
    AudienceGroup,
    AudienceHour,
    AudienceDay,
    AudiencePost,
    AudienceHabit,
    AudienceSegment,
    AudienceCohort,
    WordsDay,
)
PEOPLE = ["p1", "p2", "p3", "p4", "northroast"]
AT = st.one_of(st.none(), st.floats(-3, 30).map(lambda x: round(x, 2)), st.floats(150, 900).map(lambda x: round(x)))
TEXTS = st.sampled_from(["hello", "Where is it from?", "I hate this, awful!", "so lovely, love it so much, wow"])


@st.composite
def items(draw: st.DrawFn, first: int) -> list[dict[str, Any]]:
    found = []
    for number in range(draw(st.integers(4, 14))):
        who, post = draw(st.sampled_from(PEOPLE)), draw(st.sampled_from(["AAA", "BBB"]))
        more: dict[str, Any] = {"text": draw(TEXTS), "likesCount": draw(st.integers(-1, 5))}
        if number and draw(st.booleans()):
            more["parentCommentId"] = str(first + draw(st.integers(0, number - 1)))
        found.append(comment(first + number, who, post, draw(AT), **more))
    return found


def second_id(item: dict[str, Any], number: int) -> dict[str, Any]:
    """The same name behind another id: one person, two rows."""
    return item | {"owner": item["owner"] | {"id": str(5000 + number)}}


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("erase"), st.sampled_from(PEOPLE)),
        st.tuples(st.just("sweep"), st.lists(st.integers(0, 30), min_size=1, max_size=8)),
    ),
    min_size=1,
    max_size=3,
)


def rows(account: TrackedAccount) -> dict[str, list[Any]]:
    """All rows of all rollups, but for their own ids and the numbers that people go by."""
    found: dict[str, list[Any]] = {}
    for model in TABLES:
        names = sorted(field.attname for field in model._meta.concrete_fields if field.name not in {"id", "number"})
        asked = model.objects.filter(account=account).values_list(*names)
        found[model.__name__] = sorted(map(repr, asked))
    found["state"] = list(AudienceState.objects.filter(account=account).values_list("is_stale", "comments"))
    return found


def anew(account: TrackedAccount) -> dict[str, list[Any]]:
    """The same of rollups that are made on empty tables."""
    for model in TABLES:
        model.objects.filter(account=account).delete()
    rollups.rebuild(account)
    words.rebuild(account)
    return rows(account)


def erase(name: str) -> Erasure:
    work = Erasure(who=Identifiers(frozenset({name}), frozenset()))
    erase_people(work)
    return work


def act(kind: str, what: Any) -> None:
    if kind == "erase":
        erase(what)
        return
    keys = list(Comment.objects.order_by("pk").values_list("pk", flat=True))
    old = [keys[place] for place in what if place < len(keys)]
    Comment.objects.filter(pk__in=old).update(created_at=OLD)
    while sweep("comments", LIMIT, 3):
        pass


@pytest.fixture
def accounts(team: Team) -> Iterator[list[TrackedAccount]]:
    with workspace_scope(team.workspace.id):
        yield [factories.account("northroast", external_id="900"), factories.account("southroast", external_id="901")]


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(one=items(1), other=items(100), steps=STEPS, doubled=st.integers(0, 3), at_once=st.booleans())
def test_reports_after_erasures_and_sweeps_equal_reports_made_anew(
    accounts: list[TrackedAccount],
    one: list[dict[str, Any]],
    other: list[dict[str, Any]],
    steps: list[tuple[str, Any]],
    doubled: int,
    at_once: bool,
) -> None:
    with pytest.MonkeyPatch.context() as patch, transaction.atomic():
        patch.setattr("audience.services.removing.MEASURED_AT_ONCE", 50_000 if at_once else -1)
        one[doubled] = second_id(one[doubled], doubled)
        for account, found in zip(accounts, (one, other), strict=True):
            rollups.rebuild(account)
            load(account, found)
            while words.read_comments(account):
                pass
        for kind, what in steps:
            act(kind, what)
            for account in accounts:
                held = rows(account)
                assert held == anew(account), (kind, what)
        transaction.set_rollback(True)


def seen(accounts: list[TrackedAccount]) -> None:
    """Three people in both accounts."""
    for number, account in enumerate(accounts):
        rollups.rebuild(account)
        load(account, [comment(100 * number + n, f"p{1 + n % 3}", at=n) for n in range(9)])


def test_a_person_of_several_accounts_goes_from_all_without_a_rebuild(
    accounts: list[TrackedAccount], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen(accounts)
    versions = dict(TrackedAccount.objects.values_list("pk", "data_version"))
    rebuilt: list[UUID] = []
    monkeypatch.setattr("audience.services.rollups.keeping.rebuild", lambda account: rebuilt.append(account.pk))
    monkeypatch.setattr("audience.services.rollups.rebuild", lambda account: rebuilt.append(account.pk))
    work = erase("p1")
    assert rebuilt == []
    assert work.counts["audience_audienceperson"] == work.counts["audience_audiencehabit"] == 2
    assert work.counts["audience_comment"] == 6
    for account in accounts:
        account.refresh_from_db()
        assert account.data_version > versions[account.pk]
        assert AudiencePost.objects.get(account=account).comments == 6


def test_an_account_whose_rollups_are_stale_is_rebuilt(accounts: list[TrackedAccount]) -> None:
    seen(accounts)
    AudienceState.objects.filter(account=accounts[0]).update(is_stale=True)
    AudiencePost.objects.filter(account=accounts[0]).update(comments=77)
    erase("p1")
    assert not AudienceState.objects.filter(is_stale=True).exists()
    assert [row.comments for row in AudiencePost.objects.all()] == [6, 6]


def test_rows_that_no_comment_stands_behind_go_with_their_person(accounts: list[TrackedAccount]) -> None:
    seen(accounts)
    drifted = accounts[0]
    Comment.objects.filter(account=drifted, commenter__username="p1").delete()
    erase("p1")
    assert not Commenter.objects.filter(username="p1").exists()
    assert AudiencePost.objects.get(account=drifted).comments == 6


def test_an_erasure_costs_the_same_statements_however_many_others_there_are(accounts: list[TrackedAccount]) -> None:
    counts = []
    account = accounts[0]
    rollups.rebuild(account)
    for first, size in ((1, 4), (100, 80)):
        load(account, [comment(first, "p1"), *(comment(first + n, f"p{first + n}", at=n) for n in range(1, size))])
        with CaptureQueriesContext(connection) as queries:
            erase("p1")
        counts.append(len(queries))
    assert counts[1] <= counts[0]


def test_the_figures_of_a_large_account_are_made_anew_in_the_night(
    accounts: list[TrackedAccount], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("audience.services.removing.MEASURED_AT_ONCE", -1)
    account = accounts[0]
    rollups.rebuild(account)
    load(account, [comment(n, f"p{n}", at=n) for n in range(1, 9)])
    while words.read_comments(account):
        pass
    erase("p1")
    account.refresh_from_db()
    state = AccountWords.objects.get(account=account)
    assert state.read_version < account.data_version, "shown as not complete"
    assert state.authenticity["comments"] == 8
    assert sum(row.comments for row in WordsDay.objects.all()) == 7
    words.catch_up(account)
    state.refresh_from_db()
    assert state.authenticity["comments"] == 7
