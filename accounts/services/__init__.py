"""Writes about people and workspaces."""

import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, IntegrityError, connections, router, transaction
from django.db.models import Max
from django.utils import timezone

from accounts import chain
from accounts.models import AuditEntry, Membership, Role, SignInLink, User, Workspace
from accounts.queries import chain_of
from accounts.tokens import digest
from aura.tenancy.ids import uuid7
from aura.tenancy.scope import current_scope, staff_scope, workspace_scope

LOCK_CHAIN = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 7))"


class SlugTaken(ValueError):
    """Another workspace already has this short name."""


def create_workspace(owner: User, *, name: str, slug: str) -> Workspace:
    """A new workspace with its owner. Raises :class:`SlugTaken`."""
    workspace = Workspace(id=uuid7(), name=name, slug=slug)
    try:
        with workspace_scope(workspace.id):
            workspace.save(force_insert=True)
            Membership.objects.create(workspace=workspace, user=owner, role=Role.OWNER)
    except IntegrityError as error:
        raise SlugTaken(f"The short name “{slug}” is taken.") from error
    return workspace


def create_sign_in_link(user: User, *, next_path: str = "/", hours: int = 24) -> str:
    """A token that signs ``user`` in once within ``hours``; only its SHA-256 is kept."""
    token = secrets.token_urlsafe(32)
    SignInLink.objects.create(
        user=user,
        digest=digest(token),
        next_path=next_path,
        expires_at=timezone.now() + timedelta(hours=hours),
    )
    return token


def use_sign_in_link(token: str) -> SignInLink | None:
    """Spend a token. None where it is unknown, spent, expired or its user may not sign in."""
    found = digest(token)
    with transaction.atomic():
        spent = SignInLink.objects.filter(
            digest=found, used_at=None, expires_at__gt=timezone.now(), user__is_active=True
        ).update(used_at=timezone.now())
        if not spent:
            return None
        return SignInLink.objects.select_related("user").get(digest=found)


def record(action: str, *, user_id: UUID | None, target: str = "", **detail: Any) -> AuditEntry:
    """Append to the audit log of the open scope's workspace (none for staff actions across workspaces).

    ``detail`` holds ids and numbers, never a name or a text of a person: nothing here can be erased. The chain stays
    locked until the transaction ends, so record last.
    """
    scope = current_scope()
    workspace_id = scope.workspace_id if scope else None
    using = router.db_for_write(AuditEntry) or DEFAULT_DB_ALIAS
    with transaction.atomic(using=using):
        with connections[using].cursor() as cursor:
            cursor.execute(LOCK_CHAIN, [f"audit:{workspace_id or ''}"])
        last = AuditEntry.objects.filter(**chain_of(workspace_id)).order_by("-sequence").first()
        entry = AuditEntry(
            workspace_id=workspace_id,
            user_id=user_id,
            action=action,
            target=target,
            detail=chain.plain(detail),
            sequence=last.sequence + 1 if last else 1,
            previous=last.digest if last else chain.FIRST,
        )
        entry.digest = chain.digest(entry.link)
        entry.save(force_insert=True)
    return entry


def forget_entries(workspace_id: UUID | None, before: datetime) -> int:
    """Delete a chain's entries from before a time, except its last one; returns how many.

    The chain stays verifiable: an entry written first says how far and names the digest that the rest begins with.
    For the periodic sweep: runs in a staff scope, the only one that may delete.
    """
    with staff_scope("audit retention"), transaction.atomic(using="staff"):
        rows = AuditEntry.objects.filter(**chain_of(workspace_id))
        with connections["staff"].cursor() as cursor:
            cursor.execute(LOCK_CHAIN, [f"audit:{workspace_id or ''}"])
        # An entry that is younger than its neighbour by a clock's whim keeps all after it.
        young = rows.filter(created_at__gte=before).order_by("sequence").first()
        end = young.sequence if young else (rows.aggregate(last=Max("sequence"))["last"] or 0)
        old = rows.filter(sequence__lt=end).order_by("-sequence").first()
        if old is None:
            return 0
        gone = rows.filter(sequence__lte=old.sequence)
        count = gone.count()
        _checkpoint(workspace_id, old, count)
        gone._raw_delete("staff")
    return count


def _checkpoint(workspace_id: UUID | None, old: AuditEntry, count: int) -> None:
    last = AuditEntry.objects.filter(**chain_of(workspace_id)).latest("sequence")
    entry = AuditEntry(
        workspace_id=workspace_id,
        action=chain.CHECKPOINT,
        detail={"sequence": old.sequence, "digest": old.digest, "entries": count},
        sequence=last.sequence + 1,
        previous=last.digest,
    )
    entry.digest = chain.digest(entry.link)
    entry.save(force_insert=True)
