"""The end of a run: its report."""

from datetime import datetime

import structlog
from django.utils import timezone

from audience.jobs.core import end_with_job, open_run
from audience.models import Run, ScrapePart, TrackedAccount
from audience.services import growth, rollups, scraping, uploads
from audience.services.outside import FollowerCounts, followers_of
from aura.jobs.context import JobContext
from aura.jobs.models import Lane
from aura.jobs.queue import job
from aura.providers.errors import ProviderError

log = structlog.get_logger(__name__)


@job("audience.report", lane=Lane.BULK, max_attempts=5, ended=end_with_job)
def run_report(context: JobContext) -> None:
    """Bring the account's rollups up to date, close the run and drop what it has read."""
    context.progress(step=Run.Step.REPORTING)
    with context.transaction():
        run = open_run(context)
    if run is None:
        return
    followers = _followers(run)
    with context.transaction(finish=True):
        run = open_run(context)
        if run is None:
            return
        rollups.settle(run.account)
        now = timezone.now()
        TrackedAccount.objects.filter(pk=run.account_id).update(last_import_at=now)
        if followers:
            day = followers.as_of.date()
            counts = {name: getattr(followers, name) for name in ("age", "gender", "country", "city")}
            growth.save_follower_demographics(run.account, day, **counts)
        if run.is_live:
            _snapshot(run, now)
            TrackedAccount.objects.filter(pk=run.account_id).update(last_fetch_at=now)
        Run.objects.filter(pk=run.pk).update(step=Run.Step.REPORTING)
        parts = list(ScrapePart.objects.filter(run=run))
        uploads.end_run(run, Run.State.DONE)
    uploads.forget_file(run)
    for part in parts:
        scraping.forget_file(part)
    scraping.memory_path(run).unlink(missing_ok=True)


def _snapshot(run: Run, now: datetime) -> None:
    """Keep the account's figures of today, where this run has read its profile."""
    kind, done = ScrapePart.Kind.PROFILE, ScrapePart.State.DONE
    if ScrapePart.objects.filter(run=run, kind=kind, state=done).exists():
        run.account.refresh_from_db()
        growth.take_snapshot(run.account, run.source, now)


def _followers(run: Run) -> FollowerCounts | None:
    """What Instagram says of an own account's followers; a report does not fail because that is not to be had."""
    if run.source != TrackedAccount.Source.GRAPH:
        return None
    try:
        found = followers_of(run)
    except ProviderError as error:
        log.warning("follower_demographics_missing", code=error.code)
        return None
    return found if found.available else None
