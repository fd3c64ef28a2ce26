"""Limits on how often one may ask (M6): a moving window of a minute in Redis, by address, user, API key and endpoint.

Where Redis is away nobody is refused: the limits protect Aura's comfort, and its data is guarded elsewhere.
"""

import hashlib
import hmac
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv6Address, ip_address
from typing import Any, TypeVar

import structlog
from django.conf import settings
from django.db import models
from django.http import HttpRequest
from limits import RateLimitItemPerSecond
from limits.errors import StorageError
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter
from redis.backoff import NoBackoff
from redis.retry import Retry
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

log = structlog.get_logger(__name__)

WINDOW = 60
AWAY_SECONDS = 5.0
V = TypeVar("V", bound=type[Any])


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one limit said to one request. ``reset`` is in seconds; ``remaining`` None where Redis is away."""

    name: str
    amount: int
    remaining: int | None
    reset: int
    allowed: bool

    @property
    def policy(self) -> str:
        """This limit as an item of ``RateLimit-Policy`` (draft-ietf-httpapi-ratelimit-headers)."""
        return f'"{self.name}";q={self.amount};w={WINDOW}'

    @property
    def state(self) -> str:
        """What is left of it, as an item of ``RateLimit``."""
        return f'"{self.name}";r={self.remaining};t={self.reset}'


class _Redis:
    """Whether Redis was there lately, so that its absence costs one wait and one line in the log."""

    away_until = 0.0
    said = False

    def lost(self, error: Exception) -> None:
        if not self.said:
            log.warning("limits_off", reason="Redis is away", error=type(error).__name__)
        self.said, self.away_until = True, time.monotonic() + AWAY_SECONDS

    def found(self) -> None:
        if self.said:
            log.info("limits_on")
        self.said = False


redis = _Redis()


@cache
def _limiter(url: str) -> MovingWindowRateLimiter:
    options: dict[str, Any] = {"socket_connect_timeout": 0.25, "socket_timeout": 0.25, "retry": Retry(NoBackoff(), 0)}
    return MovingWindowRateLimiter(RedisStorage(url, key_prefix="aura:limit", wrap_exceptions=True, **options))


def _hidden(identity: str) -> str:
    """A keyed hash, so that Redis holds no address and nobody's key."""
    return hmac.new(settings.SECRET_KEY.encode(), f"limit {identity}".encode(), hashlib.sha256).hexdigest()[:32]


def consume(name: str, *identity: str) -> Verdict:
    """Count one request of ``identity`` against the limit ``name`` (its size is in ``AURA_LIMITS``)."""
    amount = int(settings.AURA_LIMITS[name])
    if time.monotonic() < redis.away_until:
        return Verdict(name, amount, None, 0, allowed=True)
    item = RateLimitItemPerSecond(amount, WINDOW, namespace=name)
    key = _hidden("\0".join(identity))
    try:
        limiter = _limiter(settings.REDIS_URL)
        allowed = limiter.hit(item, key)
        stats = limiter.get_window_stats(item, key)
    except StorageError as error:
        redis.lost(error.storage_error)
        return Verdict(name, amount, None, 0, allowed=True)
    redis.found()
    return Verdict(name, amount, max(0, stats.remaining), max(1, round(stats.reset_time - time.time())), allowed)


def address(request: HttpRequest) -> str:
    """Where a request comes from; of an IPv6 address the network, since one subscriber has a whole /64."""
    given = request.META.get("REMOTE_ADDR", "")
    try:
        found = ip_address(given)
    except ValueError:
        return str(given)
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped) if found.ipv4_mapped else found.exploded[:19]
    return str(found)


def has_credentials(request: HttpRequest) -> bool:
    """True where the caller claims to be somebody."""
    return "Authorization" in request.headers or settings.SESSION_COOKIE_NAME in request.COOKIES


def verdicts(request: HttpRequest) -> list[Verdict]:
    """What the limits have said to this request so far."""
    found: list[Verdict] | None = getattr(request, "_aura_verdicts", None)
    if found is None:
        found = []
        request._aura_verdicts = found  # type: ignore[attr-defined]
    return found


def count_address(request: HttpRequest) -> Verdict:
    """Count a request of nobody known."""
    verdict = consume("anonymous", address(request))
    verdicts(request).append(verdict)
    return verdict


def is_exempt(view: Any) -> bool:
    """True for a view that declares ``throttle_classes = ()``, such as health."""
    declared = getattr(getattr(view, "cls", None), "throttle_classes", None)
    return declared is not None and not list(declared)


def heavy(*methods: str, limit: str = "heavy") -> Any:
    """Class decorator: the named methods (default POST) of an API view stand under one more limit, for each caller."""

    def mark(view: V) -> V:
        view.heavy_methods, view.heavy_limit = frozenset(methods or ("POST",)), limit
        return view

    return mark


class Throttle(BaseThrottle):
    """The limits of a DRF view: the caller's own, and that of a heavy endpoint."""

    def __init__(self) -> None:
        self._refused: list[Verdict] = []

    def allow_request(self, request: Request, view: Any) -> bool:
        plain = request._request
        kind, caller = self._caller(request, plain)
        seen = verdicts(plain)
        if kind != "anonymous" or not seen:
            seen.append(consume(kind, caller))
        if request.method in getattr(view, "heavy_methods", ()) and all(v.allowed for v in seen):
            seen.append(consume(view.heavy_limit, kind, caller, f"{type(view).__module__}.{type(view).__qualname__}"))
        self._refused = refused(seen)
        return not self._refused

    def wait(self) -> float:
        return wait(self._refused)

    def _caller(self, request: Request, plain: HttpRequest) -> tuple[str, str]:
        if isinstance(request.auth, models.Model):
            return "key", str(request.auth.pk)
        if request.user and request.user.is_authenticated:
            return "user", str(request.user.pk)
        return "anonymous", address(plain)


def refused(found: Iterable[Verdict]) -> list[Verdict]:
    """Those that said no."""
    return [verdict for verdict in found if not verdict.allowed]


def wait(found: Iterable[Verdict]) -> float:
    """Seconds until all of them would say yes."""
    return max((verdict.reset for verdict in found), default=1)
