"""A command without workers runs the jobs of its own business object, in good order with workers that come later."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from aura.jobs import services
from aura.jobs.alone import Crew
from aura.jobs.context import JobContext
from aura.jobs.models import State
from aura.jobs.tests.kinds import begin, bodies, fresh, run_realtime
from aura.jobs.worker import here
from aura.providers.errors import ProviderError
from aura.tenancy.scope import workspace_scope
from aura.testing.drain import drain
from aura.testing.fixtures import Team

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "staff"]),
    pytest.mark.usefixtures("committed"),
]
MINE = "optimization:1"


@pytest.fixture
def crew(team: Team) -> Iterator[Crew]:
    made = Crew(team.workspace.pk, MINE)
    yield made
    made.stop()
    here.interrupted.clear()


def wait_for(condition: Callable[[], object], seconds: float = 8) -> None:
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "it did not happen in time"
        time.sleep(0.02)


def test_jobs_of_the_subject_run_in_both_lanes_and_others_wait(team: Team, crew: Crew) -> None:
    jobs = [begin(team.workspace, subject=MINE), begin(team.workspace, function=run_realtime, subject=MINE)]
    other = begin(team.workspace, subject="optimization:2")
    crew.start()
    wait_for(lambda: all(fresh(job).state == State.DONE for job in jobs))
    assert fresh(other).state == State.PENDING
    assert crew.stop()
    assert drain() == 1


def test_two_jobs_run_at_once_and_what_they_start_runs_too(team: Team, crew: Crew) -> None:
    both = threading.Barrier(2)

    def met(context: JobContext) -> None:
        both.wait(5)

    def more(context: JobContext) -> None:
        with context.transaction():
            begin(team.workspace, subject=MINE)
        both.wait(5)

    jobs = [begin(team.workspace, body, subject=MINE) for body in (met, more)]
    crew.start()
    wait_for(lambda: all(fresh(job).state == State.DONE for job in jobs))
    assert not both.broken


def test_an_attempt_is_made_once_though_a_dispatcher_and_workers_run_as_well(team: Team, crew: Crew) -> None:
    ran: list[str] = []

    def count(context: JobContext) -> None:
        ran.append(str(context.job_id))

    jobs = [begin(team.workspace, count, subject=MINE) for _ in range(12)]
    crew.start()
    drain()
    wait_for(lambda: all(fresh(job).state == State.DONE for job in jobs))
    assert sorted(ran) == sorted(str(job.pk) for job in jobs)


def test_a_failed_try_waits_and_comes_again(team: Team, crew: Crew) -> None:
    def failing(context: JobContext) -> None:
        if context.attempt == 1:
            raise ProviderError("Too many requests.", code="busy", retryable=True, retry_after=0.1)

    job = begin(team.workspace, failing, subject=MINE)
    crew.start()
    wait_for(lambda: fresh(job).state == State.DONE)
    assert fresh(job).attempts == 2


def test_a_cancelled_job_ends_and_stopping_gives_a_running_one_back(team: Team, crew: Crew) -> None:
    running = threading.Event()

    def looping(context: JobContext) -> None:
        while True:
            running.set()
            context.check_cancelled()
            time.sleep(0.02)

    job = begin(team.workspace, looping, subject=MINE)
    crew.start()
    assert running.wait(5)
    with workspace_scope(team.workspace.pk):
        services.cancel(job)
    wait_for(lambda: fresh(job).state == State.CANCELLED)
    running.clear()
    second = begin(team.workspace, looping, subject=MINE)
    assert running.wait(5)
    assert crew.stop()
    assert (fresh(second).state, fresh(second).attempts) == (State.PENDING, 1)
    bodies.clear()
