"""One try of one delivery over the wire. Touches no table; nothing of it is logged but numbers."""

from dataclasses import dataclass
from time import monotonic, time
from uuid import UUID

from django.conf import settings

from aura.providers import outbound
from aura.providers.errors import ProviderError
from aura.webhooks import redaction, signing

DEADLINE = 15.0
MAX_RESPONSE = 8_000
GONE = 410
GONE_WORDS = "The receiver said that it is gone (HTTP 410), so the endpoint was switched off."
REDIRECT_WORDS = "The receiver redirects (HTTP {}), which is not followed. Give the endpoint its final address."


@dataclass(frozen=True, slots=True)
class Message:
    """What a try needs: where to, the body, and the secrets that sign it. ``tries`` counts this one."""

    delivery_id: UUID
    endpoint_id: UUID
    event_id: UUID
    url: str
    body: bytes
    secrets: tuple[str, ...]
    tries: int
    is_test: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a try went. ``code`` is empty where it went well; excerpts are redacted; ``retry_after`` is in seconds."""

    code: str
    words: str
    status: int | None
    duration_ms: int
    request: str
    response: str
    retryable: bool = False
    retry_after: float | None = None

    @property
    def delivered(self) -> bool:
        """Whether the receiver took the event."""
        return not self.code


def send(message: Message) -> Outcome:
    """POST the message, signed now, and say how it went. Takes at most 15 seconds and raises nothing."""
    headers = signing.headers(message.secrets, str(message.event_id), int(time()), message.body)
    known = [*message.secrets, *(s.removeprefix(signing.PREFIX) for s in message.secrets)]
    request = _request_excerpt(headers, message.body, known)
    began = monotonic()
    try:
        answer = outbound.post(
            message.url,
            message.body,
            headers={"Content-Type": "application/json", **headers},
            max_bytes=MAX_RESPONSE,
            deadline=DEADLINE,
            allow_loopback=settings.AURA_ALLOW_LOOPBACK,
        )
    except ProviderError as error:
        spent = round((monotonic() - began) * 1000)
        return Outcome(error.code, error.message, None, spent, request, "", error.retryable, error.retry_after)
    spent = round((monotonic() - began) * 1000)
    code, words = judge(answer.status)
    response = redaction.excerpt(answer.data, known)
    retryable = bool(code) and answer.status != GONE
    return Outcome(code, words, answer.status, spent, request, response, retryable, answer.retry_after)


def judge(status: int) -> tuple[str, str]:
    """``(code, words)`` of an HTTP status; both are empty where it means that the event was taken (2xx)."""
    if 200 <= status < 300:
        return "", ""
    if status == GONE:
        return "gone", GONE_WORDS
    if 300 <= status < 400:
        return "redirected", REDIRECT_WORDS.format(status)
    return "http_error", f"The receiver answered with HTTP {status}."


def _request_excerpt(headers: dict[str, str], body: bytes, known: list[str]) -> str:
    shown = {**headers, "webhook-signature": redaction.MASK}
    lines = "\n".join(f"{name}: {value}" for name, value in shown.items())
    return f"{lines}\n\n{redaction.excerpt(body, known)}"
