"""What a watcher hears of a job: each visible change, in order, seldom enough, and always the end of it (M4)."""

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, cast

import pytest
from django.db import connections, transaction
from redis import Redis
from websockets.exceptions import ConnectionClosed

from aura.jobs import claims, live, services
from aura.jobs.context import JobContext
from aura.jobs.models import Job, State
from aura.jobs.tests.kinds import begin, fresh
from aura.jobs.tests.watching import Watcher, by_token
from aura.providers.errors import ProviderError
from aura.tenancy.scope import workspace_scope
from aura.testing.drain import drain
from aura.testing.fixtures import Team

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "staff"]),
    pytest.mark.usefixtures("committed", "redis"),
]


def counted(context: JobContext) -> dict[str, Any]:
    """A job with two steps."""
    context.progress("reading", done=1, total=4)
    time.sleep(0.3)
    context.progress("writing", done=3)
    time.sleep(0.3)
    context.cost("0.25")
    return {"rows": 4}


def broken(context: JobContext) -> None:
    """A job that an outside service lets down."""
    raise ProviderError("The service is away.", code="away", retryable=True)


def statuses(watcher: Watcher) -> list[tuple[str, str]]:
    """Each status and step that was heard, without repetitions."""
    heard = [(m["job"]["status"], m["job"]["progress"]["step"]) for m in watcher.said if m["type"] == "job"]
    return [each for at, each in enumerate(heard) if not at or heard[at - 1] != each]


def test_a_job_is_followed_from_its_start_to_its_end(team: Team, site: str) -> None:
    with by_token(site, team.bob, "all=1") as watcher:
        assert watcher.hear()["type"] == "subscribed"
        job = begin(team.workspace, counted)
        watcher.hear_status(job, "queued")
        drain()
        last = watcher.hear_status(job, "done")
        # What lasts less than a fifth of a second may be passed over.
        heard = [each for each in statuses(watcher) if each != ("running", "")]
        assert heard == [("queued", ""), ("running", "reading"), ("running", "writing"), ("done", "writing")]
    assert last["progress"]["percent"] == 100
    assert last["cost"] == {"currency": "USD", "amount": "0.250000"}


def test_retry_failure_stop_and_another_try_are_heard(team: Team, site: str) -> None:
    job, waiting = begin(team.workspace, broken), begin(team.workspace, delay=60)
    with by_token(site, team.bob, f"job={job.pk}&job={waiting.pk}") as watcher:
        drain()
        while not (again := watcher.hear_status(job, "queued"))["error"]:
            pass
        assert (again["attempts"], again["error"]["code"]) == (1, "away")
        drain(retries=True)
        assert watcher.hear_status(job, "failed")["error"]["message"] == "The service is away."
        watcher.hear_status(waiting, "done")
        with workspace_scope(team.workspace.pk):
            services.requeue(fresh(job))
        assert watcher.hear_status(job, "queued")["attempts"] == 0
        with workspace_scope(team.workspace.pk):
            services.cancel(fresh(job))
        watcher.hear_status(job, "cancelled")


def test_what_is_rolled_back_is_not_said(team: Team, site: str, redis: Redis) -> None:
    job = begin(team.workspace, delay=60)
    with cast(Any, redis).pubsub() as heard:
        heard.subscribe(live.CHANNEL)
        heard.get_message(timeout=1)
        with workspace_scope(team.workspace.pk):
            services.cancel(fresh(job))
            transaction.set_rollback(True)
        assert heard.get_message(timeout=0.2) is None
        with workspace_scope(team.workspace.pk):
            services.cancel(fresh(job))
            assert heard.get_message(timeout=0.2) is None
        message = heard.get_message(timeout=1)
    assert message
    assert live.parse(message["data"]) == [(team.workspace.pk, job.pk)]


def test_only_what_is_watched_is_sent(team: Team, site: str) -> None:
    one, other, run = begin(team.workspace), begin(team.workspace), begin(team.workspace, subject="run-7")
    with by_token(site, team.bob, f"job={one.pk}&subject=run-7") as watcher:
        for _ in range(2):
            watcher.hear_until("subscribed")
        watcher.send(type="unsubscribe", subject="run-7")
        assert watcher.hear_until("unsubscribed")["subject"] == "run-7"
        drain()
        watcher.hear_status(one, "done")
        assert watcher.is_silent()
        assert watcher.jobs == {str(one.pk), str(run.pk)}
        assert not [m for m in watcher.said if m["type"] == "job" and m["job"]["id"] == str(run.pk)][1:]
        assert str(other.pk) not in watcher.jobs


def take(job: Job) -> claims.Claim:
    """Claim a job as a worker does, without a queue."""
    with workspace_scope(job.workspace_id):  # type: ignore[arg-type]
        Job.objects.filter(pk=job.pk).update(state=State.QUEUED)
    claim = claims.take(job.pk, job.workspace_id, 1, "test")
    assert claim
    return claim


def end(claim: claims.Claim) -> None:
    """End a claimed job as a worker does."""
    with claim.scope():
        assert claims.finish(claim, {"step": "end", "done": 1, "total": 1, "cost": 0}, None)


