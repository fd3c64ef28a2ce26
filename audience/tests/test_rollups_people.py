"""A6, A10: the rollups about people say what the comments say, whichever way they came about."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, timedelta
from typing import Any

import pytest
from django.db import connection

from audience import loyalty, types
from audience.models import (
    AudienceCohort,
    AudienceHabit,
    AudienceSegment,
    Comment,
    Commenter,
    Post,
    TrackedAccount,
)
from audience.services import rollups
from audience.services.rollups import habit_changes, habit_rows
from audience.tests import factories
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team

LONG = "What a lovely roast this is"
TEXTS = [LONG, LONG.upper() + " ", "Yes!", "Yes!", "The best coffee in the whole town"]


@pytest.fixture
def account(team: Team) -> Iterator[TrackedAccount]:
    with workspace_scope(team.workspace.id):
        yield factories.account("northroast")


def person(choice: random.Random, number: int) -> Commenter:
    read = bool(number % 5)
    return factories.commenter(
        classified=read,
        username=f"p{choice.choice(['', '1234', '98765'])}.{number}",
        gender=choice.choice(["woman", "man", "unknown"]) if read else "",
        age=choice.choice(["13-17", "25-34", "unknown"]) if read else "",
        profile_type=choice.choice(["person", "suspected_bot"]) if read else "",
        language=choice.choice(["en", "de"]) if read else "",
        followers=choice.choice([None, 0, 20, 5000, 5001]),
        following=choice.choice([None, 499, 1000, 1499, 1500, 1501]),
        posts_count=choice.choice([None, 0, 12]),
        is_verified=choice.choice([None, False, True]),
        picture_state=choice.choice(["", "missing", "expired"]),
    )


def write(choice: random.Random, posts: list[Post], people: list[Commenter], how_many: int) -> list[Commenter]:
    """Random comments over five months; returns who wrote."""
    wrote = []
    for _ in range(how_many):
        at = factories.NOON + timedelta(minutes=choice.randrange(220_000)) if choice.random() < 0.95 else None
        wrote.append(choice.choice(people))
        factories.comment(
            choice.choice(posts),
            wrote[-1],
            commented_at=at,
            likes=choice.choice([None, 0, 1, 7]),
            text=choice.choice(TEXTS),
        )
    return wrote


def fill(account: TrackedAccount, seed: int = 1) -> tuple[random.Random, list[Post], list[Commenter]]:
    choice = random.Random(seed)
    people = [person(choice, number) for number in range(40)]
    people.append(factories.commenter(username=account.username))
    posts = [factories.post(account) for _ in range(5)]
    write(choice, posts, people, 200)
    write(choice, [factories.post()], people, 20)
    return choice, posts, people


def kind_of(who: Commenter, copies: int) -> tuple[str, int]:
    profile = types.Profile(
        username=who.username,
        followers=who.followers,
        following=who.following,
        posts=who.posts_count,
        verified=bool(who.is_verified),
        picture_missing=who.picture_state == "missing",
        copies=copies,
        profile_type=who.profile_type,
    )
    return types.kind(profile), types.signals(profile)


def truth(account: TrackedAccount) -> dict[Any, dict[str, Any]]:
    """Every person's habits, counted comment by comment in Python."""
    found: dict[Any, dict[str, Any]] = {}
    rows: dict[Any, list[Comment]] = {}
    for comment in Comment.objects.filter(account=account).exclude(commenter__username=account.username):
        rows.setdefault(comment.commenter_id, []).append(comment)
    people = Commenter.objects.in_bulk(list(rows))
    for key, comments in rows.items():
        days = [c.commented_at.astimezone(UTC).date() for c in comments if c.commented_at]
        long = [c.text.strip().lower() for c in comments if len(c.text.strip()) >= types.COPY_LENGTH]
        copies = len(long) - len(set(long))
        kind, signals = kind_of(people[key], copies)
        found[key] = {
            "comments": len(comments),
            "likes": sum(c.likes or 0 for c in comments),
            "posts": len({c.post_id for c in comments}),
            "weeks": len({day.isocalendar()[:2] for day in days}),
            "copies": copies,
            "months": sorted({day.replace(day=1) for day in days}),
            "kind": kind,
            "signals": signals,
        } | {name: getattr(people[key], name) for name in ("gender", "age", "profile_type", "language")}
    return found


