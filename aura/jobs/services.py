"""Stopping jobs and trying them again. All of it works in the caller's scope and transaction."""

from django.db import DEFAULT_DB_ALIAS, router, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from aura.jobs.buffer import ring
from aura.jobs.errors import JobNotRetryable, JobNotStoppable
from aura.jobs.live import publish_on_commit
from aura.jobs.models import WAITING, Job, State
from aura.jobs.queue import find_kind


def cancel(job: Job) -> Job:
    """Stop a job: at once where it waits, at its next safe point where it runs. Returns the row as it is now.

    Raises :class:`JobNotStoppable` where it is over.
    """
    with transaction.atomic(using=_using()):
        stopped = _cancel(Job.objects.filter(pk=job.pk))
    if not stopped:
        raise JobNotStoppable
    return Job.objects.get(pk=job.pk)


def cancel_subject(subject: str) -> int:
    """Stop every job of a business object in the current scope; returns how many were not over."""
    with transaction.atomic(using=_using()):
        return _cancel(Job.objects.filter(subject=subject))


def hold_subject(subject: str) -> None:
    """Lock the jobs of a business object that are not over, in the caller's transaction.

    Before the object's own row: a job that ends holds its own lock when it comes to that row.
    """
    live = Job.objects.filter(subject=subject, state__in=[*WAITING, State.RUNNING]).order_by("pk")
    list(live.select_for_update(of=("self",)).values_list("pk", flat=True))


def _cancel(jobs: QuerySet[Job]) -> int:
    # The lock settles the race with a worker that claims: it finds the row cancelled, or we find it running.
    live = list(jobs.filter(state__in=[*WAITING, State.RUNNING]).order_by("pk").select_for_update(of=("self",)))
    running = [job.pk for job in live if job.state == State.RUNNING]
    waiting = [job for job in live if job.state != State.RUNNING]
    Job.objects.filter(pk__in=running).update(cancel_requested=True)
    Job.objects.filter(pk__in=[job.pk for job in waiting]).update(
        state=State.CANCELLED,
        cancel_requested=True,
        finished_at=Now(),
        error_code="cancelled",
        error="Cancelled.",
    )
    publish_on_commit([(job.workspace_id, job.pk) for job in live], _using())
    for job in waiting:
        kind = find_kind(job.kind)
        if kind and kind.ended:
            kind.ended(Job.objects.get(pk=job.pk))
    return len(live)


def requeue(job: Job, *, also_done: bool = False) -> Job:
    """Let a dead or cancelled job wait again, with all its attempts. Returns the row as it is now.

    ``also_done``: one that is done too, for a business row that failed or was stopped although its job ended well.
    Raises :class:`JobNotRetryable` where it is in no such state.
    """
    kind = find_kind(job.kind)
    over = [State.DEAD, State.CANCELLED, *([State.DONE] if also_done else [])]
    moved = Job.objects.filter(pk=job.pk, state__in=over).update(
        state=State.PENDING,
        attempts=0,
        max_attempts=kind.max_attempts if kind else job.max_attempts,
        timeout=kind.timeout if kind else job.timeout,
        next_at=Now(),
        queued_at=None,
        token=None,
        cancel_requested=False,
        error_code="",
        error="",
        finished_at=None,
    )
    if not moved:
        raise JobNotRetryable
    transaction.on_commit(ring, using=_using(), robust=True)
    publish_on_commit([(job.workspace_id, job.pk)], _using())
    return Job.objects.get(pk=job.pk)


def run_now(job: Job) -> bool:
    """Let a job that waits for its next try be due at once. False where it does not wait."""
    moved = Job.objects.filter(pk=job.pk, state=State.PENDING).update(next_at=Now())
    transaction.on_commit(ring, using=_using(), robust=True)
    publish_on_commit([(job.workspace_id, job.pk)], _using())
    return bool(moved)


def _using() -> str:
    return router.db_for_write(Job) or DEFAULT_DB_ALIAS
