"""Starting, stopping and resuming runs: by people, by the schedule, and when what they waited for is there (M14)."""

from collections.abc import Callable, Iterable
from uuid import UUID

import structlog
from django.db import transaction
from django.utils import timezone

from accounts.queries.costs import has_room
from audience.jobs.checking import start_rebuild, unmade
from audience.jobs.classifying import start_ahead
from audience.jobs.core import CANCELLED, reopen, start_for
from audience.jobs.importing import run_import
from audience.jobs.scraping import run_scrape, stop_outside
from audience.models import Run, RunBatch, ScrapePart, TrackedAccount
from audience.queries.runs import open_run_of
from audience.recurrence import next_due
from audience.services import scraping, uploads
from aura.http.problems import Problem
from aura.jobs.context import JobContext
from aura.jobs.errors import QueueFull
from aura.jobs.models import Lane
from aura.jobs.queue import job
from aura.jobs.schedule import periodic
from aura.jobs.services import cancel_subject
from aura.providers.errors import BUDGET_REACHED
from aura.tenancy.scope import staff_scope, workspace_scope

log = structlog.get_logger(__name__)

RESUMABLE = {Run.State.FAILED, Run.State.CANCELLED, Run.State.PAUSED}


def start_live(
    account: TrackedAccount, *, user_id: UUID | None = None, trigger: str = Run.Trigger.PERSON, limited: bool = True
) -> Run:
    """Start fetching and reading what is new of an account.

    Raises :class:`Problem` ``no_live_source`` for an account that is fed by uploads, ``run_going_on`` where one run of
    it is not over yet, and ``QueueFull``.
    """
    if account.source == TrackedAccount.Source.UPLOAD:
        raise Problem("no_live_source", "This account takes uploads only. Choose a source in its settings.", status=409)
    with transaction.atomic():
        # Held until the end, so that two starts of one account follow one another.
        account = TrackedAccount.objects.select_for_update().get(pk=account.pk)
        if going := open_run_of(account):
            words = f"A run of @{account.username} is not over yet: {going.get_state_display().lower()}."
            raise Problem("run_going_on", words, status=409)
        run = Run.objects.create(
            workspace_id=account.workspace_id,
            account=account,
            source=account.source,
            trigger=trigger,
            step=Run.Step.FETCHING,
            created_by_id=user_id,
        )
        part = scraping.plan(run)
        start_for(run_scrape, run, limited=limited, part=part.pk)  # type: ignore[union-attr]
    return run


def cancel_run(run: Run) -> None:
    """Stop a run: nothing new starts, the running batch ends at its next safe point. What is stored stays."""
    cancel_subject(str(run.pk))
    uploads.end_run(run, Run.State.CANCELLED, code="cancelled", message=CANCELLED)
    outside = ScrapePart.objects.filter(run=run, state=ScrapePart.State.RUNNING).exists()
    if outside or RunBatch.objects.filter(run=run, done=False).exclude(handle={}).exists():
        start_for(stop_outside, run)


def resume_run(run: Run) -> bool:
    """Go on where a failed, cancelled or paused run stopped. False where the run is not stopped.

    Raises :class:`Problem` ``run_going_on`` where another run of the account works meanwhile.
    """
    if run.state not in RESUMABLE or run.upload_is_gone:
        return False
    other = open_run_of(run.account) if run.is_live else None
    if other and other.pk != run.pk:
        raise Problem("run_going_on", f"Another run of @{run.account.username} is not over yet.", status=409)
    reopen(run)
    if run.step == Run.Step.FETCHING:
        part = scraping.plan(run)
        if part:
            start_for(run_scrape, run, limited=True, part=part.pk)
            return True
    if run.step == Run.Step.READING:
        start_for(run_import, run, limited=True)
    else:
        start_ahead(run)
    return True


@periodic("* * * * *")
@job("audience.tick", lane=Lane.REALTIME, max_attempts=2, timeout=600)
def tick(context: JobContext) -> dict[str, int]:
    """Start the runs that are due by their accounts' schedules, those whose pause is over, and rollups to be made."""
    now = timezone.now()
    with staff_scope("audience schedules"):
        due = list(
            TrackedAccount.objects.filter(next_run_at__lte=now)
            .order_by("next_run_at")
            .values_list("workspace_id", "pk")
        )
        paused = list(
            Run.objects.filter(state=Run.State.PAUSED).order_by("paused_until").values_list("workspace_id", "pk")
        )
    with staff_scope("missing rollups"):
        missing = unmade()
    _each(missing, start_rebuild)
    return {"started": _each(due, _start_due), "resumed": _each(paused, _resume_paused)}


def _each(found: Iterable[tuple[UUID, UUID]], work: Callable[[UUID], bool]) -> int:
    done = 0
    for workspace_id, key in found:
        try:
            with workspace_scope(workspace_id):
                done += work(key)
        except QueueFull:
            log.warning("schedule_waits_for_room", workspace_id=str(workspace_id))
    return done


def _start_due(key: UUID) -> bool:
    """Start the run of an account that is due. Missed times are made up for by one run, not by many."""
    account = TrackedAccount.objects.select_for_update().filter(pk=key, next_run_at__lte=timezone.now()).first()
    if account is None:
        return False
    account.next_run_at = next_due(account.schedule, account.time_zone, timezone.now())
    account.save(update_fields=["next_run_at"])
    try:
        with transaction.atomic():
            start_live(account, trigger=Run.Trigger.SCHEDULE)
    except Problem as problem:
        if isinstance(problem, QueueFull):
            raise
        log.info("schedule_skipped", account=str(account.pk), code=problem.get_codes())
        return False
    return True


def _resume_paused(key: UUID) -> bool:
    run = Run.objects.select_related("account").select_for_update(of=("self",)).filter(pk=key).first()
    if run is None or run.state != Run.State.PAUSED:
        return False
    over = run.paused_until is not None and run.paused_until <= timezone.now()
    if not over and not (run.error_code == BUDGET_REACHED and has_room()):
        return False
    return resume_run(run)