def segment_sums(habits: list[dict[str, Any]]) -> tuple[int, ...]:
    return (
        len(habits),
        sum(h["comments"] for h in habits),
        sum(h["likes"] for h in habits),
        sum(h["comments"] ** 2 for h in habits),
        sum(h["likes"] ** 2 for h in habits),
        sum(h["likes"] * h["comments"] for h in habits),
        sum(loyalty.is_loyal(h["posts"], h["weeks"]) for h in habits),
        sum(h["copies"] for h in habits),
    )


def check(account: TrackedAccount) -> None:
    habits = truth(account)
    rows = AudienceHabit.objects.filter(account=account).values("commenter_id", *habit_rows.FIELDS)
    assert {row.pop("commenter_id"): row for row in rows} == habits
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    cohorts: Counter[tuple[date, date]] = Counter()
    loyal: Counter[tuple[date, date]] = Counter()
    for habit in habits.values():
        named = {name: habit[name] for name in ("gender", "age", "profile_type", "language")}
        named |= {"all": "", "comments": str(habit["comments"]), "signals": f"{habit['kind']}:{habit['signals']}"}
        for key in named.items():
            groups.setdefault(key, []).append(habit)
        for month in habit["months"]:
            cohorts[habit["months"][0], month] += 1
            loyal[habit["months"][0], month] += loyalty.is_loyal(habit["posts"], habit["weeks"])
    segments = AudienceSegment.objects.filter(account=account).values_list("dimension", "value", *habit_rows.SUMS)
    assert {row[:2]: tuple(map(int, row[2:])) for row in segments} == {k: segment_sums(v) for k, v in groups.items()}
    cells = AudienceCohort.objects.filter(account=account).values_list("cohort", "month", "people", "loyal")
    assert {row[:2]: row[2:] for row in cells} == {key: (n, loyal[key]) for key, n in cohorts.items()}


def values_of(account: TrackedAccount) -> dict[str, Any]:
    values = {"account": account.pk, "workspace": account.workspace_id}
    return values | {"username": account.username, "external": account.external_id}


def touch(account: TrackedAccount, people: list[Commenter]) -> int:
    with connection.cursor() as cursor:
        return habit_changes.touch(cursor, values_of(account), {who.pk for who in people})


@pytest.mark.parametrize("seed", [1, 2])
def test_a_rebuild_says_what_the_comments_say(account: TrackedAccount, seed: int) -> None:
    fill(account, seed)
    assert rollups.rebuild(account)
    check(account)
    assert not rollups.rebuild(account)


@pytest.mark.parametrize("seed", [3, 4])
def test_touching_people_comes_to_the_same_as_a_rebuild(account: TrackedAccount, seed: int) -> None:
    choice, posts, people = fill(account, seed)
    rollups.rebuild(account)
    wrote = write(choice, posts, [*people, person(choice, 99)], 30)
    gone = people[3]
    Comment.objects.filter(commenter=gone).delete()
    Commenter.objects.filter(pk=people[5].pk).update(gender="man", age="65+", followers=9000, following=3)
    assert touch(account, [*wrote, gone, people[5]])
    check(account)
    assert touch(account, [*wrote, gone, people[5]]) == 0
    with connection.cursor() as cursor:
        assert habit_rows.rebuild(cursor, values_of(account)) == 0


def test_a_new_classification_moves_a_person_to_another_segment(account: TrackedAccount) -> None:
    _, _, people = fill(account)
    rollups.rebuild(account)
    version = account.data_version
    keys = [who.pk for who in people[:10]]
    with rollups.reclassifying(keys):
        Commenter.objects.filter(pk__in=keys).update(
            gender="woman", age="55-64", profile_type="suspected_bot", language="fr"
        )
    account.refresh_from_db()
    assert account.data_version == version + 1
    check(account)


def test_an_account_without_comments_has_no_sums(account: TrackedAccount) -> None:
    assert not rollups.rebuild(account)
    check(account)
