"""Who belongs to a workspace and as what. A workspace never loses its last owner (M3).

Every function is called inside the workspace's scope. The workspace's row is locked first, so that two owners who
leave at the same moment do not both find the other one still there.
"""

from django.db import transaction

from accounts.models import RANK, Membership, Role, Workspace
from accounts.services import record
from accounts.services.keys import revoke_keys_of
from aura.http.problems import Problem


class LastOwner(Problem):
    """The only owner wants to go or to become something else."""

    def __init__(self) -> None:
        words = "A workspace needs an owner. Make somebody else the owner first, or delete the workspace."
        super().__init__("last_owner", words, status=409)


class NotYours(Problem):
    """An admin reaches for an owner, or grants more than they have."""

    def __init__(self, words: str) -> None:
        super().__init__("role_too_high", words, status=403)


def may_grant(actor: Membership, role: Role | str) -> bool:
    """True where the actor may give somebody that role: one's own or a lower one, from admin upwards."""
    return actor.may(Role.ADMIN) and RANK[Role(role)] <= RANK[Role(actor.role)]


def grantable(actor: Membership) -> list[tuple[str, str]]:
    """The roles that the actor may give, as choices, the lowest first."""
    return [(role.value, role.label) for role in sorted(RANK, key=lambda r: RANK[r]) if may_grant(actor, role)]


def _lock(actor: Membership) -> None:
    Workspace.objects.select_for_update().get(pk=actor.workspace_id)


def _keep_an_owner(member: Membership) -> None:
    owners = Membership.objects.filter(role=Role.OWNER)
    if member.role == Role.OWNER and not owners.exclude(pk=member.pk).exists():
        raise LastOwner


def _reach(actor: Membership, member: Membership) -> None:
    if not may_grant(actor, member.role):
        raise NotYours("Only an owner may change or remove an owner.")


def change_role(actor: Membership, member: Membership, role: Role | str) -> Membership:
    """Give a member another role. Raises :class:`NotYours` and :class:`LastOwner`."""
    with transaction.atomic():
        _lock(actor)
        member.refresh_from_db(fields=["role"])
        _reach(actor, member)
        if not may_grant(actor, role):
            raise NotYours("Only an owner may make somebody an owner.")
        before = member.role
        if before == role:
            return member
        if role != Role.OWNER:
            _keep_an_owner(member)
        member.role = Role(role)
        member.save(update_fields=["role"])
        if not member.may(Role.ADMIN):
            revoke_keys_of(member.user, user_id=actor.user_id)
        record("member.role", user_id=actor.user_id, target=str(member.user_id), before=before, after=str(role))
    return member


def remove_member(actor: Membership, member: Membership) -> None:
    """Take somebody out; the keys they made stop working. Raises :class:`NotYours` and :class:`LastOwner`."""
    with transaction.atomic():
        _lock(actor)
        member.refresh_from_db(fields=["role"])
        if member.pk != actor.pk:
            _reach(actor, member)
        _keep_an_owner(member)
        revoke_keys_of(member.user, user_id=actor.user_id)
        Membership.objects.filter(pk=member.pk).delete()
        action = "member.left" if member.pk == actor.pk else "member.removed"
        record(action, user_id=actor.user_id, target=str(member.user_id))


def leave(actor: Membership) -> None:
    """Go by oneself. Raises :class:`LastOwner`."""
    remove_member(actor, actor)


def transfer(actor: Membership, member: Membership) -> None:
    """Make another member the owner; the actor becomes an admin. Only for owners."""
    with transaction.atomic():
        _lock(actor)
        actor.refresh_from_db(fields=["role"])
        if actor.role != Role.OWNER:
            raise NotYours("Only an owner may hand the workspace over.")
        if member.pk == actor.pk:
            raise Problem("owner_already", "You own this workspace already.", status=409)
        Membership.objects.filter(pk=member.pk).update(role=Role.OWNER)
        Membership.objects.filter(pk=actor.pk).update(role=Role.ADMIN)
        actor.role, member.role = Role.ADMIN, Role.OWNER
        record("workspace.transferred", user_id=actor.user_id, target=str(member.user_id))
