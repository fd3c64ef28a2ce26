"""What went wrong, in the codes that the API promises (O13). Pure."""

from collections.abc import Mapping
from typing import Final

from aura.providers.errors import BUDGET_REACHED, PROVIDER_BUSY, RATE_LIMITED, ProviderError

RATE_LIMIT: Final = "RATE_LIMIT"
PROCESSING_TIMEOUT: Final = "PROCESSING_TIMEOUT"
API_CREDITS_EXHAUSTED: Final = "API_CREDITS_EXHAUSTED"
PROMISED: Final[Mapping[str, str]] = {
    RATE_LIMITED: RATE_LIMIT,
    PROVIDER_BUSY: RATE_LIMIT,
    "quota_day": API_CREDITS_EXHAUSTED,
    "quota_none": API_CREDITS_EXHAUSTED,
    "credits_exhausted": API_CREDITS_EXHAUSTED,
    BUDGET_REACHED: API_CREDITS_EXHAUSTED,
}


def problem_of(error: ProviderError) -> tuple[str, str, float | None]:
    """The code, the message for people and the seconds to wait, where they are known; other codes stay."""
    return PROMISED.get(error.code, error.code), error.message, error.retry_after
