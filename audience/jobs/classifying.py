"""People are read in batches (A3–A5, A9): a batch finds pictures, asks the models, and starts the next one."""

from collections.abc import Sequence

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from audience.jobs import half_price, trials
from audience.jobs.core import PAUSES, end_with_job, open_run, pause, start_for
from audience.jobs.reading import Reading
from audience.jobs.reporting import run_report
from audience.jobs.words import run_words
from audience.models import Commenter, PictureState, Run, RunBatch
from audience.queries.runs import people_to_classify
from audience.services import classify, pictures
from audience.services.vision import First, import_adapters
from aura.jobs.context import JobContext
from aura.jobs.models import Lane
from aura.jobs.queue import job
from aura.providers.errors import ProviderError

AHEAD = 2
PASSES = 2
"""People whom another run was reading meanwhile are looked at once more at the end."""
LOCAL = "local"
SMALL = 256


def hand_on(run: Run, first: First) -> None:
    """Let the comments be read, plan who is to be read by ``first``, and start. The caller holds the run's job."""
    run.step, run.classifying_since = Run.Step.CLASSIFYING, timezone.now()
    run.reader, run.reader_version = first.name, first.version
    run.save(update_fields=["step", "classifying_since", "reader", "reader_version"])
    start_for(run_words, run)
    if run.reader != LOCAL and trials.is_due(run.reader):
        start_for(trials.run_trial, run)
    plan_batches(run)
    start_ahead(run)


def start_ahead(run: Run) -> None:
    """Start the first batches of a pass; the caller holds the run's row or its job."""
    for _ in range(AHEAD):
        start_next(run)


def plan_batches(run: Run) -> int:
    """Write the batches of one pass over the account's people; returns how many people there are to read."""
    paid, left = run.reader != LOCAL, run.passes > 0
    people = people_to_classify(run.account, run.reader, run.reader_version, paid=paid, left=left)
    size = _size(run)
    before = RunBatch.objects.filter(run=run).count()
    batches = [
        RunBatch(workspace_id=run.workspace_id, run=run, number=before + number, commenter_ids=people[at : at + size])
        for number, at in enumerate(range(0, len(people), size))
    ]
    RunBatch.objects.bulk_create(batches, batch_size=500)
    Run.objects.filter(pk=run.pk).update(people_total=F("people_total") + len(people), passes=F("passes") + 1)
    run.refresh_from_db(fields=["people_total", "passes"])
    return len(people)


def _size(run: Run) -> int:
    """People in a batch: many where requests are under way at once; few for this machine, and for half price."""
    most: int = settings.AURA_CLASSIFY_BATCH
    return min(most, SMALL) if run.reader == LOCAL or run.account.half_price else most


def start_next(run: Run) -> None:
    """Start the next batch, or what comes after the last one. The caller holds the run's row or its job."""
    batch = _next_batch(run)
    if batch is None and not RunBatch.objects.filter(run=run, done=False).exists():
        if run.passes < PASSES and run.reader != LOCAL and plan_batches(run):
            batch = _next_batch(run)
        else:
            start_for(run_report, run)
    if batch:
        RunBatch.objects.filter(pk=batch.pk).update(started=True)
        start_for(run_classify, run, batch=batch.pk)


def _next_batch(run: Run) -> RunBatch | None:
    return RunBatch.objects.filter(run=run, started=False).order_by("number").first()


@job("audience.classify", lane=Lane.BULK, max_attempts=8, ended=end_with_job, warm=import_adapters)
def run_classify(context: JobContext) -> None:
    """Find the pictures of one batch of people and classify them."""
    with context.transaction():
        run = open_run(context)
        if run is None:
            return
        batch = RunBatch.objects.get(pk=context.payload["batch"])
        seen_at = timezone.now()
        people = classify.may_be_read(Commenter.objects.select_related("picture").filter(pk__in=batch.commenter_ids))
        comments = classify.comments_of(person.pk for person in people)
    context.progress(step=Run.Step.CLASSIFYING, done=0, total=len(people))
    find_pictures(context, run, people)
    context.check_cancelled()
    reading = Reading(context, run, batch, seen_at)
    reading.look_at(people, comments)
    try:
        if not half_price.read(reading):
            return
        reading.read()
    except ProviderError as error:
        if error.code not in PAUSES:
            raise
        with context.transaction(finish=True):
            pause(run, error)
            start_for(run_pictures, run)
        return
    _finish(context, run, batch)


def find_pictures(context: JobContext, run: Run, people: Sequence[Commenter]) -> None:
    """Fetch and keep the pictures of those who have none yet, before their links expire (A3)."""
    wanting = [person for person in people if person.picture_state != PictureState.STORED]
    found = pictures.find_pictures(wanting, run.pictures_path)
    with context.transaction():
        images = pictures.store_pictures(found)
        states = {one.commenter_id: one.state for one in found}
        for person in wanting:
            person.picture_state = states[person.pk]
        classify.attach_pictures(wanting, images)


def _finish(context: JobContext, run: Run, batch: RunBatch) -> None:
    with context.transaction(finish=True):
        run = Run.objects.select_for_update(of=("self",)).select_related("account").get(pk=run.pk)
        RunBatch.objects.filter(pk=batch.pk).update(done=True)
        Run.objects.filter(pk=run.pk).update(people_done=F("people_done") + len(batch.commenter_ids))
        if run.state == Run.State.RUNNING:
            start_next(run)


@job("audience.pictures", lane=Lane.BULK, max_attempts=3)
def run_pictures(context: JobContext) -> None:
    """Fetch the pictures of everybody who waits to be read: a pause may outlast the links."""
    with context.transaction():
        run = Run.objects.select_related("account").get(pk=context.payload["run"])
        batches = list(RunBatch.objects.filter(run=run, done=False).order_by("number"))
    context.progress(step="Fetching pictures", done=0, total=sum(len(batch.commenter_ids) for batch in batches))
    done = 0
    for batch in batches:
        with context.transaction():
            people = classify.may_be_read(
                Commenter.objects.select_related("picture").filter(pk__in=batch.commenter_ids, picture_state="")
            )
        find_pictures(context, run, people)
        done += len(batch.commenter_ids)
        context.progress(done=done)
