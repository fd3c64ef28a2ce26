"""Pages, API and rollups over one account with a million comments, then with ten millions, and how they grow.

``make bench ARGS=benchmarks/dashboard.py``; AURA_TEST_SIZES names the sizes ("1000000,10000000": about 15 GB of disk
and half an hour). AURA_TEST_DURABLE=1 gives PostgreSQL the memory and durability of the stack. Everything runs as the
app role behind its wall, without a cached answer. Pages and API are asked through the whole of Django; figures are
milliseconds.
"""

import io
import os
import random
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
import pytest
from django.core.cache import cache
from django.db import connection, connections
from django.urls import reverse

from accounts.models import User
from accounts.services import create_workspace
from audience.dataset import Limits, read_dataset
from audience.models import AudiencePerson, AudienceState, Commenter, Post, Run, TrackedAccount
from audience.queries import activity
from audience.queries.comparing import Asked, compare
from audience.queries.demographics import demographics
from audience.services import rollups
from audience.services.erasure import erase_people
from audience.services.ingest import import_records
from audience.services.uploads import track_account
from aura.privacy.registry import Erasure
from aura.privacy.subjects import Identifiers
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import api_client, page_client
from benchmarks.loading import fill

SIZES = [int(size) for size in os.environ.get("AURA_TEST_SIZES", "1000000,10000000").split(",")]
MONTH: Any = {"start": date(2025, 6, 1), "end": date(2025, 6, 30)}
TIMES = 20
NEW = 1000
Figures = dict[str, tuple[float, float]]


def took(ask: Callable[[], Any]) -> float:
    """Milliseconds of one asking without a cached answer."""
    cache.clear()
    began = time.perf_counter()
    ask()
    return 1000 * (time.perf_counter() - began)


def measured(ask: Callable[[], Any], times: int = TIMES) -> tuple[float, float]:
    """The middle one and the 95th of 100 of several askings, after one to warm up."""
    ask()
    spent = sorted(took(ask) for _ in range(times))
    return statistics.median(spent), spent[min(times - 1, round(0.95 * times) - 1)]


def good(response: Any) -> None:
    assert response.status_code == 200, response.content[:300]


def pages(user: User, account: TrackedAccount) -> Iterator[tuple[str, Callable[[], Any]]]:
    """What a person or program asks for."""
    browser, program = page_client(user), api_client(user)

    def page(name: str, **query: Any) -> Callable[[], Any]:
        return lambda: good(browser.get(reverse(f"audience:{name}", args=[account.username]), query))

    def api(name: str, **query: Any) -> Callable[[], Any]:
        return lambda: good(program.get(reverse(f"api:audience:{name}", args=[account.pk]), query))

    yield "page: report", page("account")
    yield "page: report of a month", page("account", start="2025-06-01", end="2025-06-30")
    yield "page: report of a post", page("account", post=str(account.posts.all()[100].pk))
    yield "page: posts", page("account_posts")
    yield "page: posts by comments", page("account_posts", sort="-comments")
    yield "page: report to print", page("account_print")
    yield "API: posts", api("posts")
    yield "API: demographics", api("demographics")
    yield "API: demographics of a month", api("demographics", **{"from": "2025-06-01", "to": "2025-06-30"})
    yield "API: activity", api("activity")
    yield "API: top commenters", api("top_commenters")
    yield "API: comments", api("comments")


def reads(account: TrackedAccount, post: Post) -> Iterator[tuple[str, Callable[[], Any]]]:
    """What the pages ask the database for."""
    yield "demographics", lambda: demographics(account)
    yield "demographics of a month", lambda: demographics(account, **MONTH)
    yield "demographics of a post", lambda: demographics(account, post=post.pk)
    yield "comments by day", lambda: activity.daily(account)
    yield "by weekday and hour, Kolkata", lambda: activity.by_hour(account, zone="Asia/Kolkata")
    yield "totals", lambda: activity.totals(account)
    yield "totals of a month", lambda: activity.totals(account, **MONTH)
    yield "top people", lambda: activity.top_people(account, limit=10)
    before = Asked(account, date(2025, 5, 1), date(2025, 5, 31))
    yield "comparison of two months", lambda: compare(before, Asked(account, **MONTH))
    yield "top people of a month", lambda: activity.top_people(account, limit=10, **MONTH)


def new_comments(seed: int, people: int) -> bytes:
    """A dataset of 1,000 comments nobody has seen, of people old and new, on posts that are mostly recent."""
    chance = random.Random(seed)
    began = datetime(2025, 12, 20, tzinfo=UTC)
    lines = []
    for number in range(NEW):
        person = 1 + int(chance.random() ** 1.5 * people * 1.1)
        post = min(299, int(300 * chance.random() ** 0.2))
        name = f"person.{person}"
        at = began + timedelta(minutes=number * 10)
        lines.append(
            orjson.dumps(
                {
                    "id": str(10**9 * (1 + seed) + number),
                    "text": "Where is it from?",
                    "ownerUsername": name,
                    "owner": {"id": str(person), "username": name},
                    "postUrl": f"https://www.instagram.com/p/P{post}/",
                    "timestamp": at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
                    "likesCount": 3,
                }
            )
        )
    return b"\n".join(lines)


