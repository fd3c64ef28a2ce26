"""Every change of a running job's row, fenced by the token of its attempt.

A worker that lost its lease finds no row with its token, so whatever it does late is not written.
"""

import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from time import sleep
from typing import Any, TypeVar
from uuid import UUID, uuid4

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, connections

from aura.jobs.live import publish_on_commit
from aura.jobs.models import Job
from aura.tenancy.scope import Scope, system_scope, workspace_scope

log = structlog.get_logger(__name__)
T = TypeVar("T")

TRIES = 6
FIRST_PAUSE = 0.2

COLUMNS = "kind, payload, subject, max_attempts, step, done, total, correlation_id, cancel_requested"
CLAIM = f"""
UPDATE jobs_job SET state = 'running', token = %(token)s, attempts = %(attempt)s, worker = %(worker)s,
  lease_until = clock_timestamp() + make_interval(secs => %(lease)s), started_at = clock_timestamp(), done_before = done
WHERE id = %(id)s AND ((state = 'queued' AND attempts = %(attempt)s - 1) OR (state = 'running' AND token = %(token)s))
RETURNING {COLUMNS}
"""  # noqa: S608
TAKEN_BY = f"""
SELECT {COLUMNS}, token FROM jobs_job
WHERE id = %(id)s AND attempts = %(attempt)s AND worker = %(worker)s AND state = 'running'
"""  # noqa: S608
RETRY = """
UPDATE jobs_job SET state = 'pending', token = NULL, lease_until = NULL, error_code = %(code)s, error = %(error)s,
  max_attempts = max_attempts + %(more)s,
  next_at = clock_timestamp() + make_interval(secs => CASE WHEN cancel_requested THEN 0 ELSE %(delay)s END)
WHERE id = %(id)s AND token = %(token)s AND state = 'running'
"""
END = """
UPDATE jobs_job SET state = %(state)s, lease_until = NULL, finished_at = clock_timestamp(), error_code = %(code)s,
  error = %(error)s, attempts = least(attempts, max_attempts)
WHERE id = %(id)s AND token = %(token)s AND state = 'running'
"""
FINISH = """
UPDATE jobs_job SET state = 'done', lease_until = NULL, finished_at = clock_timestamp(), error_code = '', error = '',
  step = %(step)s, done = %(done)s, total = %(total)s, cost = cost + %(cost)s, result = %(result)s::jsonb
WHERE id = %(id)s AND token = %(token)s AND state = 'running'
"""
WAS_FINISHED = "SELECT 1 FROM jobs_job WHERE id = %(id)s AND token = %(token)s AND state = 'done'"


@dataclass(frozen=True, slots=True)
class Claim:
    """One attempt's right to work on a job."""

    job_id: UUID
    workspace_id: UUID | None
    attempt: int
    token: UUID
    kind: str
    payload: dict[str, Any]
    subject: str
    max_attempts: int
    step: str
    done: int
    total: int
    correlation_id: str
    cancel_requested: bool

    @property
    def mine(self) -> dict[str, Any]:
        """Parameters of a fenced statement."""
        return {"id": self.job_id, "token": self.token}

    def scope(self) -> AbstractContextManager[Scope]:
        """A transaction in the scope of the job's workspace, or of the system."""
        return scope_of(self.workspace_id)

    def changed(self) -> None:
        """Have watchers told once the open transaction has committed."""
        publish_on_commit([(self.workspace_id, self.job_id)])


def scope_of(workspace_id: UUID | None) -> AbstractContextManager[Scope]:
    """The scope in which a job's row can be seen."""
    return workspace_scope(workspace_id) if workspace_id else system_scope()


