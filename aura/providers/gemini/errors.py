"""What Gemini and its SDK raise, in Aura's words. The service's are not repeated: they may hold a key or a profile."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import httpx2
from google.genai import errors as sdk

from aura.providers.errors import CUT_OFF, RATE_LIMITED, TIMEOUT, UNAVAILABLE, UNREACHABLE, ProviderError

KEY_REFUSED: Final = "provider_key_refused"
MODEL_RETIRED: Final = "model_retired"
REQUEST_REFUSED: Final = "request_refused"
QUOTA_DAY: Final = "quota_day"
NO_QUOTA: Final = "quota_none"
REGION: Final = "provider_region"
# Quotas of a day begin anew at midnight in California (https://ai.google.dev/gemini-api/docs/rate-limits).
PACIFIC: Final = ZoneInfo("America/Los_Angeles")
STATUS: Final = re.compile(r"[A-Z_]{1,40}")
SECONDS: Final = re.compile(r"(\d{1,6}(?:\.\d{1,9})?)s", re.ASCII)
MINUTE: Final = 60.0
KEY_WORDS: Final = {"API_KEY_INVALID", "API_KEY_EXPIRED", "API_KEY_SERVICE_BLOCKED", "SERVICE_DISABLED"}


def translated(error: Exception, *, now: datetime | None = None) -> ProviderError:
    """The ``ProviderError`` for anything that a call of the SDK raised."""
    if isinstance(error, ProviderError):
        return error
    if isinstance(error, sdk.APIError):
        return _answered(error, now or datetime.now(UTC))
    if isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.PoolTimeout | httpx2.UnsupportedProtocol):
        return ProviderError("Gemini cannot be reached.", code=UNREACHABLE, retryable=True)
    if isinstance(error, httpx2.TimeoutException):
        return ProviderError("Gemini did not answer in time.", code=TIMEOUT, retryable=True)
    if isinstance(error, httpx2.HTTPError):
        return ProviderError(
            "The connection to Gemini ended before the whole answer was there.", code=CUT_OFF, retryable=True
        )
    return ProviderError(f"Gemini's answer could not be read ({type(error).__name__}).", code=CUT_OFF, retryable=True)


def _answered(error: sdk.APIError, now: datetime) -> ProviderError:
    code = error.code if isinstance(error.code, int) else 0
    status = error.status if isinstance(error.status, str) and STATUS.fullmatch(error.status) else ""
    said = f"HTTP {code} {status}".strip()
    details = list(_details(error.details))
    if code == 429:
        return _limited(details, now)
    if code in {401, 403} or KEY_WORDS & {str(one.get("reason")) for one in details}:
        return ProviderError(f"Gemini refused the key ({said}). Enter a valid one.", code=KEY_REFUSED)
    if code == 404:
        return ProviderError("Gemini no longer knows this model. Choose another one.", code=MODEL_RETIRED)
    if status == "FAILED_PRECONDITION":
        words = "Gemini does not serve this key: its free tier is closed in this country, or billing is off."
        return ProviderError(words, code=REGION)
    if code == 408 or code >= 500 or code < 400:
        return ProviderError(
            f"Gemini cannot answer now ({said}).", code=UNAVAILABLE, retryable=True, retry_after=_wait(details)
        )
    return ProviderError(f"Gemini refused the request ({said}).", code=REQUEST_REFUSED)


def _limited(details: list[Mapping[str, Any]], now: datetime) -> ProviderError:
    violations = [one for detail in details for one in _rows(detail.get("violations"))]
    quotas = " ".join(str(one.get("quotaId", "")) for one in violations)
    if "PerDay" in quotas:
        # RetryInfo says about a minute here, which is not true.
        if any(str(one.get("quotaValue")) == "0" for one in violations):
            return ProviderError("Gemini gives this key no quota for this model.", code=NO_QUOTA)
        words = "Gemini's quota of today is used up. It begins anew at midnight in California."
        return ProviderError(words, code=QUOTA_DAY, retryable=True, retry_after=until_midnight(now))
    if violations and all(str(one.get("quotaValue")) == "0" for one in violations):
        return ProviderError("Gemini gives this key no quota for this model.", code=NO_QUOTA)
    wait = _wait(details)
    words = "Gemini asks for fewer requests a minute."
    return ProviderError(words, code=RATE_LIMITED, retryable=True, retry_after=MINUTE if wait is None else wait)


def until_midnight(now: datetime) -> float:
    """Seconds from ``now`` (with a time zone) to the next midnight in California, also over a change of the clocks."""
    tomorrow = now.astimezone(PACIFIC).date() + timedelta(days=1)
    return (datetime.combine(tomorrow, time(), PACIFIC).astimezone(UTC) - now.astimezone(UTC)).total_seconds()


def _details(body: Any) -> Iterator[Mapping[str, Any]]:
    """``error.details`` of an answer of whatever shape."""
    inner = body.get("error", body) if isinstance(body, Mapping) else None
    yield from _rows(inner.get("details")) if isinstance(inner, Mapping) else ()


def _rows(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _wait(details: list[Mapping[str, Any]]) -> float | None:
    """Seconds that RetryInfo asks for, if it does."""
    for detail in details:
        match = SECONDS.fullmatch(str(detail.get("retryDelay", "")))
        if match:
            return float(match[1])
    return None
