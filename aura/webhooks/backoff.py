"""When a delivery that failed is tried again."""

import random
from collections.abc import Callable

# Seconds after the first, second … failed try; as https://www.standardwebhooks.com recommends, three days in all.
DELAYS = (5.0, 300.0, 1_800.0, 7_200.0, 18_000.0, 36_000.0, 50_400.0, 72_000.0, 86_400.0)
TRIES = len(DELAYS) + 1
JITTER = 0.1


def retry_delay(
    tries: int, retry_after: float | None = None, uniform: Callable[[float, float], float] = random.uniform
) -> float:
    """Seconds to wait after ``tries`` failed tries (from 1), a tenth more or less than the schedule says.

    Never less than ``retry_after``, the seconds that the receiver asked for.
    """
    base = DELAYS[min(max(tries, 1), len(DELAYS)) - 1]
    return max(base * uniform(1 - JITTER, 1 + JITTER), retry_after or 0.0)
