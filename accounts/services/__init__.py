"""Writes about people and workspaces."""

import secrets
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import AuditEntry, Membership, Role, SignInLink, User, Workspace
from accounts.tokens import digest
from aura.tenancy.ids import uuid7
from aura.tenancy.scope import current_scope, workspace_scope


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


def record(action: str, *, user_id: UUID | None, target: str = "", **detail: Any) -> None:
    """Append to the audit log of the open scope's workspace (none for staff actions across workspaces)."""
    scope = current_scope()
    AuditEntry.objects.create(
        workspace_id=scope.workspace_id if scope else None, user_id=user_id, action=action, target=target, detail=detail
    )
