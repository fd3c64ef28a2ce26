"""A10: answers about periods and posts from the packs are those that reading every comment gives, whatever happens."""

import random
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audience.anonymity import Census
from audience.models import AudiencePacked, AudiencePage, AudienceSheet, AudienceState, Commenter, TrackedAccount
from audience.queries import packs
from audience.queries.activity import activity, by_hour, top_people, totals
from audience.queries.comparing import Asked, period_sums
from audience.queries.matching import Question, kept, matching_people
from audience.services import rollups
from audience.services.rollups import packs as keeping
from audience.tests import factories
from audience.tests.test_rollups_erased import act
from audience.tests.test_rollups_followed import comment, load
from aura.providers.ports import AGES, GENDERS, PROFILE_TYPES
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team

AXES: dict[str, tuple[str, ...]] = {
    "gender": (*GENDERS, "unknown"),
    "age": (*AGES, "unknown"),
    "profile_type": (*PROFILE_TYPES, "unknown"),
    "language": ("en", "de", "other", "unknown"),
}
FIRST = date(2026, 2, 28)
MONTHS = (1, 31), (-27, 35)
PEOPLE, POSTS = 60, ["AAA", "BBB", "CCC", "DDD"]


@pytest.fixture
def accounts(team: Team) -> Iterator[list[TrackedAccount]]:
    with workspace_scope(team.workspace.id):
        yield [factories.account("northroast", external_id="900"), factories.account("southroast", external_id="901")]


def items(chance: random.Random, many: int, first: int) -> list[dict[str, Any]]:
    return [
        comment(
            first + n,
            chance.choice(
                [f"p{1 + int(chance.random() ** 2 * PEOPLE)}", f"p{chance.randint(1, PEOPLE)}", "northroast"]
            ),
            chance.choice(POSTS),
            chance.choice([None, chance.uniform(-24, 300), chance.uniform(-24, 300)]),
            likesCount=chance.choice([0, 1, 7, 40_000, 3_000_000_000]),
        )
        for n in range(many)
    ]


def questions(account: TrackedAccount) -> Iterator[dict[str, Any]]:
    for start, end in ((None, 3), (2, None), (0, 13), (4, 4), (5, 9), (100, 200), *MONTHS):
        days = [None if day is None else FIRST + timedelta(days=day) for day in (start, end)]
        yield dict(zip(("start", "end"), days, strict=True))
    for post in account.posts.values_list("pk", flat=True):
        yield {"post": post}


def plain(census: Census) -> tuple[Any, ...]:
    return census.key, census.seen.tolist(), census.true.tolist()


def answers(account: TrackedAccount) -> list[Any]:
    """All that a period or a post may be asked."""
    account.refresh_from_db()
    found: list[Any] = []
    for asked in questions(account):
        census, people = matching_people(account, Question(**asked), AXES)
        tops = [
            top_people(account, limit=limit, offset=offset, order=order, **asked)
            for order in ("comments", "likes")
            for limit, offset in ((3, 0), (5, 4))
        ]
        sums = period_sums(Asked(account, **asked)) if "post" not in asked else None
        times = [by_hour(account, zone=zone, **asked) for zone in ("UTC", "Europe/Berlin", "Asia/Kolkata")]
        series = [activity(account, bucket, **asked) for bucket in ("hour", "day", "week")]
        if "post" in asked:
            some = asked | {"start": FIRST + timedelta(days=1), "end": FIRST + timedelta(days=4)}
            times.append(by_hour(account, **some))
            series.append(activity(account, "day", **some))
        found.append((asked, plain(census), people, totals(account, **asked), tops, sums, times, series))
    return found


