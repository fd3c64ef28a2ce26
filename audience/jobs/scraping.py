"""Live runs: profile, posts and comments come in parts, each started once and stored when it is there (A1, A9)."""

from typing import Any, BinaryIO, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.services.ledger import meter
from audience.dataset import read_dataset
from audience.jobs import half_price
from audience.jobs.classifying import hand_on
from audience.jobs.core import begin, end_with_job, open_run, pause, start_for
from audience.models import Run, RunBatch, ScrapePart
from audience.services import ingest, outside, rollups, scraping, uploads
from audience.services.outside import GuardedScraper
from audience.services.vision import batch_model_for, first_model
from aura.jobs.context import JobContext
from aura.jobs.models import Lane
from aura.jobs.queue import job
from aura.providers.errors import BUDGET_REACHED, ProviderError
from aura.providers.metering import Meter

S = ScrapePart.State
PAGE = 1000
WAITS = (2, 3, 5, 8, 10, 15, 20, 30)
"""Seconds between two looks at a scrape that runs; a webhook brings the next one forward."""
SETTLES = 5.0
"""Seconds after which a service that was asked to start something tells of it when asked."""
KEPT = "What was fetched is kept; “Go on” fetches the rest."
LOST = (
    "Aura was stopped while it asked Apify to start a run, and Apify does not tell whether it did. Look at Apify for a "
    "run of this account; “Go on” starts a new one."
)


@job("audience.scrape", lane=Lane.BULK, max_attempts=8, ended=end_with_job)
def run_scrape(context: JobContext) -> None:
    """Bring one part to its end: start it, wait without holding a worker, fetch its items, store them."""
    with context.transaction():
        run = open_run(context)
        if run is None:
            return
        begin(run)
        part = ScrapePart.objects.select_related("run__account").get(pk=context.payload["part"])
    context.progress(step=Run.Step.FETCHING)
    scraper = outside.scraper_for(run)
    if part.state in {S.PLANNED, S.STARTING} and not _started(context, part, scraper):
        return
    if part.state == S.RUNNING and not _ended(context, part, scraper):
        return
    if part.state == S.FETCHED:
        _fetch(context, part, scraper)
        _store(context, part)
    _go_on(context, part)


def _started(context: JobContext, part: ScrapePart, scraper: GuardedScraper) -> bool:
    """Start a part, or find the one that an attempt before this may have started. False: the job waits."""
    if part.state == S.STARTING:
        age = (timezone.now() - part.asked_at).total_seconds() if part.asked_at else SETTLES
        if age < SETTLES:
            with context.postpone(SETTLES - age, "", "", counts=False):
                return False
        if _found(context, part, scraper):
            return True
    elif not _reserved(context, part):
        return False
    secret = scraping.new_secret(part) if _is_reachable() else ""
    with context.transaction():
        part.state, part.asked_at = S.STARTING, timezone.now()
        part.save(update_fields=["state", "asked_at", "webhook_digest"])
    order = scraping.order_of(part, site=settings.SITE_URL, secret=secret)
    try:
        scrape = scraper.start(order)
    except ProviderError as error:
        if error.code in {"start_unknown", "timeout", "cut_off"}:
            raise
        # Nothing was started: the part is as it was, and its money is free again.
        with context.transaction():
            _unreserve(context, part, error.code)
            part.state = S.PLANNED
            part.save(update_fields=["state", "reservation"])
        raise
    with context.transaction():
        scraping.adopt(part, scrape)
    return True


def _found(context: JobContext, part: ScrapePart, scraper: GuardedScraper) -> bool:
    since = part.asked_at.timestamp() if part.asked_at else 0.0
    try:
        scrape = scraper.find(scraping.order_of(part), since)
    except ProviderError as error:
        if error.code != "find_unsupported":
            raise
        with context.transaction():
            # The next attempt is a person's, who has looked.
            part.state = S.PLANNED
            _unreserve(context, part, "start_unknown")
            part.save(update_fields=["state", "reservation"])
        raise ProviderError(LOST, code="start_unknown") from error
    if scrape is None:
        return False
    with context.transaction():
        scraping.adopt(part, scrape)
    return True


def _reserved(context: JobContext, part: ScrapePart) -> bool:
    """Set the most that the part may cost aside; without budget the run is paused."""
    with context.transaction():
        part.max_charge = outside.ceiling_of(part, scraping.spent(part.run))
    book, expected = _book_of(context, part), outside.usage_of(part, part.max_charge)
    try:
        # Together with the part that holds it: money that nobody remembers would be lost to the budget.
        with context.transaction():
            part.reservation = book.reserve(expected)
            part.save(update_fields=["reservation", "max_charge"])
    except ProviderError as error:
        if error.code != BUDGET_REACHED:
            raise
        outside.note_budget(book, expected)
        with context.transaction(finish=True):
            pause(part.run, error)
        return False
    return True


