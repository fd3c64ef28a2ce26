"""Sessions begin, are stopped and tried again."""

from uuid import UUID

from django.db import transaction

from aura.jobs.errors import JobNotRetryable, JobStillStopping
from aura.jobs.models import WAITING, Job, State
from aura.jobs.queue import start
from aura.jobs.services import cancel, cancel_subject, hold_subject
from optimizer.jobs.photos import Photos, retry_photos, stop_open_photos
from optimizer.jobs.rendering import RENDER, run_render
from optimizer.jobs.wording import WRITE, start_write
from optimizer.models import Optimization, Part
from optimizer.services import intake, sessions

S = Optimization.State


def start_optimization(order: intake.Order, *, user_id: UUID | None = None) -> Optimization:
    """Take an order and start its job. Raises ``QueueFull``."""
    with transaction.atomic():
        optimization = sessions.take(order, user_id=user_id)
        _start(optimization)
    return optimization


def cancel_optimization(optimization: Optimization) -> bool:
    """Stop a session; False where it is over. What is ready stays."""
    with transaction.atomic():
        hold_subject(str(optimization.pk))
        if sessions.locked(optimization).is_over:
            return False
        # The session first, so that the end of its last photograph does not make it done.
        sessions.end(optimization, S.CANCELLED, code="cancelled", message=sessions.CANCELLED)
        cancel_subject(str(optimization.pk))
    return True


def delete_optimization(optimization: Optimization) -> None:
    """Stop all that is still made of a session, also outside, and delete it with its files."""
    with transaction.atomic():
        cancel_optimization(optimization)
        # Of a session that is over, photographs and crops may be made anew.
        stop_open_photos(optimization)
        cancel_subject(str(optimization.pk))
        sessions.remove(optimization)


def try_again(optimization: Optimization) -> None:
    """Make what is missing of a session.

    Raises :class:`Problem` ``job_not_failed`` where nothing is, or it runs, and ``still_stopping`` while a job of the
    former try has not ended: it would end this one, or pay for its words a second time.
    """
    with transaction.atomic():
        hold_subject(str(optimization.pk))
        row = sessions.locked(optimization)
        if not row.is_over or not _misses_something(row):
            raise JobNotRetryable
        _end_former_try(row)
        sessions.reopen(row)
        if row.pictures == Part.WAITING or row.master_id is None:
            _start(row)
        elif row.texts == Part.WAITING:
            start_write(row)
        else:
            sessions.begin(row)
        retry_photos(row)


def _end_former_try(row: Optimization) -> None:
    """Stop jobs of the former try that only wait; the caller holds them all. Raises :class:`JobStillStopping`."""
    live = Job.objects.filter(subject=str(row.pk), state__in=[*WAITING, State.RUNNING])
    for job in live.filter(kind__in=[RENDER, WRITE, Photos.kind]):
        is_own = job.kind != Photos.kind
        if job.cancel_requested or (is_own and job.state == State.RUNNING):
            raise JobStillStopping
        if is_own:
            cancel(job)


def _misses_something(row: Optimization) -> bool:
    is_whole = row.pictures == row.texts == Part.DONE
    return not is_whole or row.outputs.exclude(state="done").exists() or row.photos.exclude(state="done").exists()


def _start(optimization: Optimization) -> Job:
    return start(
        run_render,
        workspace_id=optimization.workspace_id,
        payload={"optimization": str(optimization.pk)},
        key=f"{optimization.pk}:{optimization.tries}",
        subject=str(optimization.pk),
        total=optimization.outputs.count(),
    )
