"""Reports of a month and a post over one large account, from the packs and by reading every comment, and their keeping.

``make bench ARGS=benchmarks/periods.py``; AURA_TEST_SIZES names the sizes. Figures are milliseconds: CPU of Python and
PostgreSQL together (``PGOPTIONS="-c max_parallel_workers_per_gather=0"`` keeps that to one process), and by the clock.
Nothing is cached but, where the packs answer, the people's keys, groups and shuffled places in the process; ``first``
is without them.
"""

import os
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, connections
from django.urls import reverse

from accounts.models import User
from audience.models import Commenter, TrackedAccount
from audience.queries import packs
from audience.queries.activity import top_people, totals
from audience.queries.comparing import Asked, compare
from audience.queries.demographics import demographics
from audience.services import rollups
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import page_client
from benchmarks.dashboard import MONTH, Timed, good, import_new, pages, prepare

SIZES = [int(size) for size in os.environ.get("AURA_TEST_SIZES", "1000000").split(",")]
TIMES = int(os.environ.get("AURA_TEST_TIMES", "20"))
BOTH = os.environ.get("AURA_TEST_BOTH", "1") == "1"
ROUNDS = 7
COMPARED = {
    "months": ("2025-05-01", "2025-05-31", "2025-06-01", "2025-06-30"),
    "times 30 days": ("2025-05-11", "2025-06-09", "2025-06-10", "2025-07-09"),
    "quarters": ("2025-01-01", "2025-03-31", "2025-04-01", "2025-06-30"),
}


def backend() -> float:
    """Milliseconds of CPU that the connection's server process and this one have had."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e6 + 1000 * time.process_time()


def forget(*, everything: bool = False) -> None:
    cache.clear()
    packs._CROWDS.held.clear()
    if everything:
        packs._PAGES.held.clear()
        packs._CELLS.held.clear()


def measured(name: str, ask: Callable[[], Any], times: int = TIMES) -> None:
    forget(everything=True)
    began = backend()
    ask()
    first, cpu, clock = backend() - began, [], []
    for _ in range(times):
        forget()
        began, at = backend(), time.perf_counter()
        ask()
        clock.append(1000 * (time.perf_counter() - at))
        cpu.append(backend() - began)
    high = max(0, round(0.95 * times) - 1)
    parts = [f"{statistics.median(some):8.0f} / {sorted(some)[high]:6.0f}" for some in (cpu, clock)]
    print(f"{name:50} CPU {parts[0]}   clock {parts[1]}   first {first:7.0f}", flush=True)


def questions(user: User, account: TrackedAccount) -> Iterator[tuple[str, Callable[[], Any]]]:
    post = account.posts.all()[100].pk
    before = Asked(account, date(2025, 5, 1), date(2025, 5, 31))
    yield "demographics of a month", lambda: demographics(account, **MONTH)
    yield "demographics of a post", lambda: demographics(account, post=post)
    yield "comparison of two months", lambda: compare(before, Asked(account, **MONTH))
    yield "totals of a month", lambda: totals(account, **MONTH)
    yield "top people of a month", lambda: top_people(account, limit=10, **MONTH)
    yield from ((name, ask) for name, ask in pages(user, account) if "of a" in name or name == "page: report")
    browser = page_client(user)
    for name, days in COMPARED.items():
        asked = {"a": account.username, "b": account.username}
        asked |= dict(zip(("a_from", "a_to", "b_from", "b_to"), days, strict=True))
        yield f"page: comparison of two {name}", partial(_get, browser, reverse("audience:compare"), asked)


def _get(browser: Any, address: str, asked: dict[str, str]) -> None:
    good(browser.get(address, asked))


def keeping(account: TrackedAccount, people: int) -> None:
    untimed, timed = list(rollups.PARTS), [CpuTimed(part) for part in rollups.PARTS]
    rollups.PARTS[:] = timed
    for seed in range(ROUNDS):
        import_new(account, seed, people, followed=True)
    rollups.PARTS[:] = untimed
    each = {part.name: part.cpu / ROUNDS for part in timed}
    print(
        "1,000 new comments, CPU:", {name: round(spent, 1) for name, spent in each.items()}, round(sum(each.values()))
    )
    with workspace_scope(account.workspace_id):
        keys = list(Commenter.objects.values_list("pk", flat=True)[:1000])
    spent = []
    for gender in ("man", "woman", "man", "woman"):
        with workspace_scope(account.workspace_id):
            began = backend()
            with rollups.reclassifying(keys):
                Commenter.objects.filter(pk__in=keys).update(gender=gender)
            spent.append(backend() - began)
    print("1,000 people seen otherwise, CPU:", [round(one) for one in spent], flush=True)


class CpuTimed(Timed):
    cpu = 0.0

    def rebuild(self, cursor: Any, values: Any) -> int:
        began = backend()
        written = super().rebuild(cursor, values)
        print(f"rebuild {self.name:10} {backend() - began:8.0f}", flush=True)
        return written

    def touch(self, cursor: Any, values: Any, changes: Any) -> int:
        began = backend()
        written = super().touch(cursor, values, changes)
        self.cpu += backend() - began
        return written


@pytest.mark.bench
@pytest.mark.timeout(7200)
@pytest.mark.django_db(transaction=True, databases=["default", "staff", "owner"])
def test_periods_of_many_comments(monkeypatch: pytest.MonkeyPatch) -> None:
    for size in SIZES:
        user, account = prepare(size)
        untimed = list(rollups.PARTS)
        rollups.PARTS[:] = [CpuTimed(part) for part in untimed]
        for _ in range(2 if BOTH else 1):
            with workspace_scope(account.workspace_id):
                rollups.rebuild(account)
        rollups.PARTS[:] = untimed
        with connections["owner"].cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        with workspace_scope(account.workspace_id):
            asked = list(questions(user, account))
        ways = {name: getattr(packs, name) for name in ("commenting", "times")}
        roads: dict[str, dict[str, Any]] = {"packs": ways}
        roads |= {"comments": dict.fromkeys(ways, lambda *asked: None)} if BOTH else {}
        for road, way in roads.items():
            for name, answer in way.items():
                monkeypatch.setattr(packs, name, answer)
            for name, ask in asked:
                if name.startswith(("page", "API")):
                    measured(f"{road}: {name}", ask)
                else:
                    with workspace_scope(account.workspace_id):
                        measured(f"{road}: {name}", ask)
        for name, answer in ways.items():
            monkeypatch.setattr(packs, name, answer)
        keeping(account, size * 3 // 10)
        with workspace_scope(account.workspace_id):
            for name, ask in asked[:2]:
                measured(f"after imports: {name}", ask)
