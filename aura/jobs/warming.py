"""What a worker imports for a kind of job before it forks for one."""

import gc
from functools import cache

import structlog

from aura.jobs.queue import find_kind

log = structlog.get_logger(__name__)


@cache
def warm_up(name: str) -> None:
    """Let a kind of job import what it needs, once, before a process forks for it."""
    kind = find_kind(name)
    if kind and kind.warm:
        try:
            kind.warm()
        except Exception:
            # The job itself says what is wrong, to whom it matters.
            log.exception("job_not_warmed", kind=name)
        gc.freeze()
