"""What every job of a run stands on: its run, its start, its pause and its end."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.utils import timezone

from accounts.services.ledger import budget_just_reached
from audience.models import Run, RunBatch
from audience.services import uploads
from aura.jobs.context import JobContext
from aura.jobs.models import Job, State
from aura.jobs.queue import JobFunction, start
from aura.jobs.services import cancel_subject
from aura.providers.errors import BUDGET_REACHED, ProviderError
from aura.webhooks.services import emit

CANCELLED = "Cancelled. What was read so far is kept."
PAUSES = {BUDGET_REACHED, "quota_day"}
"""Errors that pass by themselves, but not soon: the run waits and says for what."""
AT_LEAST = 60.0


def start_for(function: JobFunction, run: Run, *, limited: bool = False, **payload: UUID) -> Job:
    """Start a job of a run; ``payload`` are ids. Started once for each try of the run."""
    named = {name: str(value) for name, value in payload.items()}
    key = ":".join([*named.values()] or [str(run.pk)]) + f":{run.tries}"
    return start(
        function,
        workspace_id=run.workspace_id,
        payload={"run": str(run.pk)} | named,
        key=key,
        subject=str(run.pk),
        limited=limited,
    )


def find_run(context: JobContext) -> Run:
    """The run of a job."""
    return Run.objects.select_related("account").get(pk=context.payload["run"])


def open_run(context: JobContext) -> Run | None:
    """The run of a job, or None where nothing is to be done for it now: it is over, or paused.

    A failed run whose job a person requeued goes on.
    """
    run = find_run(context)
    if run.state == Run.State.FAILED:
        reopen(run)
    if "batch" in context.payload:
        RunBatch.objects.filter(pk=context.payload["batch"]).update(started=True)
    return None if run.is_over or run.state == Run.State.PAUSED else run


def begin(run: Run) -> None:
    """Say that a run works."""
    run.state, run.started_at = Run.State.RUNNING, run.started_at or timezone.now()
    run.save(update_fields=["state", "started_at"])


def reopen(run: Run) -> None:
    """Let a run that stopped work again: what was not done is to be started anew."""
    run.state, run.error_code, run.error, run.finished_at = Run.State.RUNNING, "", "", None
    run.paused_until = None
    run.tries += 1
    run.save(update_fields=["state", "error_code", "error", "finished_at", "paused_until", "tries"])
    RunBatch.objects.filter(run=run, done=False).update(started=False)


def pause(run: Run, error: ProviderError) -> None:
    """Let a run wait for its budget or a quota. The caller's transaction holds the job."""
    now = timezone.now()
    wait = timedelta(seconds=max(AT_LEAST, error.retry_after or 0))
    until = next_month(now) if error.code == BUDGET_REACHED and not error.retry_after else now + wait
    open_states = [Run.State.QUEUED, Run.State.RUNNING]
    changed = Run.objects.filter(pk=run.pk, state__in=open_states).update(
        state=Run.State.PAUSED, error_code=error.code, error=error.message, paused_until=until
    )
    run.refresh_from_db(fields=["state", "error_code", "error", "paused_until"])
    if changed:
        uploads.tell(run)
    tell_budget(run, error)


def tell_budget(run: Run, error: ProviderError) -> None:
    """Tell those who listen that the month's budget is reached, once a month."""
    if error.code == BUDGET_REACHED and (budget := budget_just_reached(run.workspace_id)):
        amounts = {"cap": str(budget.cap), "spent": str(budget.spent), "month": f"{budget.month:%Y-%m}"}
        emit("budget.reached", amounts, subject=run.subject)


def next_month(now: datetime) -> datetime:
    """The first moment of the month after ``now``, in UTC: when a new budget begins."""
    day = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (day + timedelta(days=32)).replace(day=1)


def end_with_job(job_row: Job) -> None:
    """Called by the job core, in its transaction, when a job of the run is given up or cancelled."""
    run = Run.objects.filter(pk=job_row.payload["run"]).first()
    if run is None:
        return
    if job_row.state == State.CANCELLED:
        uploads.end_run(run, Run.State.CANCELLED, code="cancelled", message=CANCELLED)
        return
    uploads.end_run(run, Run.State.FAILED, code=job_row.error_code, message=job_row.error)
    cancel_subject(str(run.pk))
