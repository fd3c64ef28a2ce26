"""What a death costs: late workers write nothing, lost entries come back, nobody waits behind a crowd."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db.models.functions import Now
from redis import Redis
from rq.job import Job as RqJob

from accounts.models import AuditEntry
from accounts.services import record
from aura.jobs import buffer, claims, dispatcher, services
from aura.jobs.context import JobContext, Signals
from aura.jobs.dispatcher import Dispatcher
from aura.jobs.errors import LostLease
from aura.jobs.lease import lease, renew
from aura.jobs.models import Job, State
from aura.jobs.tests.kinds import begin, ended, fresh, nothing, run_bulk
from aura.jobs.worker import BulkWorker, execute, give_back, make_worker
from aura.tenancy.scope import staff_scope, workspace_scope
from aura.testing.drain import drain
from aura.testing.fixtures import Team

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "staff"]),
    pytest.mark.usefixtures("committed"),
]


def names(redis: Redis, lane: str = "bulk") -> list[str]:
    return [name[:36] for name in buffer.queue_of(lane, redis).get_job_ids()]


def claim(job: Job) -> claims.Claim:
    """Let a worker named ``other`` take a pending job without RQ."""
    attempt = fresh(job).attempts + 1
    with claims.scope_of(job.workspace_id):
        Job.objects.filter(pk=job.pk).update(state=State.QUEUED)
    found = claims.take(job.pk, job.workspace_id, attempt, "other")
    assert found
    return found


def expire(job: Job) -> None:
    with claims.scope_of(job.workspace_id):
        Job.objects.filter(pk=job.pk).update(lease_until=Now() - timedelta(seconds=1))


def test_one_attempt_is_claimed_once(team: Team, redis: Redis) -> None:
    job = begin(team.workspace)
    first = claim(job)
    assert claims.take(job.pk, job.workspace_id, first.attempt, "late") is None
    assert claims.take(job.pk, job.workspace_id, first.attempt + 1, "early") is None
    assert claims.taken_by(job.pk, job.workspace_id, 1, "other") == first
    assert claims.taken_by(job.pk, job.workspace_id, 1, "late") is None


def test_a_worker_that_lost_its_lease_writes_nothing(team: Team, redis: Redis) -> None:
    job = begin(team.workspace)
    late = JobContext(claim(job))
    expire(job)
    assert Dispatcher(redis).reap() == 1
    with pytest.raises(LostLease), late.transaction(finish=True):
        record("late", user_id=None)
    writes: list[Callable[[], None]] = [
        lambda: late.progress(done=9),
        lambda: late.remember("x", {}),
        late.check_cancelled,
    ]
    for write in writes:
        late._next_write = 0
        with pytest.raises(LostLease):
            write()
    assert not claims.retry(late.claim, 0, "late", "late")
    assert not claims.end(late.claim, State.DEAD, "late", "late")
    job = fresh(job)
    assert (job.state, job.error_code, job.done) == (State.PENDING, "worker_died", 0)
    with workspace_scope(team.workspace.pk):
        assert not AuditEntry.objects.filter(action="late").exists()


def test_the_end_of_a_job_is_decided_by_the_token_in_the_same_transaction(team: Team, redis: Redis) -> None:
    job = begin(team.workspace)
    context = JobContext(claim(job))

    def effect() -> None:
        record("effect", user_id=None)
        Job.objects.filter(pk=job.pk).update(token=uuid4())

    with pytest.raises(LostLease), context.transaction(finish=True):
        effect()
    assert fresh(job).state == State.RUNNING
    with workspace_scope(team.workspace.pk):
        assert not AuditEntry.objects.filter(action="effect").exists()


def test_an_expired_lease_is_dead_when_the_attempts_are_used_up(team: Team, redis: Redis) -> None:
    job = begin(team.workspace)
    for _ in range(3):
        claim(job)
        expire(job)
        Dispatcher(redis).reap()
    job = fresh(job)
    assert (job.state, job.error_code, job.attempts) == (State.DEAD, "worker_died", 3)
    assert ended == [(str(job.pk), "dead")]


def test_a_job_cancelled_before_its_worker_died_is_cancelled(team: Team, redis: Redis) -> None:
    job = begin(team.workspace)
    claim(job)
    with workspace_scope(team.workspace.pk):
        services.cancel(job)
    expire(job)
    Dispatcher(redis).reap()
    assert fresh(job).state == State.CANCELLED


def test_a_failing_hook_does_not_keep_a_job_alive(team: Team, redis: Redis) -> None:
    held = claim(begin(team.workspace))

    def broken(job: Job) -> None:
        raise ValueError("broken hook")

    assert claims.end(held, State.DEAD, "x", "y", broken)
    with staff_scope("test"):
        assert Job.objects.get(pk=held.job_id).state == State.DEAD


def test_the_lease_is_renewed_while_a_job_works_and_hears_of_a_cancel(team: Team, redis: Redis, settings: Any) -> None:
    settings.AURA_JOB_LEASE = 0.3
    job = begin(team.workspace)
    held, signals = claim(job), Signals()
    with lease(held, signals):
        time.sleep(0.5)
        assert Dispatcher(redis).reap() == 0
        with workspace_scope(team.workspace.pk):
            services.cancel(job)
        time.sleep(0.2)
    assert signals == Signals(cancelled=True, lost=False)
    time.sleep(0.35)
    assert Dispatcher(redis).reap() == 1
    renew(held, signals)
    assert signals.lost


def test_a_dead_horse_gives_its_attempt_back_at_once(team: Team, redis: Redis) -> None:
    job = begin(team.workspace)
    worker = make_worker("bulk", redis)
    assert isinstance(worker, BulkWorker)
    Dispatcher(redis).tick()
    rq_job = RqJob.fetch(buffer.rq_id(job.pk, 1), connection=redis, serializer=worker.serializer)
    worker.handle_work_horse_killed(rq_job, 1, 9, None)
    assert fresh(job).state == State.QUEUED
    assert claims.take(job.pk, job.workspace_id, 1, worker.name)
    worker.handle_work_horse_killed(rq_job, 1, 9, None)
    job = fresh(job)
    assert (job.state, job.error_code, job.attempts) == (State.PENDING, "worker_died", 1)


def test_what_redis_lost_is_put_in_again(team: Team, redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = [begin(team.workspace) for _ in range(5)]
    one = Dispatcher(redis)
    assert one.tick().pushed == 5
    redis.flushall()
    assert one._repair("bulk") == 0
    monkeypatch.setattr(dispatcher, "ABSENT_SECONDS", 0)
    assert one._repair("bulk") == 5
    assert one._repair("bulk") == 0
    drain()
    assert {fresh(job).state for job in jobs} == {State.DONE}
    assert {fresh(job).attempts for job in jobs} == {1}


def test_an_entry_that_died_on_the_way_to_a_job_comes_back(
    team: Team, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = begin(team.workspace)
    one = Dispatcher(redis)
    one.tick()
    queue = buffer.queue_of("bulk", redis)
    assert queue.dequeue_any([queue], None, redis, serializer=queue.serializer)
    monkeypatch.setattr(dispatcher, "ABSENT_SECONDS", 0)
    assert one._repair("bulk") == 0
    monkeypatch.setattr(dispatcher, "STUCK_SECONDS", 0)
    assert one._repair("bulk") == 1
    assert names(redis) == [str(job.pk)]


def test_a_stale_entry_does_no_harm(team: Team, redis: Redis) -> None:
    job = begin(team.workspace)
    drain()
    execute(str(job.pk), str(job.workspace_id), 1)
    execute(str(job.pk), str(job.workspace_id), 2)
    execute(str(job.pk), str(team.elsewhere.pk), 1)
    assert (fresh(job).state, fresh(job).attempts) == (State.DONE, 1)


def test_an_attempt_is_given_back_by_its_owner_only(team: Team, redis: Redis) -> None:
    job = begin(team.workspace, nothing, run_bulk)
    held = claim(job)
    expire(job)
    Dispatcher(redis).reap()
    give_back(held)
    assert (fresh(job).state, fresh(job).attempts) == (State.PENDING, 1)
