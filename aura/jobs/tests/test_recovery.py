"""What a death costs: late workers write nothing, lost entries come back, nobody waits behind a crowd."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db.models.functions import Now
from redis import Redis
from rq.job import Job as RqJob

from accounts.models import AuditEntry
from aura.jobs import buffer, claims, dispatcher, queries, services
from aura.jobs.context import JobContext, Signals
from aura.jobs.dispatcher import Dispatcher
from aura.jobs.errors import LostLease
from aura.jobs.lease import lease, renew
from aura.jobs.models import Job, State
from aura.jobs.tests.kinds import begin, ended, fresh, nothing, run_bulk, run_realtime
from aura.jobs.worker import BulkWorker, RealtimeWorker, execute, give_back, here, make_worker
from aura.tenancy.scope import staff_scope, workspace_scope
from aura.testing.drain import drain
from aura.testing.fixtures import Team

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "staff"]),
    pytest.mark.usefixtures("committed"),
]


@pytest.fixture
def redis() -> Iterator[Redis]:
    ended.clear()
    with closing(buffer.connect()) as found:
        found.flushall()
        yield found


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


def names(redis: Redis, lane: str = "bulk") -> list[str]:
    return [name[:36] for name in buffer.queue_of(lane, redis).get_job_ids()]


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
        AuditEntry.objects.create(workspace_id=job.workspace_id, action="late")
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
        AuditEntry.objects.create(workspace_id=job.workspace_id, action="effect")
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


def test_a_requeued_job_is_not_held_up_by_what_rq_remembers(team: Team, redis: Redis) -> None:
    job = begin(team.workspace)
    one = Dispatcher(redis)
    one.tick()
    with workspace_scope(team.workspace.pk):
        services.cancel(job)
        services.requeue(job)
    assert one.tick().pushed == 1
    assert names(redis) == [str(job.pk)]
    assert drain() == 1
    assert fresh(job).state == State.DONE


def test_the_buffer_stays_bounded_and_a_newcomer_goes_before_a_backlog(team: Team, redis: Redis) -> None:
    backlog = [begin(team.workspace) for _ in range(80)]
    one = Dispatcher(redis)
    tick = one.tick()
    assert (tick.pushed, tick.hurry) == (60, True)
    assert one.tick().pushed == 0
    newcomer = [begin(team.elsewhere) for _ in range(2)]
    buffer.queue_of("bulk", redis).delete(delete_jobs=False)
    for name in names(redis):
        redis.lrem("rq:queue:bulk", 1, name)
    one.tick()
    assert names(redis)[:2] == [str(job.pk) for job in newcomer]
    assert {fresh(job).state for job in backlog} == {State.QUEUED}


def test_workspaces_take_turns(team: Team, redis: Redis) -> None:
    mine = [begin(team.workspace) for _ in range(3)]
    theirs = [begin(team.elsewhere) for _ in range(3)]
    Dispatcher(redis).tick()
    assert names(redis) == [str(job.pk) for pair in zip(mine, theirs, strict=True) for job in pair]


def test_priority_goes_first_within_a_workspace(team: Team, redis: Redis) -> None:
    later, sooner = begin(team.workspace), begin(team.workspace, priority=5)
    Dispatcher(redis).tick()
    assert names(redis) == [str(sooner.pk), str(later.pk)]


def test_a_delayed_job_waits(team: Team, redis: Redis) -> None:
    begin(team.workspace, delay=60)
    assert Dispatcher(redis).tick().pushed == 0


def test_two_dispatchers_push_each_job_once(team: Team, redis: Redis) -> None:
    jobs = [begin(team.workspace, function=run_realtime) for _ in range(10)]
    assert [Dispatcher(redis).tick().pushed, Dispatcher(redis).tick().pushed] == [10, 0]
    assert names(redis, "realtime") == [str(job.pk) for job in jobs]


def test_a_start_rings_the_dispatcher(team: Team, redis: Redis) -> None:
    assert not buffer.wait_for_ring(redis, 0.05)
    begin(team.workspace)
    begin(team.workspace)
    assert buffer.wait_for_ring(redis, 1)
    assert not buffer.wait_for_ring(redis, 0.05)


def test_a_worker_is_alive_while_it_is_heard_of_even_after_redis_lost_it(team: Team, redis: Redis) -> None:
    worker = make_worker("realtime", redis)
    assert isinstance(worker, RealtimeWorker)
    worker.register_birth()  # type: ignore[no-untyped-call]
    assert queries.live_workers("realtime") == 1
    assert queries.live_workers("bulk") == 0
    redis.flushall()
    assert queries.live_workers("realtime") == 0
    worker.announce(redis)
    assert queries.live_workers("realtime") == 1
    redis.hset(worker.key, "last_heartbeat", "2020-01-01T00:00:00.000000Z")
    assert queries.live_workers("realtime") == 0
    worker.announce(redis)
    worker.register_death()  # type: ignore[no-untyped-call]
    assert queries.live_workers("realtime") == 0


def test_a_stop_reaches_the_job_in_hand(redis: Redis) -> None:
    worker = make_worker("realtime", redis)
    stopped_before = worker.stopped
    worker._state = "busy"
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    try:
        worker.request_stop(signal.SIGTERM, None)  # type: ignore[no-untyped-call]
    finally:
        signal.signal(signal.SIGTERM, before[0])
        signal.signal(signal.SIGINT, before[1])
    assert (stopped_before, worker.stopped) == (False, True)
    assert here.interrupted.is_set()
    here.interrupted.clear()


def test_an_attempt_is_given_back_by_its_owner_only(team: Team, redis: Redis) -> None:
    job = begin(team.workspace, nothing, run_bulk)
    held = claim(job)
    expire(job)
    Dispatcher(redis).reap()
    give_back(held)
    assert (fresh(job).state, fresh(job).attempts) == (State.PENDING, 1)
