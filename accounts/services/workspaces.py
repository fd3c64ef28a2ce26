"""Workspaces after their creation: renamed, deleted; and short names for new ones."""

from uuid import UUID

from django.db import IntegrityError
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.text import slugify

from accounts.models import Membership, Role, User, Workspace
from accounts.queries import workspace_for_command
from accounts.services import SlugTaken, create_workspace, record
from aura.http.problems import Problem
from aura.tenancy.ids import uuid7
from aura.tenancy.scope import staff_scope, workspace_scope

RESERVED = {"new", "none", "switch", "admin", "api"}
MAX_SLUG = 50
TRIES = 20
COMMANDS_NAME, COMMANDS_SLUG = "Command line", "command-line"
COMMANDS_ID = UUID("00000000-0000-7000-8000-000000000001")
"""Always the same, so that its first owner finds it without a look at all workspaces."""


def new_workspace(owner: User, *, name: str, slug: str = "") -> Workspace:
    """A workspace for a person; without ``slug`` one is made from the name. Called outside any scope.

    Raises :class:`Problem` ``slug_taken`` (409) where a given short name is in use or reserved.
    """
    if slug:
        return _create(owner, name, slug)
    base = slugify(name)[:MAX_SLUG].strip("-") or "workspace"
    for number in range(1, TRIES):
        candidate = base if number == 1 else f"{base}-{number}"
        if candidate in RESERVED:
            continue
        try:
            return _remember(owner, create_workspace(owner, name=name, slug=candidate))
        except SlugTaken:
            continue
    return _create(owner, name, f"{base}-{uuid7().hex[-8:]}")


def command_workspace(slug: str = "") -> Workspace:
    """Where a command without a person works: the named workspace, else the oldest that has people, else the oldest.

    Where there is none yet one is made that belongs to nobody; the first owner gets it: see :func:`adopt`. Raises
    :class:`WorkspaceUnclear` for a name that nobody has.
    """
    if slug:
        return workspace_for_command(slug)
    with staff_scope("command"):
        rows = Workspace.objects.filter(closed_at=None).order_by("created_at", "id")
        found = rows.filter(_has_people()).first() or rows.first()
    if found is not None:
        return found
    workspace = Workspace(id=COMMANDS_ID, name=COMMANDS_NAME, slug=COMMANDS_SLUG)
    try:
        with workspace_scope(workspace.id):
            workspace.save(force_insert=True)
    except IntegrityError:
        # Another command was faster.
        return workspace_for_command(COMMANDS_SLUG)
    return workspace


def _has_people() -> Exists:
    return Exists(Membership.objects.filter(workspace_id=OuterRef("pk")))


def adopt(owner: User) -> None:
    """Give the workspace in which commands worked before there were people to the first owner."""
    with workspace_scope(COMMANDS_ID):
        left = Workspace.objects.filter(pk=COMMANDS_ID, closed_at=None).exclude(_has_people()).first()
        if left is not None:
            Membership.objects.create(workspace=left, user=owner, role=Role.OWNER)


def _create(owner: User, name: str, slug: str) -> Workspace:
    try:
        if slug in RESERVED:
            raise SlugTaken(f"The short name “{slug}” is taken.")
        return _remember(owner, create_workspace(owner, name=name, slug=slug))
    except SlugTaken as error:
        raise Problem("slug_taken", str(error), status=409, pointer="/slug") from error


def _remember(owner: User, workspace: Workspace) -> Workspace:
    with workspace_scope(workspace.id):
        record("workspace.created", user_id=owner.pk, target=workspace.slug)
    switch_to(owner, workspace.id)
    return workspace


def switch_to(user: User, workspace_id: UUID) -> None:
    """From now on the person works there, on the pages and in the API."""
    user.last_workspace_id = workspace_id
    user.save(update_fields=["last_workspace_id"])


def rename_workspace(actor: Membership, name: str) -> None:
    """Give the actor's workspace another name; the short name stays, links and programs use it."""
    Workspace.objects.filter(pk=actor.workspace_id).update(name=name)
    actor.workspace.name = name
    record("workspace.renamed", user_id=actor.user_id, target=actor.workspace.slug)


def close_workspace(actor: Membership) -> None:
    """Delete the actor's workspace: nobody gets in from now on, and a job removes its rows and files soon after."""
    Workspace.objects.filter(pk=actor.workspace_id).update(
        closed_at=timezone.now(), slug=f"closed-{actor.workspace_id.hex}"
    )
    record("workspace.deleted", user_id=actor.user_id, target=actor.workspace.slug)