def _book_of(context: JobContext, part: ScrapePart) -> Meter:
    return meter(part.workspace_id, subject=part.run.subject, job_id=context.job_id)


def _unreserve(context: JobContext, part: ScrapePart, code: str) -> None:
    if part.reservation:
        _book_of(context, part).release(part.reservation, code)
    part.reservation = None


def _ended(context: JobContext, part: ScrapePart, scraper: GuardedScraper) -> bool:
    """Look at a part that runs at the service; False where the job waits for its next look."""
    scrape = scraper.look(scraping.handle_of(part))
    if scrape.state != "running":
        with context.transaction():
            scraping.saw(part, scrape)
        return True
    wait = WAITS[min(part.looks, len(WAITS) - 1)]
    context.progress(done=part.items)
    with context.postpone(wait, "", "", counts=False):
        scraping.saw(part, scrape)
    return False


def _book(context: JobContext, part: ScrapePart) -> None:
    """What the part has cost goes into the ledger, once."""
    if part.reservation:
        _book_of(context, part).settle(part.reservation, outside.usage_of(part, part.cost))


def _fetch(context: JobContext, part: ScrapePart, scraper: GuardedScraper) -> None:
    """Read the items of a part page by page into its file; a page that is there is not read again."""
    handle = scraping.handle_of(part)
    while part.pages == 0 or part.cursor:
        page = scraper.page(handle, part.cursor, PAGE)
        with context.transaction():
            scraping.keep_page(part, page)
        context.progress(done=part.items)
    with context.transaction():
        _book(context, part)


def _store(context: JobContext, part: ScrapePart) -> None:
    """Store the items of a part. The part's place among the run's records is kept, so that this may be repeated."""
    with context.transaction():
        run = Run.objects.select_related("account").get(pk=part.run_id)
        if part.first_record is None:
            part.first_record = run.records_done
            part.save(update_fields=["first_record"])
    memory = ingest.Memory(scraping.memory_path(run), part.first_record)
    if part.size:
        with default_storage.open(part.path, "rb") as stream:
            records = read_dataset(cast(BinaryIO, stream), filename="items.jsonl", limits=uploads.limits())
            ingest.import_records(
                run, records, transaction=context.transaction, on_batch=context.progress_done, memory=memory
            )
    with context.transaction():
        scraping.check_anything(part)
        scraping.close(part)
    scraping.forget_file(part)


def _go_on(context: JobContext, part: ScrapePart) -> None:
    """Start the part that comes next or, after the last one, the reading of people."""
    first = first_model(part.run)
    with context.transaction(finish=True):
        run = Run.objects.select_for_update(of=("self",)).select_related("account").get(pk=part.run_id)
        if run.state != Run.State.RUNNING:
            return
        rollups.settle(run.account)
        if part.state == S.FAILED and part.kind != ScrapePart.Kind.PROFILE and part.ended_try == run.tries:
            words = part.message or "The service ended the scrape before it was done."
            uploads.end_run(run, Run.State.FAILED, code="scrape_failed", message=f"{words} {KEPT}")
        elif following := scraping.plan(run):
            start_for(run_scrape, run, part=following.pk)
        else:
            hand_on(run, first)


def _is_reachable() -> bool:
    """Whether a service on the internet could call this installation back."""
    return settings.HTTPS and (urlsplit(settings.SITE_URL).hostname or "") not in {"localhost", "127.0.0.1", "::1"}


@job("audience.stop_outside", lane=Lane.REALTIME, max_attempts=5)
def stop_outside(context: JobContext) -> dict[str, Any]:
    """Stop what still runs at services for a run that was cancelled, and book what it has cost."""
    with context.transaction():
        run = Run.objects.select_related("account").get(pk=context.payload["run"])
        parts = list(ScrapePart.objects.select_related("run__account").filter(run=run, state=S.RUNNING))
        batches = [batch for batch in RunBatch.objects.filter(run=run, done=False) if half_price.is_open(batch)]
    if not run.is_over:
        return {"stopped": 0}
    if batches and (vision := batch_model_for(run, context)):
        for batch in batches:
            half_price.cancel(vision, batch)
    if not parts:
        return {"stopped": len(batches)}
    scraper = outside.scraper_for(run)
    for part in parts:
        scrape = scraper.abort(scraping.handle_of(part))
        if scrape.state == "running":
            scrape = scraper.look(scraping.handle_of(part), wait=5)
        with context.transaction():
            scraping.saw(part, scrape)
            if part.state != S.RUNNING:
                _book(context, part)
    waiting = [part for part in parts if part.state == S.RUNNING]
    if waiting:
        words = "The service has not stopped the scrape yet."
        raise ProviderError(words, code="still_running", retryable=True, retry_after=10)
    return {"stopped": len(parts)}
