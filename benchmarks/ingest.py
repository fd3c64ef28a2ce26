"""Comments a second through the product's own import: parsing, row-level security, upserts, with the app's role.

``make bench ARGS=benchmarks/ingest.py``; AURA_TEST_COMMENTS sets how many (1,000,000). The database writes durably, as
an installation's does. Memory is the whole process, pytest included.
"""

import os
import random
import resource
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import psutil
import psycopg
import pytest
from django.db import connection

from accounts.models import User
from accounts.services import create_workspace
from audience.dataset import Limits, read_dataset
from audience.models import Run
from audience.services.ingest import import_records
from audience.services.uploads import track_account
from aura.tenancy.scope import workspace_scope

COMMENTS = int(os.environ.get("AURA_TEST_COMMENTS", "1000000"))
PEOPLE = max(1, COMMENTS * 3 // 10)
POSTS = 300
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
WORDS = (
    "love",
    "this",
    "café",
    "🔥",
    "where",
    "is",
    "it",
    "from",
    "so",
    "good",
    "wow",
    "@friend",
    "¿cuándo?",
    "please",
)
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


def dataset_lines() -> Iterator[bytes]:
    """Comment items in the shape of the actor, always the same ones."""
    chance = random.Random(7)
    for number in range(COMMENTS):
        person = min(int(chance.random() ** 1.5 * PEOPLE), PEOPLE - 1)
        picture = f"https://scontent.example.net/v/t51.2885-19/{person}_n.jpg?stp=dst-jpg_s150x150&oe=6A42E2E1"
        post = f"https://www.instagram.com/p/D{chance.randrange(POSTS):09d}/"
        key = str(18_000_000_000_000_000 + number)
        yield orjson.dumps(
            {
                "postUrl": post,
                "commentUrl": f"{post}c/{key}",
                "id": key,
                "text": " ".join(chance.choices(WORDS, k=chance.randrange(1, 12))),
                "ownerUsername": f"person.{person}",
                "ownerProfilePicUrl": picture,
                "timestamp": (BEGAN + timedelta(seconds=number * 20)).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
                "repliesCount": None,
                "replies": None,
                "likesCount": chance.randrange(-1, 50),
                "owner": {
                    "username": f"person.{person}",
                    "profile_pic_url": picture,
                    "is_verified": person % 97 == 0,
                    "id": str(50_000_000_000 + person),
                    "fbid_v2": str(17_841_400_000_000_000 + person),
                    "full_name": None,
                    "is_mentionable": None,
                    "is_private": None,
                    "profile_pic_id": None,
                    "latest_reel_media": None,
                },
            },
            option=orjson.OPT_APPEND_NEWLINE,
        )


def write_durably() -> None:
    """Undo what makes the test run's server fast and forgetful."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        for name, value in DURABLE.items():
            server.execute(f"ALTER SYSTEM SET {name} = {value}")
        server.execute("SELECT pg_reload_conf()")


def database_seconds() -> float:
    """CPU seconds of the server process of our connection, which runs on this machine."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (process,) = cursor.fetchone() or (0,)
    times = psutil.Process(process).cpu_times()
    return float(times.user + times.system)


def peak() -> str:
    """The most memory that this process ever held."""
    now = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS"))
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return f"memory {int(now.split()[1]) // 1024} MB, peak {most // 1024} MB"


@pytest.mark.bench
@pytest.mark.timeout(3600)
@pytest.mark.django_db(transaction=True, databases=["default", "staff"])
def test_a_million_comments_are_imported_and_the_same_again(tmp_path: Path) -> None:
    write_durably()
    file = tmp_path / "bench.jsonl"
    with file.open("wb") as out:
        out.writelines(dataset_lines())
    owner = User.objects.create_user("bench@example.org")
    workspace = create_workspace(owner, name="Bench", slug="bench")

    def transaction() -> AbstractContextManager[Any]:
        return workspace_scope(workspace.id)

    print(f"\nbefore: {peak()}")
    for title in ("first import", "the same again"):
        with transaction():
            account = track_account("bench")
            run = Run.objects.create(workspace=workspace, account=account, filename="bench.jsonl")
        began, busy, database = time.perf_counter(), time.process_time(), database_seconds()
        with file.open("rb") as stream:
            records = read_dataset(stream, filename=file.name, limits=Limits())
            counts = import_records(run, records, transaction=transaction, on_batch=lambda done: None)
        spent, cpu = time.perf_counter() - began, time.process_time() - busy
        database = database_seconds() - database
        print(f"{title}: {COMMENTS / spent:,.0f} comments/s in {spent:.1f} s; {peak()}")
        print(f"  CPU: Python {cpu:.1f} s, database connection {database:.1f} s")
        print(f"  {counts}")
    with transaction(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audience_comment")
        assert cursor.fetchone() == (COMMENTS,)
