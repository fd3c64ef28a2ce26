"""What the Graph API's errors mean for the person or the job that asked. Pure.

Codes: developers.facebook.com/docs/graph-api/guides/error-handling and …/overview/rate-limiting.
"""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from aura.providers.errors import RATE_LIMITED, UNAVAILABLE, ProviderError

TOKEN_DEAD = {190, 102}
LIMITS = {4, 17, 32, 613, 80002}
FOR_A_WHILE = {1, 2}
FORBIDDEN = {3, 10, *range(200, 300)}
NOT_THERE = (100, 33)
MOST_WORDS = 300
MAX_WAIT = 86_400.0
RATE_WAIT = 300.0
UNSEEN = re.compile(r"[\x00-\x1f\x7f]+")


def error_of(status: int, said: Any, headers: Mapping[str, str], token: str) -> ProviderError:
    """The error for an answer with this status and ``error`` object (None where it has none)."""
    about: Mapping[str, Any] = said if isinstance(said, Mapping) else {}
    code, sub = about.get("code"), about.get("error_subcode")
    if code in TOKEN_DEAD or (code is None and status == 401):
        message = "The access token of the Instagram account is no longer valid. Connect the account again."
        return ProviderError(message, code="graph_token_expired")
    if code in LIMITS or status == 429:
        message = "Instagram asks for fewer requests."
        return ProviderError(message, code=RATE_LIMITED, retryable=True, retry_after=wait_of(headers))
    if code in FOR_A_WHILE or about.get("is_transient") is True or status >= 500:
        message = "Instagram has a fault of its own at the moment."
        return ProviderError(message, code=UNAVAILABLE, retryable=True, retry_after=_seconds(headers))
    words = without(token, about.get("message"))
    if code in FORBIDDEN:
        message = "The access token lacks a permission. Connect the account again and allow all that is asked."
        return ProviderError(_said(message, words), code="graph_permission_missing")
    if (code, sub) == NOT_THERE or (code is None and status == 404):
        return ProviderError("Instagram does not show this to the account, or it was deleted.", code="graph_not_found")
    return ProviderError(_said(f"Instagram refused the request (HTTP {status}).", words), code="graph_refused")


def _said(message: str, words: str) -> str:
    return f"{message} Instagram says: {words}" if words else message


def without(token: str, text: Any) -> str:
    """A text of the service on one line, cut, and without the token, which some messages repeat."""
    found = UNSEEN.sub(" ", text if isinstance(text, str) else "").strip()
    for form in {token, quote(token, safe="")} - {""}:
        found = found.replace(form, "…")
    return found[:MOST_WORDS]


def wait_of(headers: Mapping[str, str]) -> float:
    """Seconds until more may be asked, from the usage header (in minutes) or ``Retry-After``; names in lower case."""
    minutes = [
        one.get("estimated_time_to_regain_access", 0)
        for entries in _mapping(headers.get("x-business-use-case-usage")).values()
        for one in (entries if isinstance(entries, list) else [])
        if isinstance(one, Mapping)
    ]
    longest = max([found for found in minutes if isinstance(found, int | float)], default=0)
    return min(longest * 60.0 or _seconds(headers) or RATE_WAIT, MAX_WAIT)


def _mapping(text: str | None) -> Mapping[str, Any]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, Mapping) else {}


def _seconds(headers: Mapping[str, str]) -> float | None:
    said = headers.get("retry-after", "").strip()
    return min(float(said), MAX_WAIT) if said.isascii() and said.isdigit() else None


def bad_answer() -> ProviderError:
    """An answer that is not what the Graph API writes."""
    message = "Instagram's answer cannot be read."
    return ProviderError(message, code="bad_answer", retryable=True)
