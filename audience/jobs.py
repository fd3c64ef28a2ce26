"""The pipeline of an analysis, top to bottom: read the file → classify people in batches → update the report (A1–A5).

Every effect is written in a transaction that also proves that this worker still owns the job, so a killed worker's work
is taken up where its last batch was committed and nothing is counted twice.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, cast
from uuid import UUID

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from audience.dataset import DatasetRefused, read_dataset
from audience.models import Classification, Commenter, PictureState, Run, RunBatch, StoredImage, TrackedAccount
from audience.queries.runs import people_to_classify
from audience.services import classify, ingest, pictures, rollups, uploads
from aura.jobs.context import JobContext
from aura.jobs.errors import QueueFull
from aura.jobs.models import Job, Lane, State
from aura.jobs.queue import JobFunction, job, start
from aura.jobs.services import cancel_subject
from aura.providers.local import LocalVision

VISION = LocalVision()
AHEAD = 2
CANCELLED = "Cancelled. What was read so far is kept."


def start_import(
    account: TrackedAccount,
    stream: BinaryIO,
    *,
    filename: str,
    user_id: UUID | None = None,
    pictures_folder: Path | None = None,
) -> Run:
    """Keep an uploaded dataset and start its analysis. Raises ``DatasetRefused`` and ``QueueFull``."""
    with transaction.atomic():
        run = uploads.create_run(account, stream, filename=filename, user_id=user_id, pictures=pictures_folder)
        try:
            _start(run_import, run, limited=True)
        except QueueFull:
            uploads.forget_file(run)
            raise
    return run


def _start(function: JobFunction, run: Run, batch: RunBatch | None = None, *, limited: bool = False) -> Job:
    payload = {"run": str(run.pk)} | ({"batch": str(batch.pk)} if batch else {})
    key = f"{batch.pk if batch else run.pk}:{run.tries}"
    subject = str(run.pk)
    return start(function, workspace_id=run.workspace_id, payload=payload, key=key, subject=subject, limited=limited)


def _run(context: JobContext) -> Run:
    return Run.objects.select_related("account").get(pk=context.payload["run"])


def _open(context: JobContext) -> Run | None:
    """The run of a job, or None where it is over. A failed run whose job a person requeued goes on."""
    run = _run(context)
    if run.state == Run.State.FAILED:
        _reopen(run)
    if "batch" in context.payload:
        RunBatch.objects.filter(pk=context.payload["batch"]).update(started=True)
    return None if run.is_over else run


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


@job("audience.import", lane=Lane.BULK, max_attempts=5, ended=end_with_job)
def run_import(context: JobContext) -> None:
    """Read the dataset into posts, people and comments, then hand the people on."""
    with context.transaction():
        run = _open(context)
        if run is None:
            return
        run.state, run.started_at = Run.State.RUNNING, run.started_at or timezone.now()
        run.save(update_fields=["state", "started_at"])
    context.progress(step=Run.Step.READING, done=run.records_done)
    try:
        with default_storage.open(run.path, "rb") as stream:
            records = read_dataset(cast(BinaryIO, stream), filename=run.filename, limits=uploads.limits())
            ingest.import_records(run, records, transaction=context.transaction, on_batch=context.progress_done)
    except DatasetRefused as error:
        with context.transaction(finish=True):
            uploads.end_run(_run(context), Run.State.FAILED, code=error.code, message=error.message)
        return
    with context.transaction(finish=True):
        run = _run(context)
        rollups.settle(run.account)
        _hand_on(run)


def _hand_on(run: Run) -> None:
    people = people_to_classify(run.account, VISION.name, VISION.version)
    size = settings.AURA_CLASSIFY_BATCH
    batches = [
        RunBatch(workspace_id=run.workspace_id, run=run, number=number, commenter_ids=people[first : first + size])
        for number, first in enumerate(range(0, len(people), size))
    ]
    RunBatch.objects.bulk_create(batches, batch_size=500)
    run.step, run.people_total, run.classifying_since = Run.Step.CLASSIFYING, len(people), timezone.now()
    run.save(update_fields=["step", "people_total", "classifying_since"])
    for _ in range(AHEAD):
        _start_next(run)


def _start_next(run: Run) -> None:
    """Start the next batch, or the report after the last one. The caller holds the run's row."""
    batch = RunBatch.objects.filter(run=run, started=False).order_by("number").first()
    if batch:
        batch.started = True
        batch.save(update_fields=["started"])
        _start(run_classify, run, batch)
    elif not RunBatch.objects.filter(run=run, done=False).exists():
        _start(run_report, run)


