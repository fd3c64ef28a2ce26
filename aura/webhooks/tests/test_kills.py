"""kill -9 of the worker: a try is sent at most once, the next one is a new try, and a late worker writes nothing."""

import os
import signal
import threading
from contextlib import closing

import pytest
from django.db import connections

from aura.jobs import claims
from aura.jobs.buffer import connect
from aura.jobs.context import JobContext
from aura.jobs.errors import LostLease
from aura.jobs.models import State
from aura.jobs.worker import BulkWorker, give_back, make_worker
from aura.providers.tests.servers import CountingServer, Handler, status
from aura.testing.drain import drain, run_forked
from aura.testing.fixtures import Team
from aura.webhooks import jobs, sending
from aura.webhooks.tests.factories import change, emit, endpoint, job_of, now

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "staff"]),
    pytest.mark.usefixtures("committed"),
]


def test_a_process_killed_while_the_receiver_answers_has_sent_that_try_once(
    team: Team, receiver: CountingServer
) -> None:
    endpoint(team.workspace, receiver.url + "/hook")
    delivery = emit(team.workspace)
    with closing(connect()) as redis:
        worker = make_worker("bulk", redis, forking=True)
        assert isinstance(worker, BulkWorker)

        def shoot(handler: Handler) -> None:
            os.kill(worker.horse_pid, signal.SIGKILL)
            handler.close_connection = True

        receiver.answers["/hook"] = shoot
        run_forked(worker)
    assert (now(delivery).state, now(delivery).attempts) == ("waiting", 1)
    assert (job_of(delivery).state, job_of(delivery).error_code) == (State.PENDING, "worker_died")
    receiver.answers["/hook"] = status(200)
    drain(retries=True)
    assert (now(delivery).state, now(delivery).attempts, job_of(delivery).attempts) == ("delivered", 2, 2)
    assert [found.headers["webhook-id"] for found in receiver.posted] == [str(delivery.event_id)] * 2


@pytest.mark.parametrize("sent", [False, True])
def test_a_worker_that_died_before_it_wrote_down_the_answer_writes_it_never(
    team: Team, receiver: CountingServer, monkeypatch: pytest.MonkeyPatch, sent: bool
) -> None:
    endpoint(team.workspace, receiver.url + "/hook")
    delivery = emit(team.workspace)
    change(job_of(delivery), state=State.QUEUED)
    claim = claims.take(job_of(delivery).pk, team.workspace.pk, 1, "doomed")
    assert claim
    came, go = threading.Event(), threading.Event()
    outcomes: list[BaseException] = []

    def slow(message: sending.Message) -> sending.Outcome:
        if not sent:
            came.set()
            go.wait(10)
        outcome = sending.send(message)
        came.set()
        go.wait(10)
        return outcome

    def late() -> None:
        try:
            jobs.run_delivery(JobContext(claim))
        except BaseException as error:
            outcomes.append(error)
        finally:
            connections.close_all()

    monkeypatch.setattr(jobs, "send", slow)
    thread = threading.Thread(target=late)
    thread.start()
    assert came.wait(10)
    monkeypatch.undo()
    give_back(claim)
    drain(retries=True)
    done = now(delivery)
    assert (done.state, done.attempts, job_of(delivery).attempts) == ("delivered", 2, 2)
    go.set()
    thread.join(10)
    assert [type(error) for error in outcomes] == [LostLease]
    assert now(delivery).tried_at == done.tried_at
    assert now(delivery).finished_at == done.finished_at
    assert len(receiver.posted) == 2
