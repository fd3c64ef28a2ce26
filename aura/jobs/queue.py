"""Declaring jobs and starting them. The row is written in the caller's transaction; the rest follows after commit."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections, router, transaction
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from aura.jobs.buffer import ring
from aura.jobs.context import JobContext
from aura.jobs.errors import QueueFull
from aura.jobs.live import publish_on_commit
from aura.jobs.models import WAITING, Job, Lane, State, lane_limit
from aura.jobs.progress import wait_for_room
from aura.tenancy.scope import TenancyError, current_scope

JobFunction = Callable[[JobContext], Mapping[str, Any] | None]
Ended = Callable[[Job], None]
Warm = Callable[[], None]
MAX_PAYLOAD = 8_192
DRAIN_WINDOW = 60


@dataclass(frozen=True, slots=True)
class Kind:
    """A declared job. ``timeout`` is in seconds and holds for one attempt."""

    name: str
    function: JobFunction
    lane: Lane
    max_attempts: int
    timeout: int
    ended: Ended | None
    warm: Warm | None = None


_kinds: dict[str, Kind] = {}
_by_function: dict[JobFunction, Kind] = {}


def job(
    name: str,
    *,
    lane: Lane = Lane.BULK,
    max_attempts: int = 5,
    timeout: int | None = None,
    ended: Ended | None = None,
    warm: Warm | None = None,
) -> Callable[[JobFunction], JobFunction]:
    """Declare ``function(context)`` as the job ``name``. What it returns (small, JSON) is kept as the result.

    ``ended(job)`` is called when the job becomes dead or cancelled, in the transaction and scope in which it does, so
    that the business row can follow; it must be quick and touch only the database. ``warm()`` is called once in each
    bulk worker, before it forks for the first such job: it imports what each of these processes would import anew, and
    must open nothing.
    """

    def declare(function: JobFunction) -> JobFunction:
        known = _kinds.get(name)
        if known and (known.function.__module__, known.function.__qualname__) != (
            function.__module__,
            function.__qualname__,
        ):
            raise ValueError(f"The job {name} is declared twice.")
        seconds = timeout or settings.AURA_JOB_TIMEOUT
        _kinds[name] = _by_function[function] = Kind(name, function, lane, max_attempts, seconds, ended, warm)
        return function

    return declare


def find_kind(name: str) -> Kind | None:
    """The declaration of ``name``, or None where this process knows none."""
    return _kinds.get(name)


def kind_names() -> list[str]:
    """The names of all declared kinds, sorted."""
    return sorted(_kinds)


def kind_of(function: JobFunction) -> Kind:
    """The declaration of a function; raises LookupError where it has none."""
    try:
        return _by_function[function]
    except KeyError:
        raise LookupError(f"{getattr(function, '__qualname__', function)} is not declared with @job.") from None


def load_jobs() -> None:
    """Import the ``jobs`` module of every app, so that all kinds are declared (and loaded before a worker forks)."""
    autodiscover_modules("jobs")


def start(
    function: JobFunction,
    *,
    workspace_id: UUID | None,
    payload: Mapping[str, Any],
    key: str | None = None,
    subject: str = "",
    total: int = 0,
    priority: int = 0,
    delay: float | timedelta | None = None,
    limited: bool = True,
) -> Job:
    """Write the row of a job inside the caller's scope and transaction and return it; it runs after the commit.

    With a ``key`` that this workspace and kind already used, the existing job is returned and nothing is written.
    ``payload`` holds ids only; ``delay`` is in seconds. Raises :class:`QueueFull` where the lane is full, unless
    ``limited`` is False (work that continues accepted work).
    """
    kind = kind_of(function)
    _check_scope(workspace_id)
    if len(json.dumps(payload)) > MAX_PAYLOAD:
        raise ValueError("A payload holds ids, not data: store the data and pass its id.")
    using = router.db_for_write(Job) or DEFAULT_DB_ALIAS
    if key is not None and (known := _existing(kind, workspace_id, key)):
        return known
    if limited:
        check_room(kind.lane, using)
    row = Job(
        workspace_id=workspace_id,
        kind=kind.name,
        lane=kind.lane,
        key=key,
        subject=subject,
        payload=dict(payload),
        total=total,
        priority=priority,
        max_attempts=kind.max_attempts,
        timeout=kind.timeout,
        correlation_id=correlation_id(),
    )
    if delay is not None:
        row.next_at = timezone.now() + (delay if isinstance(delay, timedelta) else timedelta(seconds=delay))
    return _insert(row, using)


def _insert(row: Job, using: str) -> Job:
    if row.key is None:
        row.save(force_insert=True, using=using)
    else:
        Job.objects.using(using).bulk_create([row], ignore_conflicts=True)
        stored = Job.objects.get(kind=row.kind, key=row.key, **owner(row.workspace_id))
        if stored.pk != row.pk:
            return stored
        row = stored
    transaction.on_commit(ring, using=using, robust=True)
    publish_on_commit([(row.workspace_id, row.pk)], using)
    return row


def _existing(kind: Kind, workspace_id: UUID | None, key: str) -> Job | None:
    return Job.objects.filter(kind=kind.name, key=key, **owner(workspace_id)).first()


def owner(workspace_id: UUID | None) -> dict[str, Any]:
    """The lookup of a workspace's rows, or of the system's."""
    return {"workspace_id": workspace_id} if workspace_id else {"workspace__isnull": True}


def _check_scope(workspace_id: UUID | None) -> None:
    scope = current_scope()
    if scope is None:
        raise TenancyError("A job is started inside the scope of its workspace, in the transaction of its cause.")
    if scope.staff:
        return
    if scope.workspace_id != workspace_id or (workspace_id is None and not scope.system):
        raise TenancyError("A job is started in its own workspace's scope; a system job in a system scope.")


def correlation_id() -> str:
    """What binds the logs of a request to those of its jobs: the request's id, or that of the job one is in."""
    bound = structlog.contextvars.get_contextvars()
    return str(bound.get("correlation_id") or bound.get("request_id") or "")[:120]


def check_room(lane: str, using: str = DEFAULT_DB_ALIAS) -> None:
    """Raise :class:`QueueFull` where ``lane`` has as many waiting jobs as it may, over all workspaces (M5).

    Callers that arrive in the same instant do not see each other's rows, so the limit may be passed by their number.
    """
    limit = lane_limit(lane)
    waiting = lane_count(lane, WAITING, limit, using)
    if waiting >= limit:
        with connections[using].cursor() as cursor:
            cursor.execute("SELECT aura_lane_finished(%s, %s)", [lane, DRAIN_WINDOW])
            drained = int(cursor.fetchone()[0])
        raise QueueFull(lane, limit, wait_for_room(waiting, limit, drained, DRAIN_WINDOW))


def lane_count(lane: str, states: tuple[State, ...], most: int, using: str = DEFAULT_DB_ALIAS) -> int:
    """How many jobs of all workspaces are in ``states`` of ``lane``; counting stops at ``most``."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT aura_lane_count(%s, %s::text[], %s)", [lane, [str(s) for s in states], most])
        return int(cursor.fetchone()[0])
