"""A dataset in: the upload is kept, read in batches, and its people are handed on (A1, A2)."""

from pathlib import Path
from typing import BinaryIO, cast
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import transaction

from audience.dataset import DatasetRefused, read_dataset
from audience.jobs.classifying import hand_on
from audience.jobs.core import begin, end_with_job, find_run, open_run, start_for
from audience.models import Run, TrackedAccount
from audience.services import ingest, rollups, uploads
from audience.services.vision import first_model
from aura.jobs.context import JobContext
from aura.jobs.errors import QueueFull
from aura.jobs.models import Lane
from aura.jobs.queue import job


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
            start_for(run_import, run, limited=True)
        except QueueFull:
            uploads.forget_file(run)
            raise
    return run


@job("audience.import", lane=Lane.BULK, max_attempts=5, ended=end_with_job)
def run_import(context: JobContext) -> None:
    """Read the dataset into posts, people and comments, then hand the people on."""
    with context.transaction():
        run = open_run(context)
        if run is None:
            return
        begin(run)
    context.progress(step=Run.Step.READING, done=run.records_done)
    try:
        with default_storage.open(run.path, "rb") as stream:
            records = read_dataset(cast(BinaryIO, stream), filename=run.filename, limits=uploads.limits())
            ingest.import_records(run, records, transaction=context.transaction, on_batch=context.progress_done)
    except DatasetRefused as error:
        with context.transaction(finish=True):
            uploads.end_run(find_run(context), Run.State.FAILED, code=error.code, message=error.message)
        return
    first = first_model(run)
    with context.transaction(finish=True):
        run = find_run(context)
        rollups.settle(run.account)
        hand_on(run, first)
