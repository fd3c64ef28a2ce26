"""Runs jobs inside a test, through the real dispatcher, the real Redis queue and the real worker code.

The test needs ``@pytest.mark.django_db(transaction=True, databases=["default", "staff"])``: the dispatcher sees only
what was committed.
"""

from contextlib import closing

from rq.serializers import JSONSerializer
from rq.timeouts import TimerDeathPenalty

from aura.jobs.buffer import connect, queue_of
from aura.jobs.dispatcher import Dispatcher
from aura.jobs.models import Job, Lane, State
from aura.jobs.worker import BulkWorker, RealtimeWorker, make_worker
from aura.tenancy.scope import staff_scope


def drain(*, retries: bool = False, most: int = 10_000) -> int:
    """Run due jobs until none is left; returns how many attempts ran. With ``retries`` nobody waits for a jitter.

    Raises RuntimeError after ``most`` attempts.
    """
    ran = 0
    with closing(connect()) as connection:
        dispatcher = Dispatcher(connection)
        while True:
            if retries:
                make_due()
            dispatcher.tick()
            fresh = sum(_work_off(make_worker(lane, connection, forking=False), lane) for lane in Lane.values)
            ran += fresh
            if not fresh:
                return ran
            if ran > most:
                raise RuntimeError(f"Jobs were still due after {ran} attempts.")


def make_due() -> None:
    """Let every waiting job be due now."""
    with staff_scope("test"):
        Job.objects.filter(state=State.PENDING).update(next_at="2000-01-01T00:00:00Z")


def _work_off(worker: object, lane: str) -> int:
    assert isinstance(worker, RealtimeWorker)
    # pytest-timeout owns the alarm signal that RQ would use.
    worker.death_penalty_class = TimerDeathPenalty
    done = 0
    queue = queue_of(lane, worker.connection)
    while found := queue.dequeue_any([queue], None, worker.connection, serializer=JSONSerializer):
        worker.execute_job(*found)
        done += 1
    return done


def run_forked(worker: BulkWorker) -> None:
    """Let a forking worker run the next due job of its lane in a process of its own, and wait for that to end."""
    worker.death_penalty_class = TimerDeathPenalty
    Dispatcher(worker.connection).tick()
    queue = queue_of(Lane.BULK, worker.connection)
    found = queue.dequeue_any([queue], None, worker.connection, serializer=JSONSerializer)
    assert found
    worker.execute_job(*found)
