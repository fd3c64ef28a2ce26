"""Whole small audiences for the people pages: people who come back, followers, shared people."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random

from django.db import transaction

from audience.models import Comment, Commenter, Post, TrackedAccount
from audience.services import rollups
from audience.services.growth import save_follower_demographics, take_snapshot
from audience.tests import factories

FIRST = datetime(2026, 1, 5, 9, tzinfo=UTC)
GROUPS = (
    {"gender": "woman", "age": "25-34", "profile_type": "person", "language": "en"},
    {"gender": "woman", "age": "18-24", "profile_type": "person", "language": "en"},
    {"gender": "man", "age": "25-34", "profile_type": "person", "language": "de"},
    {"gender": "man", "age": "35-44", "profile_type": "creator", "language": "de"},
    {"gender": "unknown", "age": "unknown", "profile_type": "business", "language": "en"},
)
FIGURES = ((300, 250, 40), (900, 700, 90), (9000, 400, 300), (150, 3000, 12), (1, 2500, 0), (None, None, None))


def lively(username: str, *, people: int = 700, seed: int = 1, also: Sequence[Commenter] = ()) -> TrackedAccount:
    """An account whose people comment over seven months, a few of them often; some have follower figures."""
    choice = Random(seed)
    account = factories.account(username, followers=48_000, following=310, posts_count=28, last_import_at=FIRST)
    posts = [
        factories.post(account, posted_at=FIRST + timedelta(days=7 * n), caption=f"Roast of week {n + 1}")
        for n in range(28)
    ]
    found = [*also]
    for number in range(people):
        followers, following, shown = FIGURES[number % len(FIGURES)]
        fields = GROUPS[choice.randrange(len(GROUPS))]
        figures = {"followers": followers, "following": following, "posts_count": shown}
        found.append(factories._person(True, {**fields, **figures, "username": f"{username}.p{seed}{number}"}))
    new = factories.save_people([person for person in found if person._state.adding])
    _write(account, posts, [*also, *new], choice)
    rollups.rebuild(account)
    return account


def _write(account: TrackedAccount, posts: list[Post], people: list[Commenter], choice: Random) -> None:
    rows: list[Comment] = []
    for person in people:
        first = int(len(posts) * choice.random() ** 1.4)
        times = 1 + int(choice.paretovariate(1.1)) if choice.random() < 0.6 else 1
        for turn in range(min(times, 40)):
            place = min(len(posts) - 1, first + turn * choice.randrange(1, 6))
            at = (posts[place].posted_at or FIRST) + timedelta(minutes=choice.randrange(2000))
            rows.append(
                Comment(
                    workspace_id=account.workspace_id,
                    account=account,
                    post=posts[place],
                    commenter=person,
                    external_id=f"{account.username}{len(rows)}",
                    text="Lovely roast",
                    likes=choice.randrange(5),
                    commented_at=at,
                )
            )
    with transaction.atomic():
        Comment.objects.bulk_create(rows)


def grown(account: TrackedAccount, days: int = 40, jump: int = 900) -> None:
    """Snapshots of so many days, with one jump, and Instagram's own figures."""
    choice = Random(5)
    for day in range(days):
        if day in (17, 18):
            continue
        account.followers = 48_000 + 22 * day + choice.randrange(9) + (jump if day >= 25 else 0)
        take_snapshot(account, "apify", FIRST + timedelta(days=150 + day))
    save_follower_demographics(
        account,
        FIRST.date(),
        age={"13-17": 900, "18-24": 12_000, "25-34": 18_000, "35-44": 9_000, "45-54": 3_000, "55-64": 900, "65+": 4},
        gender={"F": 26_000, "M": 17_000, "U": 4_000},
        country={"DE": 21_000, "US": 9_000, "AT": 4_000},
        city={"Berlin, Germany": 5_000},
    )
