"""Says over Redis that a job changed, so that open sockets look at its row at once (M4).

Only ids travel. A word that is lost costs a watcher a few seconds and nobody anything else: the row is the truth.
"""

from collections.abc import Iterable
from functools import partial
from time import monotonic
from uuid import UUID

import structlog
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, transaction
from redis.exceptions import RedisError

from aura.jobs.buffer import quick_connection

log = structlog.get_logger(__name__)

CHANNEL = "aura:jobs:changed"
REST = 5.0

Change = tuple[UUID | None, UUID]
"""The workspace (None for a system job, which nobody watches) and the job."""


class _Quiet:
    """Until when nothing is said, after Redis did not answer: a caller must not wait for it again and again."""

    until = 0.0


def publish(changes: Iterable[Change]) -> None:
    """Tell the web processes which jobs changed. Never raises; without Redis it says nothing for five seconds."""
    words = " ".join(f"{workspace}:{job}" for workspace, job in changes if workspace)
    if not words or monotonic() < _Quiet.until:
        return
    try:
        quick_connection(settings.REDIS_URL).publish(CHANNEL, words)
    except RedisError as error:
        _Quiet.until = monotonic() + REST
        log.warning("live_word_lost", error=type(error).__name__)


def publish_on_commit(changes: Iterable[Change], using: str = DEFAULT_DB_ALIAS) -> None:
    """The same once the transaction that changes the rows has committed, and never where it is rolled back."""
    transaction.on_commit(partial(publish, list(changes)), using=using, robust=True)


def parse(words: bytes) -> list[tuple[UUID, UUID]]:
    """``(workspace, job)`` of each change in a message; a message that is none of ours is nothing."""
    found = []
    for word in words.split():
        workspace, _, job = word.decode("ascii", "replace").partition(":")
        try:
            found.append((UUID(workspace), UUID(job)))
        except ValueError:
            continue
    return found
