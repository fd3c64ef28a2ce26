"""Reads: a workspace's jobs, and how the lanes are."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections, router
from django.db.models import QuerySet
from redis.exceptions import RedisError
from rq import worker_registration

from aura.jobs.buffer import queue_of, quick_connection
from aura.jobs.models import WAITING, Job, Lane, State, lane_limit
from aura.jobs.queue import lane_count

ALIVE = timedelta(seconds=35)
MOST = 1_000_000


@dataclass(frozen=True, slots=True)
class LaneState:
    """One lane over all workspaces. ``oldest_wait`` is in seconds, None where nothing that is due waits."""

    name: str
    label: str
    waiting: int
    running: int
    limit: int
    oldest_wait: int | None
    workers: int

    @property
    def percent(self) -> int:
        """How full it is, in whole percent of its limit."""
        return min(100, self.waiting * 100 // self.limit)

    @property
    def is_full(self) -> bool:
        return self.waiting >= self.limit


def jobs(state: str = "", kind: str = "", lane: str = "") -> QuerySet[Job]:
    """The jobs of the open scope, newest first; an empty filter means all."""
    chosen = {name: value for name, value in {"state": state, "kind": kind, "lane": lane}.items() if value}
    return Job.objects.filter(**chosen).order_by("-created_at", "-id")


def lanes() -> list[LaneState]:
    """How full each lane is and who works on it."""
    return [lane_state(lane) for lane in Lane]


def lane_state(lane: Lane) -> LaneState:
    """How full one lane is and who works on it."""
    using = router.db_for_read(Job) or DEFAULT_DB_ALIAS
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT aura_lane_oldest_wait(%s)", [lane])
        oldest = cursor.fetchone()[0]
    return LaneState(
        name=lane.value,
        label=lane.label,
        waiting=lane_count(lane, WAITING, MOST, using),
        running=lane_count(lane, (State.RUNNING,), MOST, using),
        limit=lane_limit(lane),
        oldest_wait=None if oldest is None else int(oldest),
        workers=live_workers(lane),
    )


def live_workers(lane: str) -> int:
    """Workers of a lane that were heard of within 35 seconds; 0 where Redis is away."""
    connection = quick_connection(settings.REDIS_URL)
    try:
        keys = worker_registration.get_keys(queue=queue_of(lane, connection))
        with connection.pipeline(transaction=False) as pipe:
            for key in keys:
                pipe.hmget(key, "last_heartbeat", "death")
            found = pipe.execute()
    except RedisError:
        return 0
    return sum(1 for heard, death in found if heard and not death and _is_recent(heard.decode()))


def _is_recent(heard: str) -> bool:
    return datetime.now(UTC) - datetime.fromisoformat(heard).replace(tzinfo=UTC) < ALIVE
