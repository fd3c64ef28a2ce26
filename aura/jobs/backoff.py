"""How long a job waits before its next try.

Full jitter spreads retries over the whole window, so that a thousand jobs which failed together do not come back
together (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
"""

import random
from collections.abc import Callable

BASE_SECONDS = 2.0
CAP_SECONDS = 600.0


def window(attempt: int) -> float:
    """The longest jittered wait after ``attempt`` tries (from 1), in seconds: 2, 4, 8 … up to ten minutes."""
    return min(CAP_SECONDS, BASE_SECONDS * 2.0 ** min(max(attempt, 1) - 1, 30))


def full_jitter(attempt: int, uniform: Callable[[float, float], float] = random.uniform) -> float:
    """Seconds to wait after ``attempt`` tries: uniform between 0 and :func:`window`."""
    return uniform(0.0, window(attempt))


def retry_delay(
    attempt: int, retry_after: float | None = None, uniform: Callable[[float, float], float] = random.uniform
) -> float:
    """Seconds to wait, never less than the other side asked for by ``retry_after`` (seconds)."""
    return max(retry_after or 0.0, full_jitter(attempt, uniform))
