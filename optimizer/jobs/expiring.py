"""What is not ready in ten minutes is given up (O13), and files that no session names are swept."""

from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog
from django.core.files.storage import default_storage
from django.db import DatabaseError
from django.utils import timezone

from aura.jobs.context import JobContext
from aura.jobs.models import Lane
from aura.jobs.queue import job
from aura.jobs.schedule import periodic
from aura.jobs.services import cancel_subject, hold_subject
from aura.providers.storing.walking import files_below
from aura.tenancy.scope import staff_scope, workspace_scope
from optimizer.models import Optimization
from optimizer.services import intake, sessions
from optimizer.services.intake import FOLDER

log = structlog.get_logger(__name__)
SETTLES: Final = timedelta(days=1)
"""So old a file without a row must be: younger ones may belong to a transaction that is open."""
MOST: Final = 10_000
"""So many sessions a day have their uploads forgotten."""


@periodic("* * * * *")
@job("optimizer.expire", lane=Lane.REALTIME, max_attempts=1, timeout=300)
def expire_sessions(context: JobContext) -> dict[str, int]:
    """End every session whose time is over."""
    with staff_scope("end sessions that take too long"):
        rows = Optimization.objects.filter(state=Optimization.State.RUNNING, deadline_at__lt=timezone.now())
        due = list(rows.order_by("deadline_at").values_list("workspace_id", "pk")[:1000])
    ended = 0
    for workspace_id, pk in due:
        try:
            ended += _expired(workspace_id, pk)
        except DatabaseError:
            # One that is locked by others must not keep the rest: it is looked at again in a minute.
            log.exception("session_not_expired", session=str(pk))
    return {"ended": ended}


def _expired(workspace_id: UUID, pk: UUID) -> bool:
    with workspace_scope(workspace_id):
        row = Optimization.objects.filter(pk=pk).first()
        if row is None:
            return False
        hold_subject(str(row.pk))
        ended = sessions.expire(row)
        if ended:
            # Else it came to its end, or was tried again, since it was found due: what it does now is its own.
            cancel_subject(str(row.pk))
        return ended


@periodic("11 3 * * *")
@job("optimizer.sweep", lane=Lane.BULK, max_attempts=3, timeout=3600)
def sweep_originals(context: JobContext) -> dict[str, int]:
    """Delete uploads that no session names, and those of sessions that were stopped or failed and are let be.

    They are as they came, with all that a camera wrote into them. Tried again, such a session is made from the stored
    picture where there is one.
    """
    gone, before = 0, timezone.now() - SETTLES
    with staff_scope("forget uploads of sessions that are over"):
        over = Optimization.objects.filter(finished_at__lt=before).exclude(upload_path="")
        due = list(over.values_list("workspace_id", "pk")[:MOST])
    for workspace_id, pk in due:
        context.check_cancelled()
        with workspace_scope(workspace_id):
            row = Optimization.objects.select_for_update(of=("self",), no_key=True).filter(pk=pk).first()
            if row is not None and row.is_over:
                intake.forget_upload(row)
                gone += 1
    for path, written in files_below(default_storage, FOLDER):
        context.check_cancelled()
        if written >= before:
            continue
        with staff_scope("sweep uploads"):
            is_named = Optimization.objects.filter(upload_path=path).exists()
        if not is_named:
            default_storage.delete(path)
            gone += 1
    return {"files": gone}
