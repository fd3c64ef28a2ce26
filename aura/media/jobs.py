"""Sweeps pictures that nothing shows, and files that no row names."""

from datetime import timedelta
from itertools import islice
from uuid import UUID

from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.models import Workspace
from aura.jobs.context import JobContext
from aura.jobs.models import Lane
from aura.jobs.queue import job, start
from aura.jobs.schedule import periodic
from aura.media import services
from aura.media.models import Picture
from aura.providers.storing.walking import files_below
from aura.tenancy.scope import current_workspace_id, staff_scope, workspace_scope

KEPT = timedelta(days=7)
"""So long a picture waits to be used, such as an upload for a form that is not sent yet."""
SETTLES = timedelta(days=1)
"""So old a file without a row must be: younger ones may belong to a transaction that is open."""
PAGE = 200


@periodic("41 2 * * *")
@job("media.sweep", lane=Lane.BULK, max_attempts=3, timeout=3600)
def sweep(context: JobContext) -> dict[str, int]:
    """Start the sweep of every workspace."""
    with staff_scope("sweep pictures"):
        found = list(Workspace.objects.order_by("id").values_list("id", flat=True))
    day = str(context.payload.get("minute", timezone.now().isoformat()))[:10]
    for workspace_id in found:
        with workspace_scope(workspace_id):
            start(sweep_workspace, workspace_id=workspace_id, payload={}, key=f"pictures:{day}", limited=False)
    return {"workspaces": len(found)}


@job("media.sweep_workspace", lane=Lane.BULK, max_attempts=3, timeout=3600)
def sweep_workspace(context: JobContext) -> dict[str, int]:
    """Delete one workspace's pictures that nothing has referred to for a week, and what no row names any more."""
    gone = 0
    context.progress(step="Unused pictures")
    while True:
        with context.transaction():
            workspace_id = current_workspace_id()
            old = services.unused().filter(stored_at__lt=timezone.now() - KEPT).values_list("pk", flat=True)
            count = services.drop_unused(list(old[:PAGE]))
        gone += count
        context.progress(done=gone)
        if not count:
            break
    context.progress(step="Files without a row")
    return {"pictures": gone, "files": _sweep_files(context, workspace_id)}


def _sweep_files(context: JobContext, workspace_id: UUID) -> int:
    gone, before = 0, timezone.now() - SETTLES
    files = files_below(default_storage, f"{services.FOLDER}/{workspace_id}")
    old = (path for path, written in files if written < before)
    while page := list(islice(old, PAGE)):
        with workspace_scope(workspace_id):
            rows = Picture.objects.filter(sha256__in={services.sha256_of(path) for path in page})
            known = {path for row in rows.values_list("path", "thumbnail_path") for path in row}
        gone += services.delete_files(workspace_id, [path for path in page if path not in known])
        context.check_cancelled()
    return gone