def import_new(account: TrackedAccount, seed: int, people: int, *, followed: bool) -> float:
    """Milliseconds of an import of 1,000 new comments, with the rollups following or left alone."""
    with workspace_scope(account.workspace_id):
        AudienceState.objects.filter(account=account).update(is_stale=not followed)
        run = Run.objects.create(workspace_id=account.workspace_id, account=account, started_at=datetime.now(UTC))
    records = read_dataset(io.BytesIO(new_comments(seed, people)), filename="x.jsonl", limits=Limits())
    began = time.perf_counter()
    import_records(run, records, transaction=lambda: workspace_scope(account.workspace_id), on_batch=lambda done: None)
    spent = 1000 * (time.perf_counter() - began)
    with workspace_scope(account.workspace_id):
        AudienceState.objects.filter(account=account).update(is_stale=False)
    return spent


class Timed:
    """A part of the rollups that notes how long its touches take."""

    def __init__(self, part: rollups.Part) -> None:
        self.part, self.name, self.exact, self.spent = part, part.name, part.exact, 0.0

    def rebuild(self, cursor: Any, values: Any) -> int:
        return self.part.rebuild(cursor, values)

    def touch(self, cursor: Any, values: Any, changes: Any) -> int:
        began = time.perf_counter()
        written = self.part.touch(cursor, values, changes)
        self.spent += 1000 * (time.perf_counter() - began)
        return written


def keeping(account: TrackedAccount, people: int) -> Figures:
    """What it costs to keep the rollups: 1,000 new comments, 1,000 people seen otherwise, a person erased."""
    figures: Figures = {}
    untimed = list(rollups.PARTS)
    timed = [Timed(part) for part in untimed]
    rollups.PARTS[:] = timed
    rounds = 7
    followed = sorted(import_new(account, seed, people, followed=True) for seed in range(rounds))
    rollups.PARTS[:] = untimed
    figures["import of 1,000, followed"] = followed[rounds // 2], followed[-1]
    for part in timed:
        figures[f"… of that {part.name}"] = part.spent / rounds, part.spent / rounds
    with workspace_scope(account.workspace_id):
        some = list(AudiencePerson.objects.filter(account=account).values_list("commenter", flat=True)[:NEW])

    def reclassify(gender: str) -> None:
        with workspace_scope(account.workspace_id), rollups.reclassifying(some):
            Commenter.objects.filter(pk__in=some).update(gender=gender)

    spent = sorted(took(lambda gender=gender: reclassify(gender)) for gender in ("man", "woman") * 3)  # type: ignore[misc]
    figures["1,000 people seen otherwise"] = spent[3], spent[-1]
    figures["a person erased"] = erasing(account)
    bare = sorted(import_new(account, seed + rounds, people, followed=False) for seed in range(rounds))
    figures["import of 1,000, rollups left alone"] = bare[rounds // 2], bare[-1]
    with workspace_scope(account.workspace_id):
        AudienceState.objects.filter(account=account).update(is_stale=True)
    return figures


def erasing(account: TrackedAccount) -> tuple[float, float]:
    """Milliseconds of erasing one person at a time: their rows, and what they brought into every report."""
    with workspace_scope(account.workspace_id):
        names = list(Commenter.objects.order_by("-pk").values_list("username", flat=True)[:7])

    def erase(name: str) -> None:
        with workspace_scope(account.workspace_id):
            erase_people(Erasure(who=Identifiers(frozenset({name}), frozenset())))

    spent = sorted(took(lambda name=name: erase(name)) for name in names)  # type: ignore[misc]
    return spent[len(spent) // 2], spent[-1]


def prepare(size: int) -> tuple[User, TrackedAccount]:
    user = User.objects.create_user(f"bench{size}@example.org")
    workspace = create_workspace(user, name=f"Bench {size}", slug=f"bench-{size}")
    with workspace_scope(workspace.id):
        account = track_account("bench")
        account.followers = 48_200
        account.save()
    began = time.perf_counter()
    fill(account, size)
    print(
        f"\n{size:,} comments of {size * 3 // 10:,} people on 300 posts: filled in {time.perf_counter() - began:.0f} s"
    )
    return user, account


def rebuilds(account: TrackedAccount) -> Figures:
    figures: Figures = {}
    for words in ("rebuild, everything new", "rebuild, nothing new"):
        with workspace_scope(account.workspace_id):
            spent = took(lambda: rollups.rebuild(account))
        with connections["owner"].cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        figures[words] = spent, spent
    return figures


def measure(size: int) -> Figures:
    user, account = prepare(size)
    figures = rebuilds(account)
    with workspace_scope(account.workspace_id):
        post = Post.objects.earliest("posted_at")
        asked = [(f"read: {name}", ask) for name, ask in reads(account, post)]
        figures |= {name: measured(ask) for name, ask in asked}
        asked = list(pages(user, account))
    figures |= {name: measured(ask) for name, ask in asked}
    figures |= keeping(account, size * 3 // 10)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        print(f"the database has {cursor.fetchone()[0] / 2**30:.1f} GB now")
    return figures


def show(found: dict[int, Figures]) -> None:
    sizes = list(found)
    print("\n" + f"{'milliseconds: middle / 95 of 100':40}" + "".join(f"{size:>22,}" for size in sizes) + "    growth")
    for name, first in found[sizes[0]].items():
        cells = "".join(f"{found[size][name][0]:12.1f} / {found[size][name][1]:7.1f}" for size in sizes)
        growth = f"{found[sizes[-1]][name][0] / max(first[0], 0.1):9.2f} ×" if len(sizes) > 1 else ""
        print(f"{name:40}{cells}{growth}", flush=True)


@pytest.mark.bench
@pytest.mark.timeout(7200)
@pytest.mark.django_db(transaction=True, databases=["default", "staff", "owner"])
def test_the_dashboard_over_many_comments() -> None:
    found: dict[int, Figures] = {}
    for size in SIZES:
        found[size] = measure(size)
        show({size: found[size]})
    show(found)
