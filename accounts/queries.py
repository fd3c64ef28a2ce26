"""Reads about people and workspaces."""

from django.db.models import QuerySet

from accounts.models import ApiKey, Invitation, Membership, User, Workspace
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
        found = list(Workspace.objects.order_by("slug"))
    chosen = [w for w in found if w.slug == slug] if slug else found
    if len(chosen) == 1:
        return chosen[0]
    names = ", ".join(w.slug for w in found) or "none yet (`manage.py create_workspace`)"
    raise WorkspaceUnclear(f"{'No such workspace' if slug else 'Say --workspace'}. There are: {names}.")