def count_up(claim: claims.Claim, numbers: range, pause: float) -> None:
    """Write progress more often than a worker does."""
    for number in numbers:
        with claim.scope(), connections["default"].cursor() as cursor:
            cursor.execute("UPDATE jobs_job SET done = %s, total = 1000 WHERE id = %s", [number, claim.job_id])
            claim.changed()
        time.sleep(pause)


def test_a_job_is_spoken_of_at_most_five_times_a_second(team: Team, site: str) -> None:
    job = begin(team.workspace)
    with by_token(site, team.bob, f"job={job.pk}") as watcher:
        watcher.hear_until("subscribed")
        claim = take(job)
        began = time.monotonic()
        count_up(claim, range(1, 101), 0.01)
        end(claim)
        watcher.hear_status(job, "done")
        seconds = time.monotonic() - began
        numbers = [m["job"]["progress"]["done"] for m in watcher.said if m["type"] == "job"]
    assert numbers[-1] == 1
    assert numbers[:-1] == sorted(numbers[:-1])
    assert 3 <= len(numbers) <= 3 + 5 * seconds


def test_a_dropped_watcher_gets_the_end_when_it_comes_back(team: Team, site: str) -> None:
    jobs = [begin(team.workspace, subject="run-7") for _ in range(3)]
    with by_token(site, team.bob, "all=1") as watcher:
        at = watcher.hear_until("subscribed")["at"]
    drain()
    for query in (f"job={jobs[1].pk}", "subject=run-7", "all=1", f"all=1&since={at}"):
        with by_token(site, team.bob, query) as watcher:
            watcher.hear_status(jobs[1], "done")
            assert watcher.hear_until("subscribed")["more"] is False


def test_since_brings_back_what_ended_long_ago(team: Team, site: str) -> None:
    job = begin(team.workspace)
    drain()
    with workspace_scope(team.workspace.pk):
        Job.objects.filter(pk=job.pk).update(finished_at="2026-01-01T12:00:00Z")
    for since, found in (("2026-01-01T11:59:00Z", 1), ("2026-01-01T12:30:00%2B00:00", 0)):
        with by_token(site, team.bob, f"all=1&since={since}") as watcher:
            assert watcher.hear_until("subscribed")["jobs"] == found


def test_a_lost_word_is_made_up_for_within_seconds(team: Team, site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    job = begin(team.workspace)
    claim = take(job)
    with by_token(site, team.bob, f"job={job.pk}") as one, by_token(site, team.bob, "all=1") as all_of_them:
        for watcher in (one, all_of_them):
            watcher.hear_until("subscribed")
        monkeypatch.setattr(live, "quick_connection", lambda url: Redis(port=1, socket_connect_timeout=0.1))
        monkeypatch.setattr("aura.jobs.live._Quiet.until", 0.0)
        end(claim)
        for watcher in (one, all_of_them):
            watcher.hear_status(job, "done", 8)


def test_a_lost_subscription_comes_back(team: Team, site: str, redis: Redis) -> None:
    with by_token(site, team.bob, "all=1") as watcher:
        watcher.hear_until("subscribed")
        for _ in range(2):
            until = time.monotonic() + 5
            while not redis.client_kill_filter(_type="pubsub"):
                assert time.monotonic() < until, "the web process does not listen"
                time.sleep(0.02)
            job = begin(team.workspace)
            drain()
            watcher.hear_status(job, "done", 3)


def come_and_go(site: str, open_one: Callable[[], Watcher], job: Job, over: threading.Event, seed: int) -> bool:
    """Open and drop sockets at random moments; True where the last one heard the end of the job."""
    dice = random.Random(seed)
    while not over.is_set():
        with suppress(TimeoutError, ConnectionClosed), open_one() as watcher:
            until = time.monotonic() + dice.uniform(0, 0.3)
            while (left := until - time.monotonic()) > 0:
                watcher.hear(left)
        if dice.random() < 0.3:
            break
    with open_one() as watcher:
        watcher.hear_status(job, "done")
        with suppress(TimeoutError):
            while True:
                watcher.hear(0.3)
        states = [m["job"] for m in watcher.said if m["type"] == "job" and m["job"]["id"] == str(job.pk)]
        return bool(states[-1]["status"] == "done")


def test_whoever_comes_at_whatever_moment_hears_the_end_last(team: Team, site: str) -> None:
    jobs = [begin(team.workspace, subject=f"run-{number}") for number in range(6)]
    people = (team.alice, team.bob, team.viewer)
    over = threading.Event()

    def opener(number: int) -> Callable[[], Watcher]:
        job, user = jobs[number % 6], people[number % 3]
        query = [f"job={job.pk}", "all=1", f"subject={job.subject}"][number // 6 % 3]
        return lambda: by_token(site, user, query)

    def work(job: Job, seed: int) -> None:
        dice = random.Random(seed)
        claim = take(job)
        for number in range(30):
            count_up(claim, range(number, number + 1), dice.uniform(0, 0.06))
        end(claim)
        connections.close_all()

    with ThreadPoolExecutor(24) as pool:
        ends = [pool.submit(come_and_go, site, opener(n), jobs[n % 6], over, n) for n in range(18)]
        for done in [pool.submit(work, job, n) for n, job in enumerate(jobs)]:
            done.result(20)
        over.set()
        assert all([each.result(20) for each in ends])
