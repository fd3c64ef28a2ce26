"""What Replicate's answers mean for the person or the job that asked. Pure."""

import re
from typing import Any, Final

from aura.providers.errors import CUT_OFF, RATE_LIMITED, TIMEOUT, UNAVAILABLE, UNREACHABLE, ProviderError

MOST_WORDS: Final = 300
WAIT: Final = 10.0
RESETS: Final = re.compile(r"resets in ~?(\d{1,5})\s*s")
UNSEEN: Final = re.compile(r"[\x00-\x1f\x7f]+")
NSFW: Final = re.compile(
    r"nsfw|flagged as sensitive|\bE005\b|safety (checker|filter|system)|content polic", re.IGNORECASE
)
OVERLOADED: Final = re.compile(
    r"\bE(003|004|6716|8765|9243)\b|high demand|service is temporarily|cuda|out of memory|queue is full|timed? ?out"
    r"|interrupted|director: unexpected|\bPA\b",
    re.IGNORECASE,
)


def without(secret: str, text: Any) -> str:
    """A text of the service on one line, cut, and without the token that it may repeat."""
    found = UNSEEN.sub(" ", text if isinstance(text, str) else "").strip()
    return (found.replace(secret, "…") if secret else found)[:MOST_WORDS]


def error_of(status: int, words: str, wait: float | None, *, starting: bool = False) -> ProviderError:
    """The error for a refused call. ``starting`` is the call that costs: what may have been done is unknown."""
    if status == 429:
        match = RESETS.search(words)
        asked = wait if wait is not None else float(match[1]) if match else WAIT
        message = "Replicate asks for fewer requests."
        return ProviderError(message, code=RATE_LIMITED, retryable=True, retry_after=asked)
    if status == 408 or status >= 500:
        if starting:
            return start_unknown()
        message = f"Replicate has a fault of its own (HTTP {status})."
        return ProviderError(message, code=UNAVAILABLE, retryable=True, retry_after=wait)
    if status in (401, 403):
        message = "Replicate refuses the token. Enter a valid one under Settings, Providers."
        return ProviderError(message, code="provider_key_refused")
    if status == 402:
        message = (
            "The Replicate account has no API credits left. Add credit at replicate.com/account/billing and wait a few "
            "minutes."
        )
        return ProviderError(message, code="credits_exhausted")
    if status == 404:
        message = "Replicate does not know this model or prediction. Check the model's name."
        return ProviderError(message, code="model_retired" if starting else "making_unknown")
    if status == 422:
        return ProviderError(_said("The model does not take this order.", words), code="unsupported_input")
    return ProviderError(_said(f"Replicate refused the request (HTTP {status}).", words), code="request_refused")


def failure_of(words: str) -> tuple[str, str, bool]:
    """``(code, message, retryable)`` of a prediction that failed, by what the model wrote."""
    if NSFW.search(words):
        return "nsfw", "The model's safety filter stopped the picture. Say it in other words.", False
    if OVERLOADED.search(words):
        return "model_overloaded", "The model had no room or was interrupted at Replicate.", True
    return "generation_failed", _said("The model failed at Replicate.", words), False


def _said(message: str, words: str) -> str:
    return f"{message} Replicate says: {words}" if words else message


def start_unknown() -> ProviderError:
    """The request went out, and whether anything was started is not known."""
    message = "Replicate did not say whether the picture was started. Aura looks for it before it starts another."
    return ProviderError(message, code="start_unknown", retryable=True)


def timed_out() -> ProviderError:
    """No answer in time."""
    return ProviderError("Replicate did not answer in time.", code=TIMEOUT, retryable=True)


def unreachable() -> ProviderError:
    """No connection: nothing was sent."""
    return ProviderError("Replicate cannot be reached.", code=UNREACHABLE, retryable=True)


def cut_off() -> ProviderError:
    """A connection that broke."""
    return ProviderError("The connection to Replicate broke.", code=CUT_OFF, retryable=True)


def bad_answer() -> ProviderError:
    """An answer that cannot be read."""
    return ProviderError("Replicate's answer cannot be read.", code="bad_answer", retryable=True)
