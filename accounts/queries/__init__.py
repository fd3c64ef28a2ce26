"""Reads about people and workspaces."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from accounts.chain import Break, Entry, breaks
from accounts.models import ApiKey, AuditEntry, Invitation, Membership, User, Workspace
from accounts.tokens import digest, workspace_in
from aura.tenancy.scope import current_scope, staff_scope, user_scope, workspace_scope


def memberships(user: User) -> list[Membership]:
    """The user's workspaces by name, each with its ``workspace`` loaded."""
    with user_scope(user.pk):
        rows = Membership.objects.select_related("workspace").filter(workspace__closed_at=None)
        return list(rows.order_by("workspace__name"))


def members() -> QuerySet[Membership]:
    """The open scope's workspace: its members with their users, first come first."""
    return Membership.objects.select_related("user").order_by("created_at", "id")


def invitations() -> QuerySet[Invitation]:
    """The open scope's workspace: invitations that nobody accepted yet, newest first."""
    return Invitation.objects.select_related("invited_by").filter(accepted_at=None).order_by("-created_at", "-id")


def api_keys() -> QuerySet[ApiKey]:
    """The open scope's workspace: its keys, newest first, the revoked ones too."""
    return ApiKey.objects.select_related("created_by").order_by("-created_at", "-id")


def open_invitation(token: str) -> Invitation | None:
    """The invitation with that token, its workspace and sender loaded; None where it is spent, expired or unknown."""
    workspace_id = workspace_in(token)
    if workspace_id is None or current_scope() is not None:
        return None
    with workspace_scope(workspace_id):
        rows = Invitation.objects.select_related("workspace", "invited_by")
        found = rows.filter(digest=digest(token), accepted_at=None, workspace__closed_at=None).first()
    return found if found and not found.is_expired else None


class WorkspaceUnclear(LookupError):
    """A command did not say which workspace it means; the message lists what there is."""


def workspace_for_command(slug: str = "") -> Workspace:
    """The workspace with that short name, or the only one there is. For server commands, hence the staff role."""
    with staff_scope("command"):
        found = list(Workspace.objects.filter(closed_at=None).order_by("slug"))
    chosen = [w for w in found if w.slug == slug] if slug else found
    if len(chosen) == 1:
        return chosen[0]
    names = ", ".join(w.slug for w in found) or "none yet (`manage.py create_workspace`)"
    raise WorkspaceUnclear(f"{'No such workspace' if slug else 'Say --workspace'}. There are: {names}.")


def chain_of(workspace_id: UUID | None) -> dict[str, Any]:
    """The lookup of a workspace's audit chain, or of the chain of what belongs to none."""
    return {"workspace_id": workspace_id} if workspace_id else {"workspace__isnull": True}


@dataclass(frozen=True, slots=True)
class ChainState:
    """What a check of one audit chain found. ``head`` is the digest of the last entry; noted down, it proves later that
    none was cut off the end. ``name`` is the workspace's short name, "" for the chain of no workspace.
    """

    name: str
    entries: int
    last: int
    head: str
    breaks: tuple[Break, ...]


def check_chains(slug: str | None = None) -> Iterator[ChainState]:
    """Verify every audit chain, or only that of the workspace ``slug``. For server commands, hence the staff role."""
    with staff_scope("verify audit"):
        names = dict(Workspace.objects.values_list("id", "slug"))
        found = AuditEntry.objects.order_by().values_list("workspace_id", flat=True).distinct()
        for key in sorted(set(found), key=str):
            name = names.get(key, str(key)) if key else ""
            if slug is None or slug == name:
                yield _check(name, key)


def _check(name: str, workspace_id: UUID | None) -> ChainState:
    rows = AuditEntry.objects.filter(**chain_of(workspace_id)).order_by("sequence")
    last: Entry | None = None
    count = 0

    def walk() -> Iterator[Entry]:
        nonlocal last, count
        for row in rows.iterator(chunk_size=2000):
            last, count = row.link, count + 1
            yield last

    broken = tuple(breaks(walk()))
    return ChainState(name, count, last.sequence if last else 0, last.digest if last else "", broken)