def check(account: TrackedAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both roads say the same, and the packs are the one that was gone."""
    for asked in questions(account):
        found = packs.commenting(account, asked.get("start"), asked.get("end"), asked.get("post"))
        assert found, "not packed"
        assert packs.count_in(Census(AXES), found, kept)
        assert packs.foremost(found, 5, "likes") is not None
        assert "post" not in asked or packs.times(account, asked["post"]) is not None
    by_packs = answers(account)
    with monkeypatch.context() as patch:
        patch.setattr(packs, "commenting", lambda *asked: None)
        patch.setattr(packs, "times", lambda *asked: None)
        assert by_packs == answers(account)


def classify(chance: random.Random, many: int) -> None:
    keys = chance.sample(list(Commenter.objects.order_by("pk").values_list("pk", flat=True)), many)
    with rollups.reclassifying(keys):
        for key in keys:
            values = {name: chance.choice(axis) for name, axis in AXES.items()}
            values["language"] = chance.choice(["en", "de", "fr", "unknown"])
            values = dict.fromkeys(values, "") if chance.random() < 0.1 else values
            Commenter.objects.filter(pk=key).update(**values)


@pytest.mark.parametrize("seed", [1, 2])
def test_packs_answer_as_the_comments_do_after_every_kind_of_change(
    accounts: list[TrackedAccount], monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    chance = random.Random(seed)
    monkeypatch.setattr("audience.services.removing.MEASURED_AT_ONCE", -1)
    monkeypatch.setattr(keeping, "PAGE", 16)
    monkeypatch.setattr("audience.queries.activity.SPARE", 2)
    for number, account in enumerate(accounts):
        rollups.rebuild(account)
        load(account, items(chance, 150, 1000 * number))
    changes: list[Callable[[], object]] = [
        lambda: classify(chance, 30),
        lambda: load(accounts[0], items(chance, 30, 200)),
        lambda: load(accounts[0], items(chance, 60, 20)),
        lambda: act("erase", f"p{chance.randint(1, 5)}"),
        lambda: act("sweep", chance.sample(range(100), 40)),
        lambda: classify(chance, 15),
        lambda: rollups.rebuild(accounts[0]),
        lambda: load(accounts[0], items(chance, 20, 400)),
        lambda: act("erase", f"p{chance.randint(6, 12)}"),
    ]
    for place, change in enumerate(changes):
        change()
        check(accounts[0], monkeypatch)
        if place % 4 == 3:
            check(accounts[1], monkeypatch)
    for account in accounts:
        found = answers(account)
        assert "packs" not in {name for name, rows in rollups.rebuilt(account).items() if rows}
        assert answers(account) == found, "packed anew they say the same"


def test_an_account_whose_rollups_wait_or_that_was_never_packed_counts_its_comments(
    accounts: list[TrackedAccount],
) -> None:
    account = accounts[0]
    load(account, items(random.Random(1), 30, 0))
    rollups.rebuild(account)
    asked = FIRST, None, None
    assert packs.commenting(account, *asked)
    AudienceState.objects.filter(account=account).update(is_stale=True)
    assert packs.commenting(account, *asked) is None
    AudienceState.objects.filter(account=account).update(is_stale=False)
    AudiencePacked.objects.filter(account=account).delete()
    assert packs.commenting(account, *asked) is None
    rollups.rebuild(account)
    assert packs.commenting(account, *asked)
    account.username = "p1"
    assert packs.commenting(account, *asked) is None, "another person is the account itself now"


def test_a_comment_whose_time_alone_changes_moves(
    accounts: list[TrackedAccount], monkeypatch: pytest.MonkeyPatch
) -> None:
    account = accounts[0]
    rollups.rebuild(account)
    load(account, [comment(n, f"p{n}", at=n) for n in range(1, 5)])
    post = account.posts.all()[0].pk
    before = by_hour(account, post=post)
    load(account, [comment(3, "p3", at=50)])
    check(account, monkeypatch)
    assert by_hour(account, post=post) != before


def test_a_post_whose_sheets_do_not_tell_times_counts_its_comments(accounts: list[TrackedAccount]) -> None:
    account = accounts[0]
    load(account, items(random.Random(3), 60, 0))
    rollups.rebuild(account)
    post = account.posts.all()[0].pk
    told = by_hour(account, post=post)
    AudienceSheet.objects.filter(account=account, post=post).update(quarters=None, dated=None)
    assert packs.times(account, post) is None
    assert by_hour(account, post=post) == told


def test_a_lost_sheet_is_found_at_night(accounts: list[TrackedAccount], monkeypatch: pytest.MonkeyPatch) -> None:
    account = accounts[0]
    rollups.rebuild(account)
    load(account, items(random.Random(5), 60, 0))
    lost = AudienceSheet.objects.filter(account=account, day__isnull=False).first()
    assert lost is not None
    lost.delete()
    assert rollups.check(account)["packs"] == 1
    check(account, monkeypatch)
    assert rollups.check(account) == {}


def test_an_erased_person_leaves_zeros(accounts: list[TrackedAccount]) -> None:
    account = accounts[0]
    rollups.rebuild(account)
    load(account, [comment(n, f"p{n}", at=n) for n in range(1, 9)])
    person = Commenter.objects.get(username="p3")
    classify(random.Random(1), 8)

    def held() -> list[tuple[UUID, int, int]]:
        found: list[tuple[UUID, int, int]] = []
        for page in AudiencePage.objects.filter(account=account):
            names = [UUID(bytes=bytes(page.commenters)[16 * n : 16 * n + 16]) for n in range(page.size)]
            keys, codes = np.frombuffer(page.keys, ">i8").tolist(), np.frombuffer(page.codes, ">i2").tolist()
            found += zip(names, keys, codes, strict=True)
        return found

    assert person.pk in {name for name, _, _ in held()}
    act("erase", "p3")
    assert person.noise_key not in {key for _, key, _ in held()}
    assert person.pk not in {name for name, _, _ in held()}
    assert (UUID(int=0), 0, 0) in held()


def test_another_workspace_sees_no_packs(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        account = factories.account("northroast", external_id="900")
        load(account, items(random.Random(1), 30, 0))
        rollups.rebuild(account)
        assert packs.commenting(account, FIRST, None, None)
    with workspace_scope(team.elsewhere.id):
        assert packs.commenting(account, FIRST, None, None) is None
        assert not AudienceSheet.objects.count() + AudiencePage.objects.count() + AudiencePacked.objects.count()


def test_a_repeated_question_reads_no_sheet_again_and_a_change_is_seen(
    accounts: list[TrackedAccount], monkeypatch: pytest.MonkeyPatch
) -> None:
    account = accounts[0]
    rollups.rebuild(account)
    load(account, items(random.Random(2), 60, 0))
    read: list[str] = []
    asked = packs._arrays

    def noting(query: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        read.append(query)
        return asked(query, values)

    monkeypatch.setattr(packs, "_arrays", noting)
    first = matching_people(account, Question(start=FIRST), AXES)
    assert len(read) == 2
    assert plain(matching_people(account, Question(start=FIRST), AXES)[0]) == plain(first[0])
    assert len(read) == 2
    load(account, [comment(900, "p1", at=20), comment(901, "p59", at=20)])
    check(account, monkeypatch)


def test_the_answer_is_not_read_from_comments(accounts: list[TrackedAccount]) -> None:
    account = accounts[0]
    load(account, items(random.Random(2), 60, 0))
    rollups.rebuild(account)
    with CaptureQueriesContext(connection) as queries:
        matching_people(account, Question(start=FIRST), AXES)
        period_sums(Asked(account, FIRST))
    assert not [query for query in queries if "audience_comment " in query["sql"]]
