"""What a job is given: its payload, fenced transactions, progress, and a memory for paid calls."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from time import monotonic
from typing import Any
from uuid import UUID

from django.db import connection

from aura.jobs import claims
from aura.jobs.claims import Claim, persistently
from aura.jobs.errors import JobCancelled, JobInterrupted, LostLease
from aura.jobs.models import JobStep
from aura.tenancy.scope import current_scope

BETWEEN_WRITES = 0.5
MAX_STEP = 80

# NO KEY: the rows of JobStep refer to this one and must not wait for it.
FENCE = """
SELECT 1 FROM jobs_job WHERE id = %(id)s AND token = %(token)s AND state = 'running' FOR NO KEY UPDATE
"""
WRITE = """
UPDATE jobs_job SET step = %(step)s, done = %(done)s, total = %(total)s, cost = cost + %(cost)s
WHERE id = %(id)s AND token = %(token)s AND state = 'running' RETURNING cancel_requested
"""
LOOK = "SELECT cancel_requested FROM jobs_job WHERE id = %(id)s AND token = %(token)s AND state = 'running'"


def _no() -> bool:
    return False


@dataclass(slots=True)
class Signals:
    """What the lease thread learned about the job while it worked."""

    cancelled: bool = False
    lost: bool = False


class JobContext:
    """One attempt at a job. Its methods raise :class:`LostLease` once another worker owns the job."""

    def __init__(self, claim: Claim, signals: Signals | None = None, interrupted: Callable[[], bool] = _no) -> None:
        self.claim = claim
        self.job_id: UUID = claim.job_id
        self.workspace_id: UUID | None = claim.workspace_id
        self.subject: str = claim.subject
        self.payload: dict[str, Any] = claim.payload
        self.attempt: int = claim.attempt
        self.finished = False
        self._signals = signals or Signals(cancelled=claim.cancel_requested)
        self._interrupted = interrupted
        self._step, self._done, self._total = claim.step, claim.done, claim.total
        self._spent = Decimal(0)
        self._unwritten = False
        self._next_write = 0.0

    @contextmanager
    def transaction(self, finish: bool = False, result: Mapping[str, Any] | None = None) -> Iterator[None]:
        """A transaction in the job's scope that nobody but the job's owner gets into, held against all others.

        With ``finish`` the job becomes done with ``result`` in it, so that its effects and its end are one.
        """
        with self.end(result) if finish else self.claim.scope():
            if self._one(FENCE, self.claim.mine) is None:
                raise LostLease
            yield

    @contextmanager
    def end(self, result: Mapping[str, Any] | None) -> Iterator[None]:
        """A transaction at whose end the job is done: for the job core, when a function left that to it."""
        if current_scope() is not None:
            raise RuntimeError("A job ends in a transaction of its own: an outer one could undo its end.")
        with self.claim.scope():
            yield
            written = {"step": self._step, "done": self._done, "total": self._total, "cost": self._spent}
            if not claims.finish(self.claim, written, result):
                raise LostLease
        self.finished, self._unwritten, self._spent = True, False, Decimal(0)

    @property
    def tries_left(self) -> int:
        """How many tries there are after this one."""
        return max(0, self.claim.max_attempts - self.attempt)

    @contextmanager
    def postpone(self, delay: float, code: str, words: str, *, counts: bool = True) -> Iterator[None]:
        """A fenced transaction at whose end the job waits ``delay`` seconds for its next try.

        What this try learned and the wait are one commit. ``code`` and ``words`` are shown meanwhile. For jobs with a
        schedule of their own; where ``tries_left`` is 0, raise an error instead. With ``counts`` False this try is
        given back: for a job that only waits for somebody else.
        """
        if current_scope() is not None:
            raise RuntimeError("A job is postponed in a transaction of its own: an outer one could undo it.")
        self.flush()
        with self.claim.scope():
            if self._one(FENCE, self.claim.mine) is None:
                raise LostLease
            yield
            if not claims.postpone(self.claim, delay, code, words, counts=counts):
                raise LostLease
        self.finished = True

    @property
    def stopping(self) -> bool:
        """True once the job is to stop at its next safe point; for loops that first finish what is under way."""
        return self._signals.cancelled or self._signals.lost or self._interrupted()

    def progress(self, step: str | None = None, done: int | None = None, total: int | None = None) -> None:
        """Say how far the job is. A safe point: outside a transaction it raises what ``check_cancelled`` raises.

        At most two writes a second reach the database; a new step is written at once. Inside a transaction nothing is
        written, since a rollback would lose it: the next call outside does.
        """
        fresh = step is not None and step[:MAX_STEP] != self._step
        self._step = self._step if step is None else step[:MAX_STEP]
        self._done = self._done if done is None else done
        self._total = self._total if total is None else total
        self._unwritten = True
        if current_scope() is not None or self.finished:
            return
        if fresh or monotonic() >= self._next_write:
            self._write()
        self._raise_if_stopped()

    def progress_done(self, done: int) -> None:
        """``progress(done=…)`` in the shape of a callback."""
        self.progress(done=done)

    def check_cancelled(self) -> None:
        """A safe point: raises :class:`JobCancelled` or :class:`JobInterrupted` where the job is to stop here."""
        if current_scope() is None and not self.finished and monotonic() >= self._next_write:
            if self._unwritten:
                self._write()
            else:
                self._heed(persistently(lambda: self._scoped(LOOK, self.claim.mine)))
        self._raise_if_stopped()

    def cost(self, amount: Decimal | float | str) -> None:
        """Add what an outside call has cost, in US dollars; it stays even where the attempt fails."""
        self._spent += Decimal(str(amount))
        self._unwritten = True
        if current_scope() is None and not self.finished:
            self._write()

    def remember(self, name: str, handle: Mapping[str, Any], state: str = "") -> None:
        """Store the handle of a paid or outside call *before* waiting for it, in a transaction of its own."""
        if current_scope() is not None:
            raise RuntimeError("A handle is remembered outside a transaction: a rollback would forget what was paid.")
        values = {"handle": dict(handle), "state": state}
        keys: dict[str, Any] = {"job_id": self.job_id, "workspace_id": self.workspace_id, "name": name}

        def write() -> None:
            with self.transaction():
                JobStep.objects.update_or_create(**keys, defaults=values)

        persistently(write)

    def recall(self, name: str) -> dict[str, Any] | None:
        """The handle that this or an earlier attempt remembered as ``name``, or None."""
        with self.claim.scope():
            handle = JobStep.objects.filter(job_id=self.job_id, name=name).values_list("handle", flat=True).first()
        return None if handle is None else dict(handle)

    def flush(self) -> None:
        """Write progress and cost that are still in memory; for the job core, before an attempt ends."""
        if self._unwritten and not self.finished:
            self._write()

    def _write(self) -> None:
        values = {"step": self._step, "done": self._done, "total": self._total, "cost": self._spent}

        def write() -> tuple[Any, ...] | None:
            with self.claim.scope():
                self.claim.changed()
                return self._one(WRITE, self.claim.mine | values)

        self._heed(persistently(write))
        self._unwritten, self._spent = False, Decimal(0)

    def _heed(self, row: tuple[Any, ...] | None) -> None:
        if row is None:
            raise LostLease
        self._signals.cancelled = self._signals.cancelled or bool(row[0])
        self._next_write = monotonic() + BETWEEN_WRITES

    def _scoped(self, statement: str, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
        with self.claim.scope():
            return self._one(statement, values)

    def _one(self, statement: str, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            row: tuple[Any, ...] | None = cursor.fetchone()
        return row

    def _raise_if_stopped(self) -> None:
        if self.finished:
            return
        if self._signals.lost:
            raise LostLease
        if self._signals.cancelled:
            raise JobCancelled
        if self._interrupted():
            raise JobInterrupted
