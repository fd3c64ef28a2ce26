"""What such a server and the SDK raise, in Aura's words; the server's may hold a key or a profile.

A refused request (HTTP 400) comes in several kinds, and servers tell them apart by their words alone.
"""

import re
import time
from email.utils import parsedate_to_datetime
from typing import Any, Final, Literal

import openai

from aura.providers.errors import CUT_OFF, RATE_LIMITED, TIMEOUT, UNAVAILABLE, UNREACHABLE, ProviderError

KEY_REFUSED: Final = "provider_key_refused"
MODEL_RETIRED: Final = "model_retired"
REQUEST_REFUSED: Final = "request_refused"
CREDITS: Final = "credits_exhausted"
WAIT: Final = 10.0
REFUSED: Final = {400, 413, 415, 422, 501}

Refusal = Literal["images", "format", "tokens", "long", "other"]
# The surest sign first. "images": more pictures than the server takes; "tokens": it calls the limit on the answer by
# another name; "long": too much for the model's context; "format": no JSON schema.
_LIMIT = r"max_(completion_)?tokens"
_STRANGE = r"(unsupported|not supported|unknown|unrecognized|instead)"
_MOST = r"(at most|limit|too many|multiple|more than|only|maximum)"
_PICTURE = r"(image|multi-?modal|picture)"
SIGNS: Final[tuple[tuple[Refusal, re.Pattern[str]], ...]] = (
    ("tokens", re.compile(f"{_LIMIT}.{{0,60}}{_STRANGE}|{_STRANGE}.{{0,60}}{_LIMIT}")),
    ("format", re.compile("response_format|json_schema|json schema|grammar|guided|structured output")),
    ("images", re.compile(f"{_MOST}.{{0,60}}{_PICTURE}|{_PICTURE}.{{0,60}}{_MOST}")),
    ("long", re.compile("context|too long|too large|maximum length|prompt is")),
)


def translated(error: Exception) -> ProviderError:
    """The ``ProviderError`` for anything that a call of the SDK raised."""
    cause = type(error.__cause__).__name__
    if isinstance(error, openai.APIConnectionError) and cause.startswith("Connect"):
        return ProviderError("The model's server cannot be reached.", code=UNREACHABLE, retryable=True)
    if isinstance(error, openai.APITimeoutError):
        return ProviderError("The model's server did not answer in time.", code=TIMEOUT, retryable=True)
    if isinstance(error, openai.APIStatusError):
        return _answered(error)
    if isinstance(error, openai.APIConnectionError):
        words = "The connection to the model's server ended before the whole answer was there."
        return ProviderError(words, code=CUT_OFF, retryable=True)
    words = f"The answer of the model's server could not be read ({type(error).__name__})."
    return ProviderError(words, code=CUT_OFF, retryable=True)


def _answered(error: openai.APIStatusError) -> ProviderError:
    code = error.status_code
    if code == 402 or words_of(error).find("insufficient_quota") >= 0:
        return ProviderError("The account of this key has no credits left. Add some, or use another key.", code=CREDITS)
    if code == 429:
        words = "The model's server asks for fewer requests."
        wait = _wait(error)
        return ProviderError(words, code=RATE_LIMITED, retryable=True, retry_after=WAIT if wait is None else wait)
    if code in {401, 403}:
        return ProviderError(f"The model's server refused the key (HTTP {code}). Enter a valid one.", code=KEY_REFUSED)
    if code == 404:
        return ProviderError("The model's server does not know this model. Choose another one.", code=MODEL_RETIRED)
    if code in REFUSED:
        return ProviderError(f"The model's server refused the request (HTTP {code}).", code=REQUEST_REFUSED)
    if code in {408, 409, 425} or code >= 500 or code < 400:
        words = f"The model's server cannot answer now (HTTP {code})."
        return ProviderError(words, code=UNAVAILABLE, retryable=True, retry_after=_wait(error))
    return ProviderError(f"The model's server refused the request (HTTP {code}).", code=REQUEST_REFUSED)


def refusal_of(error: Exception) -> Refusal:
    """Which kind of refusal it is, as far as its words say."""
    words = words_of(error)
    return next((kind for kind, sign in SIGNS if sign.search(words)), "other")


def words_of(error: Exception) -> str:
    """All that the server said, in lower case; for looking into, not for showing. ``error`` may be a bare string."""
    body: Any = getattr(error, "body", None)
    return f"{getattr(error, 'code', '')} {body}"[:4000].lower()


def _wait(error: openai.APIStatusError) -> float | None:
    """Seconds until the next try, from ``retry-after-ms`` or ``Retry-After`` in either form."""
    headers = error.response.headers
    for name, unit in (("retry-after-ms", 1000), ("retry-after", 1)):
        try:
            seconds = float(headers.get(name, "")) / unit
        except ValueError:
            continue
        if 0 <= seconds < 1e6:
            return seconds
    try:
        return max(0.0, parsedate_to_datetime(headers.get("retry-after", "")).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None
