"""What can go wrong between a caller, the job core and a job."""

from aura.http.problems import Problem


class QueueFull(Problem):
    """A lane has as many waiting jobs as it may (M5): 429 with ``Retry-After``. ``retry_after`` is in seconds."""

    def __init__(self, lane: str, limit: int, retry_after: float) -> None:
        detail = f"The {lane} lane is full: {limit} jobs are waiting. Try again in {retry_after:.0f} seconds."
        super().__init__("queue_full", detail, status=429, retry_after=retry_after)
        self.lane = lane
        self.limit = limit
        self.retry_after = retry_after


class JobNotStoppable(Problem):
    """Cancel was asked for a job that is over."""

    def __init__(self) -> None:
        super().__init__("job_over", "This job is over; there is nothing to cancel.", status=409)


class JobNotRetryable(Problem):
    """Retry was asked for a job that has neither failed nor been cancelled."""

    def __init__(self) -> None:
        super().__init__("job_not_failed", "Only a failed or cancelled job can be tried again.", status=409)


class JobStillStopping(Problem):
    """Retry was asked while the former try is still on its way to its next safe point."""

    def __init__(self) -> None:
        words = "It is still being stopped. Try again in a few seconds."
        super().__init__("still_stopping", words, status=409, retry_after=5)


class LostLease(Exception):
    """Another worker owns this job now, or it is over: nothing may be written for it any more."""


class JobCancelled(Exception):
    """Somebody cancelled the job; raised at its next safe point."""


class JobInterrupted(Exception):
    """The worker is stopping; the job goes back to the queue at its next safe point and this try does not count."""
