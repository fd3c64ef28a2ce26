"""Reads about people and workspaces."""

from accounts.models import Membership, User
from aura.tenancy.scope import user_scope


def memberships(user: User) -> list[Membership]:
    """The user's workspaces by name, each with its ``workspace`` loaded."""
    with user_scope(user.pk):
        return list(Membership.objects.select_related("workspace").order_by("workspace__name"))
