"""Keeps an attempt's lease alive from a thread of its own, and hears of cancel requests on the way."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, connections

from aura.jobs.claims import Claim
from aura.jobs.context import Signals

log = structlog.get_logger(__name__)

RENEW = """
UPDATE jobs_job SET lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
WHERE id = %(id)s AND token = %(token)s AND state = 'running' RETURNING cancel_requested
"""
AGAIN = 1.0


@contextmanager
def lease(claim: Claim, signals: Signals) -> Iterator[None]:
    """Renew the lease each third of its length until the block ends. What is learned goes into ``signals``."""
    over = threading.Event()
    thread = threading.Thread(target=_keep, args=(claim, signals, over), name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _keep(claim: Claim, signals: Signals, over: threading.Event) -> None:
    pause = settings.AURA_JOB_LEASE / 3
    wait = pause
    try:
        while not over.wait(wait) and not signals.lost:
            try:
                renew(claim, signals)
                wait = pause
            except (DatabaseError, InterfaceError) as error:
                log.warning("lease_not_renewed", job_id=str(claim.job_id), error=type(error).__name__)
                connections.close_all()
                wait = AGAIN
    finally:
        connections.close_all()


def renew(claim: Claim, signals: Signals) -> None:
    """Push the end of the lease away once; notes where it is lost or the job is to be cancelled."""
    with claim.scope(), connection.cursor() as cursor:
        cursor.execute(RENEW, {**claim.mine, "lease": settings.AURA_JOB_LEASE})
        row = cursor.fetchone()
    if row is None:
        signals.lost = True
    elif row[0]:
        signals.cancelled = True
