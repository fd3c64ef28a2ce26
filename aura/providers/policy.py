"""How calls are made, and when one is made again. Pure."""

import random
import time
from dataclasses import dataclass

from aura.providers.errors import ProviderError

SHORT_WAIT = 5.0


@dataclass(frozen=True, slots=True)
class Policy:
    """How calls are made, ``in_flight`` at once by one stream (the service's own limit holds for all together).

    ``deadline`` (seconds) holds for one try from the gate on, ``wait`` for the wait before it; ``until``, on the
    monotonic clock, ends everything. ``retries`` are made in place, where the wait is at most ``patience`` seconds.
    ``grace`` is how long a closed stream waits for what is under way.
    """

    in_flight: int = 32
    deadline: float = 60.0
    wait: float = 300.0
    retries: int = 2
    patience: float = SHORT_WAIT
    grace: float = 5.0
    until: float | None = None

    def delay(self, error: ProviderError, tries: int) -> float | None:
        """Seconds until the next try after ``tries``; None where it is not made here but left to the job.

        Never fewer than the service asked for; where it did not ask, full jitter below 1 s, then 2 s, 4 s …
        (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
        """
        if not error.retryable or tries > self.retries:
            return None
        asked = error.retry_after
        if asked is not None and asked > self.patience:
            return None
        jitter = random.random()  # noqa: S311
        delay = min(self.patience, 2.0 ** (tries - 1)) * jitter if asked is None else asked + 0.05 * jitter
        return None if self.until is not None and time.monotonic() + delay >= self.until else delay
