"""The nightly look at what reports are made from: rollups are compared with the comments, and put right."""

from uuid import UUID

from django.db.models import Exists, OuterRef

from accounts.models import Workspace
from audience.models import AudiencePerson, AudienceState, TrackedAccount
from audience.services import rollups, words
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


def unmade() -> list[tuple[UUID, UUID]]:
    """Accounts that have people and no rollups of this version, as after an update that brought new ones: workspace

    and account. In a staff scope."""
    has_people = AudiencePerson.objects.filter(account=OuterRef("pk"))
    made = AudienceState.objects.filter(account=OuterRef("pk"))
    found = TrackedAccount.objects.filter(Exists(has_people), ~Exists(made)).order_by("pk")
    return list(found.values_list("workspace_id", "pk"))


def start_rebuild(key: UUID) -> bool:
    """Let an account's rollups be made anew; once. Inside its workspace's scope."""
    account = TrackedAccount.objects.get(pk=key)
    start(
        run_rebuild, workspace_id=account.workspace_id, payload={"account": str(key)}, key=f"made:{key}", limited=False
    )
    return True


@job("audience.rebuild", lane=Lane.BULK, max_attempts=3, timeout=3600)
def run_rebuild(context: JobContext) -> None:
    """Make an account's rollups from its comments."""
    context.progress(step="Counting comments")
    with context.transaction(finish=True):
        for account in TrackedAccount.objects.filter(pk=context.payload["account"]):
            rollups.rebuild(account)


def _check(context: JobContext, key: UUID) -> bool:
    with context.transaction():
        account = TrackedAccount.objects.filter(pk=key).first()
        drift = rollups.check(account) if account else {}
        if account:
            words.catch_up(account)
    if drift:
        tallies.count(Lane.BULK.value, KIND, "drifted")
    context.progress(done=1)
    return bool(drift)
