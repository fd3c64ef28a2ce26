"""RQ as a bounded buffer between the rows and the workers: what goes in, what is in it, and the dispatcher's bell.

Everything here may be lost at any time; the rows are the truth and the dispatcher fills the buffer again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from uuid import UUID

import structlog
from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue
from rq.exceptions import DuplicateJobError
from rq.intermediate_queue import IntermediateQueue
from rq.job import Job as RqJob
from rq.serializers import JSONSerializer

log = structlog.get_logger(__name__)

HIGH_WATER = 60
RESULT_SECONDS = 0
FAILURE_SECONDS = 60
BELL = "aura:jobs:bell"
ENTRY_POINT = "aura.jobs.worker.execute"


def connect() -> Redis:
    """A connection of its own for a worker, a dispatcher or a scheduler."""
    return Redis.from_url(settings.REDIS_URL, socket_connect_timeout=5, health_check_interval=30)


@cache
def quick_connection(url: str) -> Redis:
    """For a web request: short timeouts and no retries, so that it costs next to nothing when Redis is away."""
    return Redis.from_url(url, socket_connect_timeout=0.25, socket_timeout=0.25, retry=Retry(NoBackoff(), 0))


def ring() -> None:
    """Wake a dispatcher. Losing the ring costs at most a second."""
    try:
        with quick_connection(settings.REDIS_URL).pipeline(transaction=False) as pipe:
            pipe.lpush(BELL, 1)
            pipe.ltrim(BELL, 0, 0)
            pipe.execute()
    except RedisError as error:
        log.warning("jobs_bell_failed", error=type(error).__name__)


def wait_for_ring(connection: Redis, seconds: float) -> bool:
    """Block until a ring or until ``seconds`` have passed."""
    return connection.blpop([BELL], timeout=seconds) is not None


def rq_id(job_id: UUID, attempt: int) -> str:
    """The id of an attempt in RQ: one entry for each, however often it is dispatched."""
    return f"{job_id}-{attempt}"


def queue_of(lane: str, connection: Redis) -> Queue:
    """The RQ queue of a lane; only JSON goes through it."""
    return Queue(lane, connection=connection, serializer=JSONSerializer)


@dataclass(frozen=True, slots=True)
class Entry:
    """What the buffer holds of a row: the next attempt at it. ``timeout`` is in seconds."""

    job_id: UUID
    workspace_id: UUID | None
    kind: str
    attempt: int
    timeout: int

    @property
    def name(self) -> str:
        """Its id in RQ."""
        return rq_id(self.job_id, self.attempt)


def push(queue: Queue, entry: Entry) -> bool:
    """Put an entry into the buffer. False, and nothing happens, where RQ knows it already."""
    try:
        queue.enqueue_call(
            ENTRY_POINT,
            args=(str(entry.job_id), str(entry.workspace_id or ""), entry.attempt),
            job_id=entry.name,
            timeout=entry.timeout,
            result_ttl=RESULT_SECONDS,
            failure_ttl=FAILURE_SECONDS,
            description=entry.kind,
            unique=True,
        )
    except DuplicateJobError:
        return False
    return True


def waiting(queue: Queue) -> tuple[set[str], set[str]]:
    """Ids in the queue, and ids that a worker has taken out and not yet begun (or never will, if it died there)."""
    return set(queue.get_job_ids()), set(IntermediateQueue(queue.key, queue.connection).get_job_ids())


def forget(queue: Queue, ids: Iterable[str]) -> None:
    """Remove what is left of entries that never reached a worker, so that they can be pushed again."""
    taken = IntermediateQueue.get_intermediate_queue_key(queue.key)
    with queue.connection.pipeline() as pipe:
        for entry in ids:
            pipe.lrem(queue.key, 0, entry)
            pipe.lrem(taken, 0, entry)
            pipe.delete(RqJob.key_for(entry))
        pipe.execute()
