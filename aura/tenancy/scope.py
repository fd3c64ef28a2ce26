"""Who may see what on the current thread: a scope opens a transaction and tells PostgreSQL whose rows are visible.

Row-level security is the wall, the managers are the fence in front of it. ``set_config(…, true)`` ends with its
transaction, so a pooled connection never carries a workspace into the next request.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

import structlog
from django.db import connection, transaction

log = structlog.get_logger(__name__)

WORKSPACE_SETTING = "app.workspace_id"
USER_SETTING = "app.user_id"
SYSTEM_SETTING = "app.system"


class TenancyError(RuntimeError):
    """A programming error: rows were asked for without a scope, or from inside another workspace's scope."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What the current code may see."""

    workspace_id: UUID | None = None
    user_id: UUID | None = None
    system: bool = False
    staff: bool = False


_current: ContextVar[Scope | None] = ContextVar("aura_scope", default=None)


def current_scope() -> Scope | None:
    """The innermost open scope, or None."""
    return _current.get()


def current_workspace_id() -> UUID:
    """The workspace of the open scope; raises :class:`TenancyError` where there is none."""
    scope = _current.get()
    if scope is None or scope.workspace_id is None:
        raise TenancyError("No workspace scope is open: wrap this in `with workspace_scope(workspace_id):`.")
    return scope.workspace_id


def _tell_database(settings: dict[str, str]) -> None:
    with connection.cursor() as cursor:
        calls = ", ".join("set_config(%s, %s, true)" for _ in settings)
        cursor.execute(f"SELECT {calls}", [part for item in settings.items() for part in item])


@contextmanager
def _open(scope: Scope, setting: str, value: str) -> Iterator[Scope]:
    nested = connection.in_atomic_block
    with transaction.atomic():
        _tell_database({setting: value})
        token = _current.set(scope)
        try:
            yield scope
        finally:
            _current.reset(token)
        if nested and not connection.needs_rollback:
            _tell_database({setting: ""})


@contextmanager
def workspace_scope(workspace_id: UUID) -> Iterator[Scope]:
    """Make one workspace's rows visible for the length of one transaction.

    Entering the same workspace again is allowed and opens a savepoint; entering another one raises
    :class:`TenancyError`. Keep long outside calls out of it: it holds a database transaction open.
    """
    current = _current.get()
    if current is not None and current.workspace_id == workspace_id:
        with transaction.atomic():
            yield current
        return
    if current is not None:
        raise TenancyError("A scope is already open for somebody else; leave it before entering another workspace.")
    with _open(Scope(workspace_id=workspace_id), WORKSPACE_SETTING, str(workspace_id)) as scope:
        yield scope


@contextmanager
def user_scope(user_id: UUID) -> Iterator[Scope]:
    """Make a user's own memberships and their workspaces visible, nothing else."""
    if _current.get() is not None:
        raise TenancyError("A user scope cannot be opened inside another scope.")
    with _open(Scope(user_id=user_id), USER_SETTING, str(user_id)) as scope:
        yield scope


@contextmanager
def system_scope() -> Iterator[Scope]:
    """Make rows that belong to no workspace (system jobs) visible."""
    current = _current.get()
    if current is not None and current.system:
        with transaction.atomic():
            yield current
        return
    if current is not None:
        raise TenancyError("A system scope cannot be opened inside another scope.")
    with _open(Scope(system=True), SYSTEM_SETTING, "on") as scope:
        yield scope


@contextmanager
def staff_scope(reason: str) -> Iterator[Scope]:
    """See every workspace through the ``aura_staff`` role. Only for admin, erasure and the dispatcher; logged."""
    current = _current.get()
    if current is not None and not current.staff:
        raise TenancyError("A staff scope cannot be opened inside another scope.")
    log.info("staff_access", reason=reason)
    scope = Scope(staff=True)
    token = _current.set(scope)
    try:
        yield scope
    finally:
        _current.reset(token)
