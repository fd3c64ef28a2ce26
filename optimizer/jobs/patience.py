"""How long somebody waits for a service before the session goes on without it."""

from typing import Final

from aura.jobs.context import JobContext
from aura.providers.errors import MAYBE_BILLED, ProviderError

LONG: Final = 30.0
"""Seconds."""


def passes_soon(context: JobContext, error: ProviderError) -> bool:
    """Whether the same service is worth waiting for. What may have been paid for is not asked twice."""
    if error.code in MAYBE_BILLED:
        return False
    return error.retryable and context.tries_left > 0 and (error.retry_after or 0) <= LONG
