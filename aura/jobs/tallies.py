"""How attempts at jobs ended, counted in Redis over all workers. A loss of Redis begins the count anew."""

from django.conf import settings
from redis.exceptions import RedisError

from aura import telemetry
from aura.jobs.buffer import quick_connection

KEY = "aura:jobs:tallies"
LABELS = ("lane", "kind", "outcome")


def count(lane: str, kind: str, outcome: str) -> None:
    """Note one attempt. Figures are not worth an error: without Redis nothing is noted."""
    try:
        quick_connection(settings.REDIS_URL).hincrby(KEY, f"{lane} {kind} {outcome}", 1)
    except RedisError:
        return


def note(lane: str, kind: str, outcome: str, seconds: float, error: BaseException | None) -> None:
    """Note an attempt that has ended, here and with whoever traces."""
    count(lane, kind, outcome)
    telemetry.trace(f"job {kind}", seconds, error, **{"aura.lane": str(lane), "aura.outcome": outcome})
    # The process of a bulk job ends without waiting for anybody.
    telemetry.flush()


def all_tallies() -> dict[tuple[str, str, str], int] | None:
    """The count of each lane, kind and outcome; None where Redis is away."""
    try:
        found = quick_connection(settings.REDIS_URL).hgetall(KEY)
    except RedisError:
        return None
    counts = {}
    for name, value in found.items():
        lane, _, rest = (name.decode() if isinstance(name, bytes) else name).partition(" ")
        kind, _, outcome = rest.partition(" ")
        counts[lane, kind, outcome] = int(value)
    return counts
