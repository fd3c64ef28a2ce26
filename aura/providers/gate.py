"""The gate that every outside call goes through: limits and circuits that all processes share, in Redis.

Without Redis nobody knows what the others are doing, so paid calls wait (``limits_unavailable``); pages do not come
through here. Times are Redis's own, so that the clocks of several hosts need not agree.
"""

import hashlib
import os
import random
import secrets
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

import structlog
from limits import RateLimitItemPerMinute
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter
from redis import ConnectionPool, Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from aura.providers import gate_scripts as scripts
from aura.providers.errors import (
    FAULTS,
    LIMITS_UNAVAILABLE,
    PROVIDER_BUSY,
    PROVIDER_DOWN,
    RATE_LIMITED,
    STOPPED,
    ProviderError,
)
from aura.providers.policy import SHORT_WAIT

log = structlog.get_logger(__name__)

LEASE_SECONDS = 20.0
RENEW_SECONDS = 5.0
AWAY_WAIT = 15.0
NAP = 0.05
# Hundreds of threads may wait for a place; a call takes seconds.
LONGEST_NAP = 0.4
PREFIX = "aura:gate"

CircuitName = Literal["closed", "open", "half_open"]


@dataclass(frozen=True, slots=True)
class Service:
    """An outside service as it is called: with whose key, and at which of its limits.

    ``name`` has a circuit (``gemini``, ``apify`` …). Its calls are counted for each ``key`` (only a hash of it is kept)
    and, where the service limits its parts apart, for each ``part`` such as a model.
    """

    name: str
    key: str = field(default="", repr=False)
    part: str = ""
    per_minute: int = 1000
    in_flight: int = 32

    @property
    def caller(self) -> str:
        """Names whose calls are counted together, without the key."""
        hidden = hashlib.sha256(f"{self.name}\0{self.key}".encode()).hexdigest()[:24]
        return f"{self.name}:{hidden}:{self.part}"


@dataclass(frozen=True, slots=True)
class Circuit:
    """How a service was of late. ``retry_in`` is in seconds, ``last_at`` in seconds since 1970, 0 where never asked."""

    name: str
    state: CircuitName
    retry_in: float = 0.0
    last_ms: int | None = None
    last_at: float = 0.0
    last_code: str = ""


class Pass:
    """The right to make one call. :meth:`leave` it exactly when the call has ended; a second time does nothing."""

    def __init__(self, gate: "Gate", service: Service, token: str) -> None:
        self.service, self.token = service, token
        self._gate = gate
        self._left = threading.Lock()

    def leave(self, error: ProviderError | None = None, *, seconds: float = 0.0, asked: bool = True) -> None:
        """Tell how the call went. Not ``asked`` says nothing about the service. Never raises."""
        if self._left.acquire(blocking=False):
            self._gate.left(self, error, seconds, asked)


def never() -> bool:
    """A ``stop`` for those who wait as long as they may."""
    return False