def persistently(write: Callable[[], T]) -> T:
    """Run ``write`` again where the database went away, for about six seconds. It must be safe to run twice."""
    pause = FIRST_PAUSE
    for _ in range(TRIES - 1):
        try:
            return write()
        except (OperationalError, InterfaceError) as error:
            log.warning("database_away", error=type(error).__name__)
            connections.close_all()
            sleep(pause)
            pause *= 2
    return write()


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def take(job_id: UUID, workspace_id: UUID | None, attempt: int, worker: str) -> Claim | None:
    """Claim an attempt, or None where it is not there to be claimed (done, cancelled, or somebody else's)."""
    token = uuid4()
    values: dict[str, Any] = {
        "id": job_id,
        "token": token,
        "attempt": attempt,
        "worker": worker,
        "lease": settings.AURA_JOB_LEASE,
    }

    def write() -> Claim | None:
        with scope_of(workspace_id), connection.cursor() as cursor:
            cursor.execute(CLAIM, values)
            row = cursor.fetchone()
            if row:
                publish_on_commit([(workspace_id, job_id)])
        return claim_of(job_id, workspace_id, attempt, token, row) if row else None

    return persistently(write)


def taken_by(job_id: UUID, workspace_id: UUID | None, attempt: int, worker: str) -> Claim | None:
    """The claim that ``worker`` holds on an attempt, if it does: for a worker whose horse died with it."""
    values: dict[str, Any] = {"id": job_id, "attempt": attempt, "worker": worker}

    def read() -> Claim | None:
        with scope_of(workspace_id), connection.cursor() as cursor:
            cursor.execute(TAKEN_BY, values)
            row = cursor.fetchone()
        return claim_of(job_id, workspace_id, attempt, row[-1], row[:-1]) if row else None

    return persistently(read)


def claim_of(job_id: UUID, workspace_id: UUID | None, attempt: int, token: UUID, row: tuple[Any, ...]) -> Claim:
    """The claim that a row is about; ``row`` holds the columns that a claim returns, in that order."""
    kind, payload, *rest = row
    return Claim(job_id, workspace_id, attempt, token, kind, _json(payload), *rest)


def retry(claim: Claim, delay: float, code: str, error: str, *, counts: bool = True) -> bool:
    """Put the job back for a try in ``delay`` seconds. With ``counts`` False this attempt is given back."""
    values = {**claim.mine, "delay": delay, "code": code, "error": error, "more": 0 if counts else 1}

    def write() -> bool:
        with claim.scope(), connection.cursor() as cursor:
            cursor.execute(RETRY, values)
            claim.changed()
            return bool(cursor.rowcount == 1)

    return persistently(write)


def postpone(claim: Claim, delay: float, code: str, error: str, *, counts: bool = True) -> bool:
    """Put the job back for a try in ``delay`` seconds inside the open scope. False where the attempt lost its right."""
    values = {**claim.mine, "delay": delay, "code": code, "error": error, "more": 0 if counts else 1}
    with connection.cursor() as cursor:
        cursor.execute(RETRY, values)
        claim.changed()
        return bool(cursor.rowcount == 1)


def end(claim: Claim, state: str, code: str, error: str, ended: Callable[[Job], None] | None = None) -> bool:
    """Make the job dead or cancelled, and let the business row follow in the same transaction."""
    values = {**claim.mine, "state": state, "code": code, "error": error}

    def write(hook: Callable[[Job], None] | None) -> bool:
        with claim.scope():
            with connection.cursor() as cursor:
                cursor.execute(END, values)
                changed = bool(cursor.rowcount == 1)
            claim.changed()
            if changed and hook:
                hook(Job.objects.get(pk=claim.job_id))
            return changed

    try:
        return persistently(lambda: write(ended))
    except Exception:
        if ended is None:
            raise
        log.exception("job_ended_hook_failed", kind=claim.kind, job_id=str(claim.job_id))
        return persistently(lambda: write(None))


def finish(claim: Claim, progress: Mapping[str, Any], result: Mapping[str, Any] | None) -> bool:
    """Mark the job done inside the open scope. False where the attempt has lost its right.

    ``progress`` holds step, done, total and cost. Called twice by the same attempt it says True twice.
    """
    values = {**claim.mine, **progress, "result": None if result is None else json.dumps(result)}
    with connection.cursor() as cursor:
        cursor.execute(FINISH, values)
        claim.changed()
        if cursor.rowcount == 1:
            return True
        cursor.execute(WAS_FINISHED, claim.mine)
        return cursor.fetchone() is not None
