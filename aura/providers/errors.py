"""The one error type of every outside call. The job core retries what may pass and stops what cannot."""

TIMEOUT = "timeout"
"""No answer in time; the request was sent."""
CUT_OFF = "cut_off"
"""The connection ended after the request was sent and before the whole answer was there."""
UNREACHABLE = "unreachable"
"""No connection came about; nothing was sent."""
UNAVAILABLE = "unavailable"
"""The service answered that it cannot (HTTP 5xx)."""

FAULTS = frozenset({TIMEOUT, CUT_OFF, UNREACHABLE, UNAVAILABLE})
"""The service itself is in trouble: several of them within a minute open its circuit."""
MAYBE_BILLED = frozenset({TIMEOUT, CUT_OFF, "start_unknown"})
"""Nobody knows whether the service did the work, and charges for it."""

BUDGET_REACHED = "budget_reached"
LIMITS_UNAVAILABLE = "limits_unavailable"
PROVIDER_DOWN = "provider_down"
PROVIDER_BUSY = "provider_busy"
RATE_LIMITED = "rate_limited"
STOPPED = "stopped"


class ProviderError(Exception):
    """An outside service or model could not answer.

    ``code`` is stable and documented, ``retryable`` says whether another try may succeed, ``retry_after`` is seconds.
    The message is written for the person who has to act on it and never contains a secret.
    """

    def __init__(
        self, message: str, *, code: str = "provider_error", retryable: bool = False, retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.retryable = retryable
        self.retry_after = retry_after