class Gate:
    """Limits and circuits at one Redis. Safe between threads; :func:`gate_of` gives each process its own."""

    def __init__(self, url: str) -> None:
        options: dict[str, Any] = {"socket_connect_timeout": 1.0, "socket_timeout": 2.0, "retry": Retry(NoBackoff(), 0)}
        pool = ConnectionPool.from_url(url, **options)
        self._redis = Redis(connection_pool=pool)
        storage = RedisStorage(url, connection_pool=pool, key_prefix=f"{PREFIX}:rate")
        self._rate = MovingWindowRateLimiter(storage)
        self._enter = self._redis.register_script(scripts.ENTER)
        self._leave = self._redis.register_script(scripts.LEAVE)
        self._renew = self._redis.register_script(scripts.RENEW)
        self._held: dict[str, Service] = {}
        self._lock = threading.Lock()
        self._renewing = False

    def enter(self, service: Service, *, until: float, stop: Callable[[], bool] = never) -> Pass:
        """Wait for room, at most until ``time.monotonic()`` is ``until``, and while ``stop()`` is false.

        Raises ``ProviderError``, always retryable: ``provider_down`` (its circuit is open), ``rate_limited`` (the
        service asked for a longer pause), ``provider_busy`` (no room until then), ``limits_unavailable`` (no Redis),
        ``stopped``.
        """
        passed = Pass(self, service, secrets.token_hex(12))
        try:
            self._wait_for_slot(passed, until, stop)
            try:
                self._wait_for_rate(service, until, stop)
            except BaseException:
                passed.leave(asked=False)
                raise
        except RedisError as error:
            log.warning("gate_closed", service=service.name, error=type(error).__name__)
            raise ProviderError(
                "Redis is away, which keeps the limits on outside calls. They go on when it is back.",
                code=LIMITS_UNAVAILABLE,
                retryable=True,
                retry_after=AWAY_WAIT,
            ) from None
        return passed

    def circuits(self, names: Iterable[str]) -> list[Circuit]:
        """How each service was of late. Raises ``RedisError``."""
        wanted = list(names)
        with self._redis.pipeline(transaction=False) as pipe:
            pipe.time()
            for name in wanted:
                pipe.hgetall(_circuit_key(name))
            (seconds, micros), *found = pipe.execute()
        now = seconds * 1000 + micros / 1000
        return [_circuit(name, row, now) for name, row in zip(wanted, found, strict=True)]

    def left(self, passed: Pass, error: ProviderError | None, seconds: float, asked: bool) -> None:
        """For :meth:`Pass.leave`."""
        with self._lock:
            self._held.pop(passed.token, None)
        service = passed.service
        failed = error is not None and error.code in FAULTS
        outcome = "none" if not asked else "failed" if failed else "answered"
        # A service that asks for patience asks everybody who calls with this key.
        pause = error.retry_after if error is not None and not failed and error.retry_after else 0.0
        try:
            change = self._leave(
                keys=_keys(service),
                args=[passed.token, outcome, round(seconds * 1000), error.code if error else "", round(pause * 1000)],
            )
        except RedisError as gone:
            log.warning("gate_left_unsaid", service=service.name, error=type(gone).__name__)
            return
        if change:
            log.warning("circuit", service=service.name, state=change.decode(), code=error.code if error else "")

    def _wait_for_slot(self, passed: Pass, until: float, stop: Callable[[], bool]) -> None:
        service, nap = passed.service, NAP / 2
        while True:
            args: list[str | int] = [passed.token, service.in_flight, round(LEASE_SECONDS * 1000)]
            said, wait_ms, code = self._enter(keys=_keys(service), args=args)
            wait = wait_ms / 1000
            if said == b"in":
                self._hold(passed)
                return
            if said == b"open":
                raise _down(service, wait)
            if said == b"paused" and wait > min(SHORT_WAIT, until - time.monotonic()):
                raise _paused(service, wait, code.decode())
            nap = min(LONGEST_NAP, nap * 1.5)
            _nap(service, wait if said == b"paused" else nap * random.uniform(0.5, 1), until, stop)  # noqa: S311

    def _wait_for_rate(self, service: Service, until: float, stop: Callable[[], bool]) -> None:
        item = RateLimitItemPerMinute(service.per_minute)
        while not self._rate.hit(item, service.caller):
            free_at = self._rate.get_window_stats(item, service.caller).reset_time
            _nap(service, max(NAP, free_at - time.time()) + random.uniform(0, NAP), until, stop)  # noqa: S311

    def _hold(self, passed: Pass) -> None:
        with self._lock:
            self._held[passed.token] = passed.service
            if not self._renewing:
                self._renewing = True
                threading.Thread(target=self._renew_all, name="aura-gate", daemon=True).start()

    def _renew_all(self) -> None:
        """Keep the places of calls under way, until there are none; a killed process stops doing so."""
        while True:
            time.sleep(RENEW_SECONDS)
            with self._lock:
                held = list(self._held.items())
                self._renewing = bool(held)
            if not held:
                return
            for token, service in held:
                try:
                    self._renew(keys=_keys(service), args=[token, round(LEASE_SECONDS * 1000)])
                except RedisError as error:
                    log.warning("gate_unrenewed", service=service.name, error=type(error).__name__)
                    break


@cache
def _gate(url: str, pid: int) -> Gate:
    return Gate(url)


def gate_of(url: str) -> Gate:
    """The gate of this process at the Redis at ``url``; a forked process gets its own."""
    return _gate(url, os.getpid())


def _circuit_key(name: str) -> str:
    return f"{PREFIX}:circuit:{name}"


def _keys(service: Service) -> list[str]:
    name, caller = service.name, service.caller
    return [_circuit_key(name), f"{PREFIX}:slots:{caller}", f"{PREFIX}:pause:{caller}", f"{PREFIX}:failures:{name}"]


def _circuit(name: str, row: dict[bytes, bytes], now: float) -> Circuit:
    opened = float(row.get(b"open_until", 0))
    state: CircuitName = "closed" if not opened else "open" if now < opened else "half_open"
    last = row.get(b"last_ms")
    return Circuit(
        name,
        state,
        retry_in=max(0.0, (opened - now) / 1000) if opened else 0.0,
        last_ms=None if last is None else int(last),
        last_at=float(row.get(b"last_at", 0)) / 1000,
        last_code=row.get(b"last_code", b"").decode(),
    )


def _nap(service: Service, seconds: float, until: float, stop: Callable[[], bool]) -> None:
    """Sleep, looking out for ``stop`` and the deadline."""
    if time.monotonic() + seconds > until:
        words = f"{service.name} is busy: all calls that are allowed at once or in a minute are taken."
        raise ProviderError(words, code=PROVIDER_BUSY, retryable=True, retry_after=max(1.0, seconds))
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if stop():
            raise ProviderError("The call was stopped before it was made.", code=STOPPED, retryable=True)
        time.sleep(min(left, NAP))


def _down(service: Service, wait: float) -> ProviderError:
    words = f"{service.name} has failed several times in a row. It is asked again in {max(1, round(wait))} s."
    return ProviderError(words, code=PROVIDER_DOWN, retryable=True, retry_after=wait)


def _paused(service: Service, wait: float, code: str) -> ProviderError:
    words = f"{service.name} asked for a pause. It is asked again in {max(1, round(wait))} s."
    return ProviderError(words, code=code or RATE_LIMITED, retryable=True, retry_after=wait)
