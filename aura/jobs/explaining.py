"""What a failed attempt is called, and what people are told about it."""

import structlog
from django.db import InterfaceError, OperationalError
from rq.timeouts import JobTimeoutException

from aura import telemetry
from aura.jobs.claims import Claim
from aura.jobs.errors import QueueFull
from aura.jobs.queue import Kind
from aura.providers.errors import ProviderError
from aura.redaction import without_secrets

log = structlog.get_logger(__name__)

AWAY = "The database was away for a while."


def explain(claim: Claim, kind: Kind, error: Exception) -> tuple[str, str, bool, float | None]:
    """``(code, words for people, may be tried again, seconds to wait at least)`` of an error."""
    if isinstance(error, ProviderError):
        return error.code, without_secrets(error.message), error.retryable, error.retry_after
    if isinstance(error, QueueFull):
        return "queue_full", str(error.detail), True, error.retry_after
    if isinstance(error, JobTimeoutException):
        return "timeout", f"A try took longer than {kind.timeout} seconds and was stopped.", True, None
    log.exception("job_error")
    telemetry.report(error)
    if isinstance(error, OperationalError | InterfaceError):
        return "database_away", AWAY, True, None
    reference = claim.correlation_id or str(claim.job_id)
    return "internal", f"Something went wrong inside Aura; reference {reference}.", True, None
