"""Works the jobs of one business object inside a command, for an Aura without workers.

The rows, leases and fences are those of every worker: one that starts meanwhile takes its share and nothing runs twice.
"""

import os
import threading
from typing import Any
from uuid import UUID

import structlog
from django.db import DatabaseError, InterfaceError, connection, connections

from aura.jobs import memory
from aura.jobs.queue import load_jobs
from aura.jobs.worker import execute, here
from aura.tenancy.scope import workspace_scope

log = structlog.get_logger(__name__)

HANDS = 2
POLL = 0.05
AGAIN = 1.0
# Another thread may be about to claim what is queued; the claim decides.
NEXT = """
UPDATE jobs_job SET state = 'queued', queued_at = clock_timestamp() WHERE id = (
  SELECT id FROM jobs_job
  WHERE workspace_id = %(workspace)s AND subject = %(subject)s AND state IN ('pending', 'queued')
    AND next_at <= clock_timestamp()
  ORDER BY priority DESC, next_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
) RETURNING id, attempts + 1
"""


class Crew:
    """Threads that run the due jobs of one subject until they are told to stop. No job's timeout is enforced."""

    def __init__(self, workspace_id: UUID, subject: str, hands: int = HANDS) -> None:
        self._workspace_id = workspace_id
        self._subject = subject
        self._over = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, name=f"jobs-{number}", daemon=True) for number in range(hands)
        ]

    def start(self) -> None:
        """Begin, with the kinds of all apps declared."""
        load_jobs()
        here.name = f"command-{os.getpid()}"
        here.interrupted.clear()
        for thread in self._threads:
            thread.start()

    def stop(self, seconds: float = 10.0) -> bool:
        """Let running jobs end at their next safe point, as a worker does that is told to stop; False where one is

        still running after ``seconds``.
        """
        self._over.set()
        here.interrupted.set()
        for thread in self._threads:
            thread.join(seconds)
        stopped = not any(thread.is_alive() for thread in self._threads)
        if stopped:
            here.interrupted.clear()
        return stopped

    def _work(self) -> None:
        try:
            while not self._over.is_set():
                try:
                    if not self._one():
                        self._over.wait(POLL)
                except (DatabaseError, InterfaceError) as error:
                    log.warning("crew_waits_for_database", error=type(error).__name__)
                    connections.close_all()
                    self._over.wait(AGAIN)
        finally:
            connections.close_all()

    def _one(self) -> bool:
        values: dict[str, Any] = {"workspace": self._workspace_id, "subject": self._subject}
        with workspace_scope(self._workspace_id), connection.cursor() as cursor:
            cursor.execute(NEXT, values)
            found = cursor.fetchone()
        if found:
            execute(str(found[0]), str(self._workspace_id), found[1])
            memory.give_back()
        return bool(found)
