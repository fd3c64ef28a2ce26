"""What a durable job costs beside plain RQ in the same run, and how soon a realtime job begins.

``make bench ARGS=benchmarks/jobs.py``; AURA_TEST_JOBS sets how many (600). Plain RQ is a ``SimpleWorker`` in a process
that has Django loaded; Aura is ``manage.py work realtime`` with ``manage.py dispatch``, each with a backlog.
"""

import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast
from urllib.parse import urlsplit, urlunsplit

import psutil
import pytest
from redis import Redis

from aura.embedded.home import BASE
from aura.jobs.buffer import connect, queue_of
from aura.jobs.models import Job, State
from aura.jobs.queries import live_workers
from aura.jobs.queue import start
from aura.tenancy.scope import workspace_scope
from aura.testing.chaos.jobs import run_nothing
from aura.testing.chaos.stores import SETTINGS
from aura.testing.fixtures import TEST_DATABASE, Team

JOBS = int(os.environ.get("AURA_TEST_JOBS", "600"))
PROBES = 60
PLAIN = """
import django; django.setup()
import aura.testing.chaos.jobs
from rq import SimpleWorker
from aura.jobs.buffer import connect, queue_of
queue = queue_of("plain", connect())
SimpleWorker([queue], connection=queue.connection, serializer=queue.serializer).work(logging_level="WARNING")
"""


@contextmanager
def running(*commands: list[str]) -> Iterator[list[psutil.Process]]:
    """Processes on the stores of this test run."""
    url = urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{TEST_DATABASE}"))
    environ = dict(os.environ) | SETTINGS | {"DATABASE_URL": url}
    started = [subprocess.Popen([sys.executable, *command], env=environ, cwd=BASE) for command in commands]
    try:
        yield [psutil.Process(process.pid) for process in started]
    finally:
        for process in started:
            process.terminate()
            process.wait(20)


def wait_until(true: Callable[[], bool], seconds: float = 120) -> None:
    """Poll each 5 ms."""
    limit = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < limit, "too slow"
        time.sleep(0.005)


def cpu(processes: list[psutil.Process]) -> float:
    """Seconds of processor time so far."""
    return float(sum(sum(process.cpu_times()[:2]) for process in processes))


def work_off(
    processes: list[psutil.Process], fill: Callable[[], None], is_done: Callable[[], bool]
) -> tuple[float, float]:
    """``(jobs a second, CPU milliseconds a job)`` of working off a backlog that ``fill`` makes meanwhile."""
    for process in processes:
        process.send_signal(signal.SIGSTOP)
    fill()
    used, began = cpu(processes), time.perf_counter()
    for process in processes:
        process.send_signal(signal.SIGCONT)
    wait_until(is_done)
    seconds = time.perf_counter() - began
    return JOBS / seconds, (cpu(processes) - used) / JOBS * 1000


def plain(redis: Redis) -> tuple[float, float]:
    queue = queue_of("plain", redis)

    def fill() -> None:
        for _ in range(JOBS):
            queue.enqueue_call("aura.testing.chaos.jobs.plain_nothing", result_ttl=0)

    with running(["-c", PLAIN]) as processes:
        wait_until(lambda: bool(redis.scard("rq:workers:plain")))
        time.sleep(0.5)
        return work_off(processes, fill, lambda: finished(redis, "plain") >= JOBS)


def finished(redis: Redis, queue: str) -> int:
    """How many jobs the workers of a queue have done, by RQ's own count."""
    keys = cast(set[bytes], redis.smembers(f"rq:workers:{queue}"))
    return sum(int(cast(Any, redis.hget(key, "successful_job_count")) or 0) for key in keys)


def begin(team: Team) -> Job:
    """Start and commit one job."""
    with workspace_scope(team.workspace.pk):
        return start(run_nothing, workspace_id=team.workspace.pk, payload={})


def done(team: Team) -> int:
    with workspace_scope(team.workspace.pk):
        return Job.objects.filter(state=State.DONE).count()


@pytest.mark.bench
@pytest.mark.django_db(transaction=True, databases=["default", "staff"])
@pytest.mark.usefixtures("committed")
def test_durable_jobs_beside_plain_rq(team: Team) -> None:
    redis = connect()
    redis.flushall()
    plain_speed, plain_cpu = plain(redis)

    def fill() -> None:
        for _ in range(JOBS):
            begin(team)

    with running(["manage.py", "work", "realtime"], ["manage.py", "dispatch"]) as processes:
        wait_until(lambda: live_workers("realtime") == 1)
        time.sleep(1.5)
        speed, used = work_off(processes, fill, lambda: finished(redis, "realtime") >= JOBS)
    assert done(team) == JOBS
    print(f"\nplain RQ, no fork   {plain_speed:7.0f} jobs/s  {plain_cpu:5.2f} ms CPU a job")
    print(f"Aura, durable       {speed:7.0f} jobs/s  {used:5.2f} ms CPU a job (worker and dispatcher)")
    print(f"cost of a job       {plain_speed / speed:7.2f} x wall  {used / plain_cpu:5.2f} x CPU  (target <= 2)")
    redis.close()


def started_at(team: Team, job: Job) -> float:
    """When the job began, in seconds since 1970; waits until it has."""
    while True:
        with workspace_scope(team.workspace.pk):
            began = Job.objects.get(pk=job.pk).started_at
        if began:
            return began.timestamp()
        time.sleep(0.02)


@pytest.mark.bench
@pytest.mark.django_db(transaction=True, databases=["default", "staff"])
@pytest.mark.usefixtures("committed")
def test_from_commit_to_start(team: Team) -> None:
    waits = []
    with running(["manage.py", "work", "realtime"], ["manage.py", "dispatch"]):
        wait_until(lambda: live_workers("realtime") == 1)
        time.sleep(1.5)
        for _ in range(PROBES):
            job = begin(team)
            committed = time.time()
            waits.append((started_at(team, job) - committed) * 1000)
            time.sleep(0.1)
    waits.sort()
    median, slow = statistics.median(waits), waits[int(PROBES * 0.95)]
    print(f"\ncommit to start of a realtime job: median {median:.1f} ms, p95 {slow:.1f} ms (target: median <= 100)")