@job("audience.classify", lane=Lane.BULK, max_attempts=5, ended=end_with_job)
def run_classify(context: JobContext) -> None:
    """Find the pictures of one batch of people and classify them."""
    with context.transaction():
        run = _open(context)
        if run is None:
            return
        batch = RunBatch.objects.get(pk=context.payload["batch"])
        seen_at = timezone.now()
        people = classify.may_be_read(Commenter.objects.select_related("picture").filter(pk__in=batch.commenter_ids))
        comments = classify.comments_of(person.pk for person in people)
    context.progress(step=Run.Step.CLASSIFYING, done=0, total=len(people))
    wanting = [person for person in people if person.picture_state != PictureState.STORED]
    found = pictures.find_pictures(wanting, run.pictures_path)
    context.check_cancelled()
    with context.transaction():
        images = pictures.store_pictures(found)
        states = {one.commenter_id: one.state for one in found}
        for person in wanting:
            person.picture_state = states[person.pk]
        classify.attach_pictures(wanting, images)
    rows = _read(context, people, comments)
    with context.transaction(finish=True):
        rollups.lock_people(run.workspace_id)
        run = Run.objects.select_for_update(of=("self",)).select_related("account").get(pk=run.pk)
        classify.save_findings(rows, seen_at)
        RunBatch.objects.filter(pk=batch.pk).update(done=True)
        Run.objects.filter(pk=run.pk).update(people_done=F("people_done") + len(batch.commenter_ids))
        if not run.is_over:
            _start_next(run)


def _read(
    context: JobContext, people: Sequence[Commenter], comments: dict[UUID, tuple[str, ...]]
) -> list[Classification]:
    """Classify who has no reading of exactly this evidence yet. Outside any transaction: this is the slow part."""
    evidence = {}
    for person in people:
        image = person.picture
        evidence[person.pk] = classify.evidence_of(
            person, comments.get(person.pk, ()), _bytes(image), image.sha256 if image else ""
        )
    hashes = {key: classify.evidence_hash(found) for key, found in evidence.items()}
    with context.transaction():
        rows = classify.known(VISION, hashes)
    context.check_cancelled()
    new = [found for key, found in evidence.items() if key not in rows]
    readings = [reading for outcome in VISION.read(new) for reading in outcome.readings]
    with context.transaction():
        fresh = [classify.row_of(VISION, reading, hashes[UUID(reading.id)]) for reading in readings]
    return [*rows.values(), *fresh]


def _bytes(image: StoredImage | None) -> bytes | None:
    if image is None or not default_storage.exists(image.path):
        return None
    with default_storage.open(image.path, "rb") as stream:
        return bytes(stream.read())


@job("audience.report", lane=Lane.BULK, max_attempts=5, ended=end_with_job)
def run_report(context: JobContext) -> None:
    """Bring the account's rollups up to date, close the run and drop the upload."""
    context.progress(step=Run.Step.REPORTING)
    with context.transaction(finish=True):
        run = _open(context)
        if run is None:
            return
        rollups.settle(run.account)
        TrackedAccount.objects.filter(pk=run.account_id).update(last_import_at=timezone.now())
        Run.objects.filter(pk=run.pk).update(step=Run.Step.REPORTING)
        uploads.end_run(run, Run.State.DONE)
    uploads.forget_file(run)


def cancel_run(run: Run) -> None:
    """Stop a run: nothing new starts, the running batch ends at its next safe point. What is stored stays."""
    cancel_subject(str(run.pk))
    uploads.end_run(run, Run.State.CANCELLED, code="cancelled", message=CANCELLED)


def resume_run(run: Run) -> bool:
    """Go on where a failed or cancelled run stopped. False where the run is not stopped."""
    if run.state not in {Run.State.FAILED, Run.State.CANCELLED} or run.upload_is_gone:
        return False
    _reopen(run)
    if run.step == Run.Step.READING:
        _start(run_import, run, limited=True)
        return True
    for _ in range(AHEAD):
        _start_next(run)
    return True


def _reopen(run: Run) -> None:
    run.state, run.error_code, run.error, run.finished_at = Run.State.RUNNING, "", "", None
    run.tries += 1
    run.save(update_fields=["state", "error_code", "error", "finished_at", "tries"])
    RunBatch.objects.filter(run=run, done=False).update(started=False)
