"""From the commit of a change to its receipt by each of many open sockets (spec: p95 at most 500 ms for 200).

``make bench ARGS=benchmarks/live.py``; AURA_TEST_SOCKETS sets how many (200), AURA_TEST_CHANGES how many changes
(100), four a second; then as many again without any pause. The web process is the real one; the clients share one
other process with the writer, so their own work counts. The peer is one subscription of Channels' Redis layer for each
client, in one process, without sockets and without a database.
"""

import asyncio
import json
import os
import statistics
import threading
import time
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from channels_redis.pubsub import RedisPubSubChannelLayer
from django.conf import settings
from django.db import connections, transaction
from rest_framework_simplejwt.tokens import AccessToken
from websockets.asyncio.client import connect

from accounts.models import Membership, User
from accounts.services import create_workspace
from aura.jobs.claims import Claim, take
from aura.jobs.models import Job, Lane, State
from aura.tenancy.scope import workspace_scope

SOCKETS = int(os.environ.get("AURA_TEST_SOCKETS", "200"))
CHANGES = int(os.environ.get("AURA_TEST_CHANGES", "100"))
PER_PERSON = 10
BETWEEN = 0.25


def report(title: str, seconds: list[float], expected: int) -> None:
    """Print the middle, the 95th percentile and the worst, in milliseconds."""
    p95 = statistics.quantiles(seconds, n=20)[-1]
    words = f"p50 {1000 * statistics.median(seconds):6.1f}  p95 {1000 * p95:6.1f}  max {1000 * max(seconds):6.1f} ms"
    print(f"{title:44} {words}  {len(seconds):,} of {expected:,} received")


class Change(threading.Thread):
    """Writes progress as a worker does and notes when each write had committed."""

    def __init__(self, claim: Claim, first: int, pause: float) -> None:
        super().__init__()
        self.claim, self.pause = claim, pause
        self.numbers = range(first, first + CHANGES)
        self.committed: dict[int, float] = {}

    def run(self) -> None:
        for number in self.numbers:
            with self.claim.scope():
                Job.objects.filter(pk=self.claim.job_id).update(done=number, total=2 * CHANGES)
                # Runs after the commit and before the publication.
                transaction.on_commit(partial(self._note, number))
                self.claim.changed()
            time.sleep(self.pause)
        connections.close_all()

    def _note(self, number: int) -> None:
        self.committed[number] = time.perf_counter()


async def listen(url: str, last: int, ready: asyncio.Semaphore, received: list[tuple[int, float]]) -> None:
    """One client: note when each state came."""
    async with connect(url, proxy=None, compression=None) as socket:
        async for text in socket:
            at = time.perf_counter()
            message: dict[str, Any] = json.loads(text)
            if message["type"] == "subscribed":
                ready.release()
            elif message["type"] == "job":
                received.append((message["job"]["progress"]["done"], at))
                if message["job"]["progress"]["done"] == last:
                    return


async def through_aura(urls: list[str], change: Change) -> list[float]:
    """Open all sockets, let the changes happen, and return the delay of each receipt in seconds."""
    received: list[tuple[int, float]] = []
    ready = asyncio.Semaphore(0)
    began = time.perf_counter()
    clients = [asyncio.create_task(listen(url, change.numbers[-1], ready, received)) for url in urls]
    for _ in urls:
        await ready.acquire()
    print(f"{len(urls)} sockets open after {time.perf_counter() - began:.2f} s")
    change.start()
    await asyncio.wait_for(asyncio.gather(*clients), 60 + 2 * BETWEEN * CHANGES)
    change.join()
    return [at - change.committed[number] for number, at in received if number in change.committed]


def people(site: str) -> tuple[list[str], UUID]:
    """An address for each socket, of as many members as are needed, and the workspace."""
    first = User.objects.create_user("bench@example.org")
    workspace = create_workspace(first, name="Bench", slug="bench")
    found = [first, *(User.objects.create_user(f"bench-{n}@example.org") for n in range(1, -(-SOCKETS // PER_PERSON)))]
    with workspace_scope(workspace.id):
        for user in found[1:]:
            Membership.objects.create(workspace=workspace, user=user)
    address = site.replace("http", "ws", 1) + "/ws/progress/?all=1&token="
    return [address + str(AccessToken.for_user(found[n // PER_PERSON])) for n in range(SOCKETS)], workspace.id


async def through_channels(pause: float) -> list[float]:
    """The peer: each client waits for a message of a group of Channels' Redis layer."""
    layer = RedisPubSubChannelLayer(hosts=[settings.REDIS_URL])
    channels = [await layer.new_channel() for _ in range(SOCKETS)]
    for channel in channels:
        await layer.group_add("jobs", channel)
    delays: list[float] = []

    async def client(channel: str) -> None:
        for _ in range(CHANGES):
            message = await layer.receive(channel)
            delays.append(time.perf_counter() - message["at"])

    clients = [asyncio.create_task(client(channel)) for channel in channels]
    for _ in range(CHANGES):
        await layer.group_send("jobs", {"type": "job.changed", "at": time.perf_counter(), "text": "x" * 600})
        await asyncio.sleep(pause)
    # Past its capacity the layer drops messages, so not all clients may get to their end.
    await asyncio.wait(clients, timeout=5)
    for each in clients:
        each.cancel()
    await layer.flush()
    return delays


@pytest.mark.bench
@pytest.mark.timeout(600)
@pytest.mark.django_db(transaction=True, databases=["default", "staff"])
def test_a_change_reaches_many_sockets(site: str) -> None:
    urls, workspace_id = people(site)
    with workspace_scope(workspace_id):
        job = Job.objects.create(workspace_id=workspace_id, kind="test.bench", lane=Lane.BULK, state=State.QUEUED)
    claim = take(job.pk, workspace_id, 1, "bench")
    assert claim
    print()
    for title, first, pause in (("4 a second", 1, BETWEEN), ("no pause", CHANGES + 1, 0.0)):
        change = Change(claim, first, pause)
        delays = asyncio.run(through_aura(urls, change))
        report(f"Aura, {SOCKETS} sockets, {title}", delays, SOCKETS * CHANGES)
        delays = asyncio.run(through_channels(pause))
        report(f"Channels' layer alone, {title}", delays, SOCKETS * CHANGES)
