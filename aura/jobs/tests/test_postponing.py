"""Jobs with a schedule of their own: what a try learned and its wait are one transaction."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.services import record
from aura.jobs import services
from aura.jobs.context import JobContext
from aura.jobs.errors import LostLease
from aura.jobs.models import Job, State
from aura.jobs.tests.kinds import begin, fresh
from aura.jobs.tests.test_recovery import claim
from aura.tenancy.scope import workspace_scope
from aura.testing.drain import drain
from aura.testing.fixtures import Team

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "staff"]),
    pytest.mark.usefixtures("committed"),
]


def later(context: JobContext) -> None:
    """Wait an hour after each try but the last."""
    assert context.tries_left == 3 - context.attempt
    if not context.tries_left:
        return
    with context.postpone(3600, "later", "It is not there yet."):
        record(f"try {context.attempt}", user_id=None)


def actions(team: Team) -> list[str]:
    with workspace_scope(team.workspace.pk):
        return list(AuditEntry.objects.order_by("created_at").values_list("action", flat=True))


def test_a_postponed_job_waits_for_as_long_as_it_asked(team: Team) -> None:
    job = begin(team.workspace, later)
    assert drain() == 1
    job = fresh(job)
    assert (job.state, job.error_code, job.error, job.attempts) == ("pending", "later", "It is not there yet.", 1)
    assert timedelta(minutes=59) < job.next_at - timezone.now() <= timedelta(hours=1)
    drain(retries=True)
    assert (fresh(job).state, fresh(job).attempts) == (State.DONE, 3)
    assert actions(team) == ["try 1", "try 2"]


def test_a_late_worker_can_neither_write_nor_postpone(team: Team) -> None:
    job = begin(team.workspace)
    late = JobContext(claim(job))
    with workspace_scope(team.workspace.pk):
        Job.objects.filter(pk=job.pk).update(state=State.PENDING, token=None, lease_until=None)

    def write() -> None:
        with late.postpone(1, "x", "y"):
            record("late", user_id=None)

    with pytest.raises(LostLease):
        write()
    assert fresh(job).error_code == ""
    assert actions(team) == []


def test_what_a_try_wrote_is_undone_when_it_loses_its_job_at_the_end(team: Team) -> None:
    job = begin(team.workspace)
    context = JobContext(claim(job))

    def write() -> None:
        with context.postpone(1, "x", "y"):
            record("effect", user_id=None)
            Job.objects.filter(pk=job.pk).update(token="00000000-0000-0000-0000-000000000000")

    with pytest.raises(LostLease):
        write()
    assert actions(team) == []
    assert fresh(job).state == State.RUNNING


def test_a_job_cancelled_while_it_works_does_not_wait_before_it_stops(team: Team) -> None:
    def body(context: JobContext) -> None:
        with workspace_scope(team.workspace.pk):
            services.cancel(Job.objects.get(pk=context.job_id))
        with context.postpone(3600, "later", "Later."):
            pass

    job = begin(team.workspace, body)
    drain()
    assert fresh(job).state == State.CANCELLED


def test_a_waiting_job_can_be_sent_at_once(team: Team) -> None:
    job = begin(team.workspace, later)
    drain()
    with workspace_scope(team.workspace.pk):
        assert services.run_now(fresh(job))
    assert drain() == 1
    with workspace_scope(team.workspace.pk):
        Job.objects.filter(pk=job.pk).update(state=State.DONE)
        assert not services.run_now(fresh(job))
