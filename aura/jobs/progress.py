"""Progress as numbers a person understands."""

MIN_ELAPSED = 1.0


def percent(done: int, total: int) -> int:
    """Whole percent, rounded down so that 100 means all; 0 where the total is not known."""
    return max(0, min(100, done * 100 // total)) if total > 0 else 0


def eta_seconds(done: int, total: int, done_before: int, elapsed: float) -> int | None:
    """Seconds left at the pace of this attempt; None while there is nothing to judge by.

    ``done_before`` was done by earlier attempts and says nothing about the pace; ``elapsed`` is in seconds.
    """
    fresh = done - done_before
    if fresh <= 0 or total <= 0 or elapsed < MIN_ELAPSED:
        return None
    return max(0, round(elapsed * (total - done) / fresh))


def wait_for_room(waiting: int, limit: int, drained: int, window_seconds: float) -> float:
    """Seconds until a full lane has some room again (5 % of its limit), from 1 to 300.

    ``drained`` jobs left the lane in the last ``window_seconds``; with none, a minute is as good a guess as any.
    """
    if drained <= 0:
        return 60.0
    surplus = max(0, waiting - limit) + max(1.0, limit * 0.05)
    return min(300.0, max(1.0, surplus * window_seconds / drained))
