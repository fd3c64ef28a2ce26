"""Reads about people and workspaces."""

from accounts.models import Membership, User, Workspace
from aura.tenancy.scope import staff_scope, user_scope


def memberships(user: User) -> list[Membership]:
    """The user's workspaces by name, each with its ``workspace`` loaded."""
    with user_scope(user.pk):
        return list(Membership.objects.select_related("workspace").order_by("workspace__name"))


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
