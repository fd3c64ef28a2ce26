"""Jobs that leave one row behind each, and one that takes its worker away."""

import os
import signal
import time

from django.db import connection

from aura.jobs.context import JobContext
from aura.jobs.models import Lane
from aura.jobs.queue import job

TABLE = "chaos_effect"
WORK_SECONDS = 0.05


@job("chaos.bulk", lane=Lane.BULK, max_attempts=30, timeout=60)
def run_bulk(context: JobContext) -> None:
    """Insert exactly one effect, through a step that it must not do twice."""
    effect(context)


@job("chaos.realtime", lane=Lane.REALTIME, max_attempts=30, timeout=60)
def run_realtime(context: JobContext) -> None:
    """Insert exactly one effect, through a step that it must not do twice."""
    effect(context)


@job("chaos.poison", lane=Lane.BULK, max_attempts=3, timeout=60)
def run_poison(context: JobContext) -> None:
    """Die each time."""
    os.kill(os.getpid(), signal.SIGKILL)


def effect(context: JobContext) -> None:
    """Work a little, then write the row and the end of the job in one transaction."""
    context.progress(step="working", done=0, total=2)
    if context.recall("paid") is None:
        context.remember("paid", {"attempt": context.attempt})
    time.sleep(WORK_SECONDS)
    context.progress(done=1)
    with context.transaction(finish=True), connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {TABLE} (job_id) VALUES (%s)", [context.job_id])  # noqa: S608
    # Here a kill would double the effect of a job whose end were a transaction of its own.
    time.sleep(WORK_SECONDS)


@job("chaos.nothing", lane=Lane.REALTIME)
def run_nothing(context: JobContext) -> None:
    """The smallest job, for measuring what a job costs."""


def plain_nothing() -> None:
    """The same for RQ alone."""
