"""From the row to its end: done, retried, dead, cancelled, requeued."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.services import record
from aura.jobs import services
from aura.jobs.context import JobContext
from aura.jobs.errors import JobCancelled, JobInterrupted, JobNotRetryable, JobNotStoppable
from aura.jobs.models import Job, JobStep, State
from aura.jobs.tests.kinds import begin, bodies, ended, fresh, nothing
from aura.jobs.worker import here
from aura.providers.errors import ProviderError
from aura.tenancy.scope import system_scope, workspace_scope
from aura.testing.drain import drain
from aura.testing.fixtures import Team

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "staff"]),
    pytest.mark.usefixtures("committed"),
]


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    ended.clear()
    here.interrupted.clear()
    yield
    here.interrupted.clear()


def raising(error: Exception) -> Any:
    def body(context: JobContext) -> None:
        raise error

    return body


def test_a_job_runs_and_keeps_its_result(team: Team) -> None:
    job = begin(team.workspace, lambda context: {"answer": 42})
    assert drain() == 1
    job = fresh(job)
    assert (job.state, job.status, job.result, job.attempts, job.percent) == ("done", "done", {"answer": 42}, 1, 100)
    assert job.started_at
    assert job.finished_at
    assert ended == []


def test_effects_and_end_are_one_transaction(team: Team) -> None:
    def body(context: JobContext) -> None:
        with context.transaction(finish=True, result={"kept": True}):
            record("effect", user_id=None)

    job = begin(team.workspace, body)
    drain()
    assert (fresh(job).state, fresh(job).result) == (State.DONE, {"kept": True})
    with workspace_scope(team.workspace.pk):
        assert AuditEntry.objects.filter(action="effect").count() == 1


def test_an_error_inside_the_last_transaction_undoes_effect_and_end(team: Team) -> None:
    def body(context: JobContext) -> None:
        with context.transaction(finish=True):
            record("effect", user_id=None)
            raise ProviderError("Later.", retryable=True)

    job = begin(team.workspace, body)
    drain()
    assert fresh(job).state == State.PENDING
    with workspace_scope(team.workspace.pk):
        assert not AuditEntry.objects.filter(action="effect").exists()


def test_a_retryable_error_waits_at_least_as_long_as_it_was_told(team: Team) -> None:
    job = begin(team.workspace, raising(ProviderError("Slow down.", code="rate", retryable=True, retry_after=120)))
    drain()
    job = fresh(job)
    assert (job.state, job.error_code, job.error, job.attempts) == (State.PENDING, "rate", "Slow down.", 1)
    assert job.next_at - timezone.now() > timedelta(seconds=115)
    assert 115 <= (job.retry_after or 0) <= 120


def test_a_permanent_error_ends_the_job_at_once_with_its_words(team: Team) -> None:
    job = begin(team.workspace, raising(ProviderError("This account is private.", code="private")))
    drain(retries=True)
    job = fresh(job)
    assert (job.state, job.status, job.attempts, job.error) == ("dead", "failed", 1, "This account is private.")
    assert ended == [(str(job.pk), "dead")]


def test_an_unknown_error_is_tried_three_times_and_told_without_its_text(team: Team) -> None:
    job = begin(team.workspace, raising(ValueError("secret of a person")))
    assert drain(retries=True) == 3
    job = fresh(job)
    assert (job.state, job.error_code, job.attempts) == (State.DEAD, "internal", 3)
    assert "reference" in job.error
    assert "secret" not in job.error


def test_a_kind_nobody_knows_is_dead_with_a_clear_message(team: Team) -> None:
    job = begin(team.workspace)
    with workspace_scope(team.workspace.pk):
        Job.objects.filter(pk=job.pk).update(kind="gone.away")
    drain()
    assert fresh(job).error_code == "unknown_kind"
    assert "gone.away" in fresh(job).error


def test_a_waiting_job_is_cancelled_at_once_and_never_runs(team: Team) -> None:
    job = begin(team.workspace, raising(AssertionError("ran")))
    with workspace_scope(team.workspace.pk):
        assert services.cancel(job).state == State.CANCELLED
    assert drain() == 0
    assert ended == [(str(job.pk), "cancelled")]
    with workspace_scope(team.workspace.pk), pytest.raises(JobNotStoppable):
        services.cancel(job)


def test_a_running_job_stops_at_its_next_safe_point(team: Team) -> None:
    reached: list[str] = []

    def body(context: JobContext) -> None:
        with workspace_scope(team.workspace.pk):
            assert services.cancel(Job.objects.get(pk=context.job_id)).state == State.RUNNING
        reached.append("before")
        context.check_cancelled()
        reached.append("after")

    job = begin(team.workspace, body)
    drain()
    assert reached == ["before"]
    assert fresh(job).state == State.CANCELLED
    assert ended == [(str(job.pk), "cancelled")]


def test_cancelling_a_subject_stops_all_its_jobs_and_no_others(team: Team) -> None:
    mine = [begin(team.workspace, subject="run-1") for _ in range(2)]
    other, stranger = begin(team.workspace, subject="run-2"), begin(team.elsewhere, subject="run-1")
    with workspace_scope(team.workspace.pk):
        assert services.cancel_subject("run-1") == 2
    assert [fresh(job).state for job in mine] == ["cancelled", "cancelled"]
    assert [fresh(other).state, fresh(stranger).state] == ["pending", "pending"]


def test_a_dead_job_is_requeued_with_all_its_attempts(team: Team) -> None:
    job = begin(team.workspace, raising(ProviderError("No.")))
    drain()
    bodies[job.payload["body"]] = nothing
    with workspace_scope(team.workspace.pk):
        again = services.requeue(job)
        assert (again.state, again.attempts, again.error, again.error_code) == ("pending", 0, "", "")
    assert drain() == 1
    assert fresh(job).state == State.DONE
    with workspace_scope(team.workspace.pk), pytest.raises(JobNotRetryable):
        services.requeue(job)


def test_an_interrupted_job_goes_back_without_losing_a_try(team: Team) -> None:
    tries: list[int] = []

    def body(context: JobContext) -> None:
        tries.append(context.attempt)
        if context.attempt == 1:
            here.interrupted.set()
        context.check_cancelled()

    job = begin(team.workspace, body)
    drain()
    job = fresh(job)
    assert tries == [1, 2]
    assert (job.state, job.error_code, job.attempts, job.max_attempts) == ("done", "", 2, 4)


def test_progress_reaches_the_row_and_the_estimate_follows_the_pace(team: Team) -> None:
    seen: list[Job] = []

    def body(context: JobContext) -> None:
        context.progress(step="reading", done=0, total=100)
        with workspace_scope(team.workspace.pk):
            Job.objects.filter(pk=context.job_id).update(started_at=timezone.now() - timedelta(seconds=10))
        context._next_write = 0
        context.progress_done(25)
        context.progress_done(26)
        seen.append(fresh(job))

    job = begin(team.workspace, body)
    drain()
    assert (seen[0].step, seen[0].done, seen[0].percent) == ("reading", 25, 25)
    assert seen[0].eta_seconds in {30, 31}
    assert fresh(job).done == 26


def test_progress_inside_a_transaction_is_kept_until_after_it(team: Team) -> None:
    def body(context: JobContext) -> None:
        with context.transaction():
            context.progress(step="inside", done=1, total=2)
            with connection.cursor() as cursor:
                cursor.execute("SELECT step FROM jobs_job WHERE id = %s", [context.job_id])
                assert cursor.fetchone() == ("",)
        raise ProviderError("No.")

    job = begin(team.workspace, body)
    drain()
    assert (fresh(job).step, fresh(job).done, fresh(job).error) == ("inside", 1, "No.")


def test_the_cost_of_a_failed_try_stays(team: Team) -> None:
    def body(context: JobContext) -> None:
        context.cost("0.25")
        if context.attempt == 1:
            raise ProviderError("Later.", retryable=True)

    job = begin(team.workspace, body)
    drain(retries=True)
    assert fresh(job).cost == Decimal("0.5")


@pytest.mark.parametrize("system", [False, True])
def test_a_paid_call_is_remembered_by_the_next_try(team: Team, system: bool) -> None:
    calls: list[str] = []

    def body(context: JobContext) -> None:
        known = context.recall("scrape")
        if known is None:
            calls.append("paid")
            context.remember("scrape", {"run": "abc"})
            raise ProviderError("Later.", retryable=True)
        assert known == {"run": "abc"}

    job = begin(None if system else team.workspace, body)
    drain(retries=True)
    assert calls == ["paid"]
    assert fresh(job).state == State.DONE
    with system_scope() if system else workspace_scope(team.workspace.pk):
        assert JobStep.objects.filter(job_id=job.pk).count() == 1


@pytest.mark.parametrize("error", [JobCancelled(), JobInterrupted()])
def test_a_job_that_is_done_cannot_be_stopped_any_more(team: Team, error: Exception) -> None:
    def body(context: JobContext) -> None:
        with context.transaction(finish=True):
            pass
        here.interrupted.set()
        context.check_cancelled()
        context.progress(done=7)
        raise error

    job = begin(team.workspace, body)
    drain()
    assert fresh(job).state == State.DONE
