"""What the comments say is read beside the people who wrote them (A6)."""

from audience.jobs.paid_words import PaidWords
from audience.models import Run
from audience.services import words
from audience.services.readers import readers_for
from aura.jobs.context import JobContext
from aura.jobs.models import Lane
from aura.jobs.queue import job


@job("audience.words", lane=Lane.BULK, max_attempts=5)
def run_words(context: JobContext) -> dict[str, int] | None:
    """Read new and changed comments of an account, batch by batch, then make its topics and questions anew.

    Each batch is a transaction, so a killed worker's work goes on where it stopped. A run does not fail by this.
    """
    with context.transaction():
        run = Run.objects.select_related("account").get(pk=context.payload["run"])
    readers = readers_for(run, context)
    context.progress(step="Reading comments", done=0)
    if readers.paid:
        paid = PaidWords(context, run, readers.paid)
        if not paid.finish():
            return None
        read = paid.read
    else:
        read = _read_here(context, run, readers.missing)
    context.progress(step="Finding topics")
    with context.transaction():
        sample = words.take_sample(run.account)
    if sample is not None:
        found = words.group_sample(sample)
        context.check_cancelled()
        with context.transaction():
            words.keep_groups(run.account, found)
    return {"comments": read}


def _read_here(context: JobContext, run: Run, missing: str) -> int:
    read = 0
    while True:
        with context.transaction():
            count = words.read_comments(run.account, fallback=missing)
        read += count
        if not count:
            return read
        context.progress(done=read)
