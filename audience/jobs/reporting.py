"""The end of a run: its report."""

from django.utils import timezone

from audience.jobs.core import end_with_job, open_run
from audience.models import Run, ScrapePart, TrackedAccount
from audience.services import rollups, scraping, uploads
from aura.jobs.context import JobContext
from aura.jobs.models import Lane
from aura.jobs.queue import job


@job("audience.report", lane=Lane.BULK, max_attempts=5, ended=end_with_job)
def run_report(context: JobContext) -> None:
    """Bring the account's rollups up to date, close the run and drop what it has read."""
    context.progress(step=Run.Step.REPORTING)
    with context.transaction(finish=True):
        run = open_run(context)
        if run is None:
            return
        rollups.settle(run.account)
        now = timezone.now()
        TrackedAccount.objects.filter(pk=run.account_id).update(last_import_at=now)
        if run.is_live:
            TrackedAccount.objects.filter(pk=run.account_id).update(last_fetch_at=now)
        Run.objects.filter(pk=run.pk).update(step=Run.Step.REPORTING)
        parts = list(ScrapePart.objects.filter(run=run))
        uploads.end_run(run, Run.State.DONE)
    uploads.forget_file(run)
    for part in parts:
        scraping.forget_file(part)
    scraping.memory_path(run).unlink(missing_ok=True)
