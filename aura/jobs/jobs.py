"""Housekeeping of the platform, by the clock."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from aura.http.idempotency import KEPT
from aura.http.models import IdempotencyRecord
from aura.jobs.context import JobContext
from aura.jobs.models import Job, Lane, State
from aura.jobs.queue import job
from aura.jobs.schedule import periodic
from aura.tenancy.scope import staff_scope

CHUNK = 1_000


@periodic("17 3 * * *")
@job("jobs.prune", lane=Lane.BULK, max_attempts=3, timeout=3600)
def prune_jobs(context: JobContext) -> dict[str, int]:
    """Delete finished and cancelled jobs after AURA_JOB_RETENTION_DAYS. Dead letters stay until somebody decides."""
    before = timezone.now() - timedelta(days=settings.AURA_JOB_RETENTION_DAYS)
    with staff_scope("prune jobs"):
        old = Job.objects.filter(state__in=[State.DONE, State.CANCELLED], finished_at__lt=before)
    return {"deleted": _delete(context, old, "prune jobs")}


@periodic("37 * * * *")
@job("http.prune_idempotency", lane=Lane.BULK, max_attempts=3, timeout=600)
def prune_idempotency(context: JobContext) -> dict[str, int]:
    """Delete answers that were kept for an Idempotency-Key longer than promised."""
    with staff_scope("prune idempotency records"):
        old = IdempotencyRecord.objects.filter(created_at__lt=timezone.now() - KEPT)
    return {"deleted": _delete(context, old, "prune idempotency records")}


def _delete(context: JobContext, rows: QuerySet[Any], reason: str) -> int:
    deleted = 0
    while True:
        with staff_scope(reason):
            keys = list(rows.values_list("pk", flat=True)[:CHUNK])
            rows.filter(pk__in=keys).delete()
        if not keys:
            return deleted
        deleted += len(keys)
        context.progress(done=deleted)
