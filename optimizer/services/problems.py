"""The stable error codes of a session (O13): what a service, a storage or a picture did becomes one of them."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from aura.http.problems import Problem
from aura.providers.errors import BUDGET_REACHED, PROVIDER_BUSY, RATE_LIMITED, TIMEOUT, ProviderError
from optimizer.engine.opening import INVALID, TOO_LARGE, TOO_SMALL, PictureRefused

RATE_LIMIT: Final = "RATE_LIMIT"
PROCESSING_TIMEOUT: Final = "PROCESSING_TIMEOUT"
API_CREDITS_EXHAUSTED: Final = "API_CREDITS_EXHAUSTED"
CODES: Final = (RATE_LIMIT, INVALID, PROCESSING_TIMEOUT, API_CREDITS_EXHAUSTED, TOO_LARGE, TOO_SMALL)
STATUS: Final[Mapping[str, int]] = {TOO_LARGE: 413, RATE_LIMIT: 429}
"""Status of the problem where a request itself fails with a code; 400 for the others."""
PROMISED: Final[Mapping[str, str]] = {
    BUDGET_REACHED: API_CREDITS_EXHAUSTED,
    "credits_exhausted": API_CREDITS_EXHAUSTED,
    "quota_day": API_CREDITS_EXHAUSTED,
    "quota_none": API_CREDITS_EXHAUSTED,
    RATE_LIMITED: RATE_LIMIT,
    PROVIDER_BUSY: RATE_LIMIT,
    TIMEOUT: PROCESSING_TIMEOUT,
    "too_large": TOO_LARGE,
}


class Failure(NamedTuple):
    """What went wrong: a stable code, a sentence for people, seconds after which it may work, where that is known."""

    code: str
    message: str
    retry_after: int | None = None


def meant(code: str) -> str:
    """A code of a service, a job or a picture, as the API names it."""
    return PROMISED.get(code, code)


def problem_of(error: ProviderError | PictureRefused) -> Failure:
    """The failure as the API names it. A code that O13 has no name for stays the service's own (docs/errors.md)."""
    if isinstance(error, PictureRefused):
        return Failure(error.code, error.message)
    wait = None if error.retry_after is None else max(1, round(error.retry_after))
    return Failure(meant(error.code), error.message, wait)


def refusal(error: PictureRefused, pointer: str = "/image") -> Problem:
    """A picture that is not taken, as the answer of the request that brought it: 413 where it is too large, else 400.

    ``pointer`` names the field that it came in.
    """
    return Problem(error.code, error.message, status=STATUS.get(error.code, 400), pointer=pointer)
