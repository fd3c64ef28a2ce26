"""What Apify's answers mean for the person or the job that asked. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from aura.providers.errors import CUT_OFF, RATE_LIMITED, TIMEOUT, UNAVAILABLE, UNREACHABLE, ProviderError

MOST_WORDS = 300
RATE_WAIT = 10.0
"""Apify names no wait with its 429; its limits are for a second and a minute."""
# Both end as other runs end (docs.apify.com/api/v2, errors of "Run Actor").
BUSY = {"actor-memory-limit-exceeded", "concurrent-runs-limit-exceeded"}
UNSEEN = re.compile(r"[\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer of Apify that is no success. ``wait`` is its ``Retry-After`` in seconds."""

    status: int
    type: str = ""
    words: str = ""
    wait: float | None = None


def without(secrets: Iterable[str], text: str | None) -> str:
    """A text of the service on one line, cut, and without the secrets that it may repeat."""
    found = UNSEEN.sub(" ", text or "").strip()
    for secret in secrets:
        if secret:
            found = found.replace(secret, "…")
    return found[:MOST_WORDS]


def error_of(refusal: Refusal, *, starting: bool = False) -> ProviderError:
    """The error for a refused call. ``starting`` is the call that starts a run: what may have been done is unknown."""
    status, words = refusal.status, refusal.words
    if refusal.type in BUSY:
        message = "Apify has no room for another run of this account now."
        return ProviderError(message, code="apify_busy", retryable=True, retry_after=refusal.wait)
    if status == 429:
        message = "Apify asks for fewer requests."
        return ProviderError(message, code=RATE_LIMITED, retryable=True, retry_after=refusal.wait or RATE_WAIT)
    if status == 408 or status >= 500:
        if starting:
            return start_unknown()
        message = f"Apify has a fault of its own (HTTP {status})."
        return ProviderError(message, code=UNAVAILABLE, retryable=True, retry_after=refusal.wait)
    if status in (401, 403):
        return ProviderError(_said("Apify refuses the token or what it may do.", words), code="provider_key_refused")
    if status == 402:
        message = "The Apify account has no credit left for this run. Add credit at Apify, or wait for its next month."
        return ProviderError(_said(message, words), code="apify_credits_exhausted")
    if starting:
        return _not_started(status, words)
    if status == 404:
        return ProviderError("Apify does not know this run any more.", code="run_unknown")
    return ProviderError(_said(f"Apify refused the request (HTTP {status}).", words), code="http_error")


def _not_started(status: int, words: str) -> ProviderError:
    if status == 404:
        message = "Apify does not know the actor or its build. Check the names in the settings."
        return ProviderError(_said(message, words), code="actor_unknown")
    message = "The actor does not take what Aura asks it. Its input may have changed: check actor and build."
    return ProviderError(_said(message, words), code="actor_input_refused")


def _said(message: str, words: str) -> str:
    return f"{message} Apify says: {words}" if words else message


def start_unknown() -> ProviderError:
    """The request went out, and whether the run was started is not known."""
    message = "Apify did not say whether the run was started. Aura looks for it before it starts another."
    return ProviderError(message, code="start_unknown", retryable=True)


def find_unsupported() -> ProviderError:
    """The runs cannot be listed."""
    message = "Apify does not let this token list its runs, so Aura cannot tell whether the run was started."
    return ProviderError(message, code="find_unsupported")


def timed_out() -> ProviderError:
    """No answer in time."""
    return ProviderError("Apify did not answer in time.", code=TIMEOUT, retryable=True)


def unreachable() -> ProviderError:
    """No connection: nothing was sent."""
    return ProviderError("Apify cannot be reached.", code=UNREACHABLE, retryable=True)


def cut_off() -> ProviderError:
    """A connection that broke."""
    return ProviderError("The connection to Apify broke.", code=CUT_OFF, retryable=True)


def bad_answer(message: str = "Apify's answer cannot be read.") -> ProviderError:
    """An answer that the client cannot read."""
    return ProviderError(message, code="bad_answer", retryable=True)
