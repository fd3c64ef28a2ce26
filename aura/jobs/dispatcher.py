"""Moves jobs on: expired leases back to waiting, due rows into RQ, lost entries in again. Any number may run at once.

It sees every workspace through the staff role, reads and writes only rows of jobs, and runs each kind's ``ended`` hook
in the scope of the job's own workspace.
"""

import threading
from dataclasses import dataclass
from time import monotonic

import structlog
from django.db import DatabaseError, InterfaceError, connections, transaction
from redis import Redis
from redis.exceptions import RedisError

from aura.jobs import buffer, claims, live
from aura.jobs.buffer import HIGH_WATER, Entry
from aura.jobs.models import Lane
from aura.jobs.worker import give_back

log = structlog.get_logger(__name__)

STAFF = "staff"
TICK = 1.0
REFILL = 0.05
LOW_WATER = HIGH_WATER // 2
ABSENT_SECONDS = 1.0
STUCK_SECONDS = 10.0
BATCH = 200

EXPIRED = f"""
SELECT id, workspace_id, attempts, token, {claims.COLUMNS} FROM jobs_job
WHERE state = 'running' AND lease_until < clock_timestamp() ORDER BY lease_until LIMIT %s FOR UPDATE SKIP LOCKED
"""  # noqa: S608
# A workspace's turn counts what it has in the lane already, so that a newcomer goes before a backlog.
DUE = """
WITH busy AS (
  SELECT workspace_id, count(*) AS many FROM jobs_job
  WHERE lane = %(lane)s AND state IN ('queued', 'running') GROUP BY workspace_id
), due AS (
  SELECT id, priority, next_at, workspace_id,
    row_number() OVER (PARTITION BY workspace_id ORDER BY priority DESC, next_at, id) AS place
  FROM jobs_job WHERE lane = %(lane)s AND state = 'pending' AND next_at <= clock_timestamp()
), chosen AS (
  SELECT due.id, place + coalesce(many, 0) AS turn, priority, next_at
  FROM due LEFT JOIN busy ON busy.workspace_id IS NOT DISTINCT FROM due.workspace_id
  ORDER BY turn, priority DESC, next_at, due.id LIMIT %(room)s
), locked AS (
  SELECT job.id, turn, chosen.priority, chosen.next_at FROM jobs_job job JOIN chosen ON chosen.id = job.id
  WHERE job.state = 'pending' FOR UPDATE OF job SKIP LOCKED
), moved AS (
  UPDATE jobs_job SET state = 'queued', queued_at = clock_timestamp() FROM locked WHERE jobs_job.id = locked.id
  RETURNING jobs_job.id, workspace_id, kind, attempts + 1 AS attempt, timeout, turn, locked.priority, locked.next_at
)
SELECT * FROM moved ORDER BY turn, priority DESC, next_at, id
"""
QUEUED = "SELECT id, workspace_id, kind, attempts + 1, timeout FROM jobs_job WHERE lane = %s AND state = 'queued'"


@dataclass(frozen=True, slots=True)
class Tick:
    """What one pass did: jobs taken back from dead workers, put into RQ, put in again; whether more wait for room."""

    reaped: int = 0
    pushed: int = 0
    repaired: int = 0
    hurry: bool = False


class Dispatcher:
    """One dispatcher with its own connection to Redis. It remembers only since when an entry has been missing."""

    def __init__(self, connection: Redis) -> None:
        self._queues = {lane: buffer.queue_of(lane, connection) for lane in Lane.values}
        self._connection = connection
        self._missing: dict[str, dict[str, float]] = {lane: {} for lane in Lane.values}
        self._held = dict.fromkeys(Lane.values, 0)
        self._next_care = 0.0

    def run(self, stop: threading.Event) -> None:
        """Work until ``stop``: about each second, at each ring, and quickly while there is a backlog."""
        log.info("staff_access", reason="dispatcher")
        pause = TICK
        while not stop.is_set():
            try:
                pause = REFILL if self.tick().hurry else min(TICK, pause * 2)
                buffer.wait_for_ring(self._connection, pause)
            except (DatabaseError, InterfaceError, RedisError) as error:
                log.warning("dispatcher_waits", error=type(error).__name__)
                connections.close_all()
                stop.wait(TICK)
        connections.close_all()

    def tick(self) -> Tick:
        """One pass. Leases and lost entries are looked after once a second, however often the bell rings."""
        reaped = repaired = 0
        if monotonic() >= self._next_care:
            self._next_care = monotonic() + TICK
            reaped = self.reap()
            repaired = sum(self._repair(lane) for lane in self._queues)
        pushed, hurry = 0, False
        for lane in self._queues:
            moved, more = self._dispatch(lane)
            pushed, hurry = pushed + moved, hurry or more
        if reaped or repaired:
            log.info("jobs_recovered", reaped=reaped, repaired=repaired)
        return Tick(reaped, pushed, repaired, hurry)

    def reap(self) -> int:
        """Take jobs back from workers whose lease has run out; returns how many."""
        with transaction.atomic(using=STAFF), connections[STAFF].cursor() as cursor:
            cursor.execute(EXPIRED, [BATCH])
            expired = [claims.claim_of(row[0], row[1], row[2], row[3], row[4:]) for row in cursor.fetchall()]
        for claim in expired:
            with structlog.contextvars.bound_contextvars(correlation_id=claim.correlation_id):
                log.warning("job_lease_expired", job_id=str(claim.job_id), kind=claim.kind, attempt=claim.attempt)
                give_back(claim)
        return len(expired)

    def _dispatch(self, lane: str) -> tuple[int, bool]:
        queue = self._queues[lane]
        held, before = queue.count, self._held[lane]
        self._held[lane] = held
        if held > LOW_WATER:
            # While it shrinks there will be room soon.
            return 0, held < before
        room = HIGH_WATER - held
        with connections[STAFF].cursor() as cursor:
            cursor.execute(DUE, {"lane": lane, "room": room})
            entries = [Entry(*row[:5]) for row in cursor.fetchall()]
        for entry in entries:
            if not buffer.push(queue, entry):
                # What RQ still knows under this name is left over from before a requeue.
                buffer.forget(queue, [entry.name])
                buffer.push(queue, entry)
        live.publish((entry.workspace_id, entry.job_id) for entry in entries)
        self._held[lane] += len(entries)
        return len(entries), len(entries) == room

    def _repair(self, lane: str) -> int:
        queue, missing = self._queues[lane], self._missing[lane]
        with connections[STAFF].cursor() as cursor:
            cursor.execute(QUEUED, [lane])
            entries = {entry.name: entry for entry in (Entry(*row) for row in cursor.fetchall())}
        listed, taken = buffer.waiting(queue)
        now, repaired = monotonic(), 0
        since = {name: missing.get(name, now) for name in entries.keys() - listed}
        for name in list(since):
            seconds = now - since[name]
            if seconds >= STUCK_SECONDS:
                # A worker took it out and died before it began.
                buffer.forget(queue, [name])
                del since[name]
            elif seconds < ABSENT_SECONDS or name in taken:
                continue
            repaired += buffer.push(queue, entries[name])
        self._missing[lane] = since
        return repaired
