"""Who goes next, and who is there to do it."""

import signal

import pytest
from redis import Redis

from aura.jobs import buffer, queries, services
from aura.jobs.dispatcher import Dispatcher
from aura.jobs.models import State
from aura.jobs.tests.kinds import begin, fresh, run_realtime
from aura.jobs.worker import RealtimeWorker, here, make_worker
from aura.tenancy.scope import workspace_scope
from aura.testing.drain import drain
from aura.testing.fixtures import Team

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "staff"]),
    pytest.mark.usefixtures("committed"),
]


def names(redis: Redis, lane: str = "bulk") -> list[str]:
    return [name[:36] for name in buffer.queue_of(lane, redis).get_job_ids()]


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
