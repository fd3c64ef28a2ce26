"""What the clock does for people and workspaces: rows of deleted workspaces go, spent links and tokens go."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage
from django.db import connections, models, transaction
from django.utils import timezone
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken

from accounts.models import Invitation, ProviderCredential, SetupLink, SignInLink, TokenFamily, Workspace
from accounts.services import renewal
from accounts.services.ledger import sweep_reservations
from aura.jobs.context import JobContext
from aura.jobs.models import Lane
from aura.jobs.queue import job, start
from aura.jobs.schedule import periodic
from aura.tenancy.models import tenant_models
from aura.tenancy.scope import staff_scope, workspace_scope

KEPT = timedelta(days=30)


@periodic("*/5 * * * *")
@job("accounts.delete_workspaces", lane=Lane.BULK, max_attempts=3, timeout=3600)
def delete_workspaces(context: JobContext) -> dict[str, int]:
    """Remove the rows and files of workspaces that their owners deleted."""
    with staff_scope("delete closed workspaces"):
        closed = list(Workspace.objects.exclude(closed_at=None).values_list("pk", flat=True))
    for number, workspace_id in enumerate(closed, 1):
        with staff_scope("delete closed workspaces"), transaction.atomic(using="staff"):
            delete_rows(workspace_id)
        delete_files(workspace_id)
        context.progress(done=number, total=len(closed))
    return {"deleted": len(closed)}


@periodic("17 3 * * *")
@job("accounts.renew_tokens", lane=Lane.BULK, max_attempts=3)
def renew_tokens(context: JobContext) -> dict[str, int]:
    """Renew workspaces' tokens of the Instagram Graph API before they end (M14)."""
    with staff_scope("renew tokens"):
        found = list(ProviderCredential.objects.filter(provider="instagram").values_list("workspace_id", flat=True))
    for workspace_id in found:
        with workspace_scope(workspace_id):
            day = str(context.payload.get("minute", timezone.now().isoformat()))[:10]
            start(renew_token, workspace_id=workspace_id, payload={}, key=f"renew:{day}", limited=False)
    return {"workspaces": len(found)}


@job("accounts.renew_token", lane=Lane.BULK, max_attempts=5)
def renew_token(context: JobContext) -> dict[str, bool]:
    """Renew one workspace's token of the Instagram Graph API, where it is old enough to be renewed."""
    with context.transaction():
        due = renewal.due_token()
    if due is None:
        return {"renewed": False}
    answer = renewal.renewed(due)
    with context.transaction():
        return {"renewed": renewal.keep_token(due, answer)}


def delete_rows(workspace_id: UUID) -> None:
    """Delete every row of a workspace and the workspace itself, in the caller's transaction on the staff role.

    References are checked at the commit, so the order of the tables does not matter.
    """
    with connections["staff"].cursor() as cursor:
        for model in tenant_models(apps):
            cursor.execute(f'DELETE FROM "{model._meta.db_table}" WHERE workspace_id = %s', [workspace_id])  # noqa: S608
        cursor.execute("DELETE FROM accounts_workspace WHERE id = %s", [workspace_id])


def delete_files(workspace_id: UUID, storage: Any = default_storage) -> int:
    """Delete what lies in ``<kind>/<workspace>/…`` of the storage; returns how many files."""
    kinds, _ = storage.listdir("")
    return sum(_delete_folder(storage, f"{kind}/{workspace_id}") for kind in kinds)


def _delete_folder(storage: Any, path: str) -> int:
    if hasattr(storage, "walk"):
        # On a network there are no folders, only names that begin alike.
        found = list(storage.walk(path))
        for name, _ in found:
            storage.delete(name)
        return len(found)
    if not storage.exists(path):
        return 0
    folders, files = storage.listdir(path)
    deleted = sum(_delete_folder(storage, f"{path}/{folder}") for folder in folders)
    for name in files:
        storage.delete(f"{path}/{name}")
    storage.delete(path)
    return deleted + len(files)


@periodic("23 4 * * *")
@job("accounts.prune", lane=Lane.BULK, max_attempts=3, timeout=600)
def prune(context: JobContext) -> dict[str, int]:
    """Delete expired sessions, links, invitations and refresh tokens."""
    now = timezone.now()
    with staff_scope("prune sign-ins"):
        expired: dict[str, models.QuerySet[Any]] = {
            "sessions": Session.objects.filter(expire_date__lt=now),
            "links": SignInLink.objects.filter(expires_at__lt=now - KEPT),
            "setup_links": SetupLink.objects.filter(expires_at__lt=now - KEPT),
            "invitations": Invitation.objects.filter(expires_at__lt=now - KEPT),
            "families": TokenFamily.objects.filter(expires_at__lt=now),
            "tokens": OutstandingToken.objects.filter(expires_at__lt=now),
        }
        return {name: rows.delete()[0] for name, rows in expired.items()}


@periodic("*/10 * * * *")
@job("accounts.sweep_reservations", lane=Lane.BULK, max_attempts=3, timeout=600)
def sweep(context: JobContext) -> dict[str, int]:
    """Book what was set aside for calls whose process died, as uncertain."""
    return {"swept": sweep_reservations()}
