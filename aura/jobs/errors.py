"""What can go wrong between a caller and the job core."""

from aura.http.problems import Problem


class QueueFull(Problem):
    """A lane has as many waiting jobs as it may (M5): 429 with ``Retry-After``. ``retry_after`` is in seconds."""

    def __init__(self, lane: str, limit: int, retry_after: float) -> None:
        detail = f"The {lane} lane is full: {limit} jobs are waiting. Try again in {retry_after:.0f} seconds."
        super().__init__("queue_full", detail, status=429, retry_after=retry_after)
        self.lane = lane
        self.limit = limit
        self.retry_after = retry_after
