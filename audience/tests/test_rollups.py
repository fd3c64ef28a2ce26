"""A10: the rollups say exactly what the comments say, and only what changed is written."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audience.models import AudienceGroup, AudienceHour, AudiencePerson, Comment, Commenter, TrackedAccount
from audience.services import rollups
from audience.tests import factories
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team

FIELDS = ("gender", "age", "profile_type", "language")


@pytest.fixture
def account(team: Team) -> Iterator[TrackedAccount]:
    with workspace_scope(team.workspace.id):
        yield factories.account("northroast")


def fill(account: TrackedAccount, seed: int = 1, people: int = 40, comments: int = 150) -> None:
    """A random small audience, with the account itself, times without an hour and people not read yet."""
    choice = random.Random(seed)
    found = [
        factories.commenter(
            classified=bool(number % 5),
            gender=choice.choice(["woman", "man", "unknown"]) if number % 5 else "",
            age=choice.choice(["18-24", "25-34", "unknown"]) if number % 5 else "",
            language=choice.choice(["en", "de"]) if number % 5 else "",
        )
        for number in range(people)
    ]
    found.append(factories.commenter(username=account.username))
    found.append(factories.commenter(external_id=account.external_id, username="old.name"))
    posts = [factories.post(account) for _ in range(3)]
    for _ in range(comments):
        at = factories.NOON + timedelta(minutes=choice.randrange(10_000)) if choice.random() < 0.95 else None
        factories.comment(
            choice.choice(posts), choice.choice(found), commented_at=at, likes=choice.choice([None, 0, 1, 7])
        )


def truth(account: TrackedAccount) -> tuple[dict[Any, Any], Counter[Any], Counter[Any], Counter[Any]]:
    """People, groups (people and comments) and hours, counted row by row in Python."""
    people: dict[Any, list[Any]] = {}
    hours: Counter[Any] = Counter()
    for comment in Comment.objects.filter(account=account).select_related("commenter"):
        person = comment.commenter
        is_owner = person.username == account.username or person.external_id == account.external_id
        row = people.setdefault(person.pk, [0, 0, None, None, is_owner])
        row[0] += 1
        row[1] += comment.likes or 0
        if comment.commented_at:
            row[2] = min(row[2] or comment.commented_at, comment.commented_at)
            row[3] = max(row[3] or comment.commented_at, comment.commented_at)
            if not is_owner:
                hours[comment.commented_at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)] += 1
    by_id = Commenter.objects.in_bulk(list(people))
    sizes: Counter[Any] = Counter()
    comments: Counter[Any] = Counter()
    for key, row in people.items():
        if not row[4]:
            group = tuple(getattr(by_id[key], name) for name in FIELDS)
            sizes[group] += 1
            comments[group] += row[0]
    return {key: tuple(row) for key, row in people.items()}, sizes, comments, hours


def check(account: TrackedAccount) -> None:
    people, sizes, comments, hours = truth(account)
    rows = AudiencePerson.objects.filter(account=account)
    found = {
        row[0]: row[1:] for row in rows.values_list("commenter", "comments", "likes", "first_at", "last_at", "is_owner")
    }
    assert found == people
    groups = AudienceGroup.objects.filter(account=account)
    assert {tuple(row[:4]): row[4:] for row in groups.values_list(*FIELDS, "people", "comments")} == {
        group: (size, comments[group]) for group, size in sizes.items()
    }
    assert dict(AudienceHour.objects.filter(account=account).values_list("hour", "comments")) == hours


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_rollups_equal_a_count_of_every_comment(account: TrackedAccount, seed: int) -> None:
    fill(account, seed)
    assert rollups.rebuild(account)
    check(account)


def test_a_second_rebuild_changes_nothing_and_says_so(account: TrackedAccount) -> None:
    fill(account)
    rollups.rebuild(account)
    before = {row.pk: row.comments for row in AudiencePerson.objects.all()}
    version = account.data_version
    assert version == 1
    assert not rollups.rebuild(account)
    assert account.data_version == version
    assert {row.pk: row.comments for row in AudiencePerson.objects.all()} == before


def test_new_changed_and_deleted_comments_reach_the_rollups(account: TrackedAccount) -> None:
    fill(account)
    rollups.rebuild(account)
    kept = AudiencePerson.objects.values_list("pk", "commenter")
    gone = Comment.objects.filter(account=account).first()
    assert gone
    Comment.objects.filter(commenter=gone.commenter_id).delete()
    Comment.objects.filter(account=account).update(likes=3)
    factories.comment(factories.post(account), commented_at=factories.NOON + timedelta(days=90))
    before = dict(kept)
    assert rollups.rebuild(account)
    check(account)
    after = dict(AudiencePerson.objects.values_list("pk", "commenter"))
    assert set(before.values()) - set(after.values()) == {gone.commenter_id}
    assert len(set(before) & set(after)) == len(before) - 1, "rows that stay keep their identity"
    assert account.data_version == 2


def test_a_new_classification_reaches_the_groups_without_a_rebuild(account: TrackedAccount) -> None:
    factories.audience(account, [(12, {"gender": "", "age": "", "profile_type": "", "language": ""})])
    rollups.rebuild(account)
    people = list(Commenter.objects.values_list("pk", flat=True))
    with rollups.reclassifying(people):
        Commenter.objects.all().update(gender="man", age="35-44", profile_type="person", language="de")
    check(account)
    account.refresh_from_db()
    assert account.data_version == 2


def test_an_account_leaves_the_rollups_of_others_alone(account: TrackedAccount) -> None:
    other = factories.account("southroast")
    fill(account, 1)
    fill(other, 2)
    rollups.rebuild(account)
    rollups.rebuild(other)
    Comment.objects.filter(account=other).delete()
    rollups.rebuild(other)
    check(account)
    check(other)
    assert not AudiencePerson.objects.filter(account=other).exists()


def test_a_person_of_two_accounts_counts_in_both(account: TrackedAccount) -> None:
    other, person = factories.account("southroast"), factories.commenter()
    for one in (account, other):
        factories.comment(factories.post(one), person)
        rollups.rebuild(one)
    assert AudiencePerson.objects.filter(commenter=person).count() == 2


def test_an_account_without_a_known_id_does_not_own_people_without_one(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        account = factories.account("northroast", external_id="")
        factories.comment(factories.post(account), factories.commenter(external_id=""))
        rollups.rebuild(account)
        assert AudiencePerson.objects.get().is_owner is False


def test_a_rebuild_costs_the_same_few_statements_however_many_people_there_are(account: TrackedAccount) -> None:
    counts = []
    rollups.rebuild(account)
    for size in (5, 50):
        factories.audience(account, [(size, {})])
        with CaptureQueriesContext(connection) as queries:
            rollups.rebuild(account)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 34


def test_the_rollups_of_another_workspace_are_out_of_reach(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        mine = factories.account("northroast")
        factories.audience(mine, [(12, {})])
        rollups.rebuild(mine)
    with workspace_scope(team.elsewhere.id):
        assert rollups.rebuild(mine) is False
        assert not AudiencePerson.objects.exists()
    with workspace_scope(team.workspace.id):
        assert AudiencePerson.objects.count() == 12
