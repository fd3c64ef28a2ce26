"""The nightly look at what reports are made from: rollups are compared with the comments, and put right."""

from uuid import UUID

from accounts.models import Workspace
from audience.models import TrackedAccount
from audience.services import rollups
from aura.jobs import tallies
from aura.jobs.context import JobContext
from aura.jobs.models import Lane
from aura.jobs.queue import job, start
from aura.jobs.schedule import periodic
from aura.tenancy.scope import staff_scope, workspace_scope

KIND = "audience.check_workspace"


@periodic("53 2 * * *")
@job("audience.check_rollups", lane=Lane.BULK, max_attempts=3, timeout=3600)
def check_rollups(context: JobContext) -> dict[str, int]:
    """Start the check of every workspace."""
    with staff_scope("check of rollups"):
        found = list(Workspace.objects.order_by("id").values_list("id", flat=True))
    day = str(context.payload.get("minute", ""))[:10]
    for workspace_id in found:
        with workspace_scope(workspace_id):
            start(run_check, workspace_id=workspace_id, payload={}, key=f"check:{day}", limited=False)
    return {"workspaces": len(found)}


@job(KIND, lane=Lane.BULK, max_attempts=3, timeout=3600)
def run_check(context: JobContext) -> dict[str, int]:
    """Compare each account's rollups with its comments, one account a transaction.

    What had drifted is corrected, logged as an error and counted as the outcome ``drifted`` of this kind of job
    (``aura_job_attempts``): it means a batch was not followed rightly.
    """
    with context.transaction():
        accounts = list(TrackedAccount.objects.order_by("pk").values_list("pk", flat=True))
    context.progress(step="Checking rollups", done=0, total=len(accounts))
    drifted = sum(_check(context, key) for key in accounts)
    return {"accounts": len(accounts), "drifted": drifted}


def _check(context: JobContext, key: UUID) -> bool:
    with context.transaction():
        account = TrackedAccount.objects.filter(pk=key).first()
        drift = rollups.check(account) if account else {}
    if drift:
        tallies.count(Lane.BULK.value, KIND, "drifted")
    context.progress(done=1)
    return bool(drift)
