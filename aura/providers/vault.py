"""Secrets from HashiCorp Vault or OpenBao (KV version 2), read through hvac.

A secret at ``<mount>/<path>`` holds one entry for each provider; one at ``<mount>/<path>/<workspace>`` goes before it.
What was read is kept for a minute, and for as long as Vault is away.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any

import structlog

from aura.providers.errors import ProviderError

log = structlog.get_logger(__name__)

FRESH_SECONDS = 60.0
# So long nobody waits for a Vault that has just not answered.
AWAY_SECONDS = 5.0
TIMEOUT = (2.0, 5.0)


@dataclass(frozen=True, slots=True)
class Place:
    """Where Vault is and who Aura is there: a token, or an AppRole's ``role_id`` and ``secret_id``."""

    url: str
    token: str = field(default="", repr=False)
    namespace: str = ""
    mount: str = "secret"
    path: str = "aura"
    role_id: str = ""
    secret_id: str = field(default="", repr=False)
    ca: str = ""


class Vault:
    """Reads the secrets of one place. Safe between threads."""

    def __init__(self, place: Place, clock: Callable[[], float] = time.monotonic) -> None:
        self._place = place
        self._clock = clock
        self._lock = threading.Lock()
        self._away: tuple[float, ProviderError] | None = None
        self._kept: dict[str, tuple[float, Mapping[str, Any]]] = {}
        self._client: Any = None

    def secret(self, name: str, workspace: str = "") -> str | None:
        """The entry ``name`` of the workspace, else the shared one, else None.

        Raises :class:`ProviderError` (``vault_away``, ``vault_refused``) where Vault gives no answer and never has.
        """
        for path in (f"{self._place.path}/{workspace}" if workspace else "", self._place.path):
            found = self._read(path).get(name) if path else None
            if isinstance(found, str) and found.strip():
                return found.strip()
        return None

    def _read(self, path: str) -> Mapping[str, Any]:
        with self._lock:
            read_at, known = self._kept.get(path, (float("-inf"), None))
            if known is not None and self._clock() - read_at < FRESH_SECONDS:
                return known
            if self._away and self._clock() < self._away[0] and known is None:
                raise self._away[1]
            try:
                fresh = self._fetch(path)
                self._away = None
            except ProviderError as error:
                log.warning("vault_unread", code=error.code, stale=known is not None)
                self._away = (self._clock() + AWAY_SECONDS, error)
                if known is None:
                    raise
                fresh = known
            self._kept[path] = (self._clock(), fresh)
            return fresh

    def _fetch(self, path: str) -> Mapping[str, Any]:
        errors = _hvac().exceptions
        try:
            return self._once(path)
        except errors.Forbidden:
            if not self._place.role_id:
                raise _refused() from None
        except _unreachable() as error:
            raise _away(error) from None
        # The token of an AppRole has an end: sign in once more.
        self._client = None
        try:
            return self._once(path)
        except (errors.Forbidden, errors.InvalidRequest):
            raise _refused() from None
        except _unreachable() as error:
            raise _away(error) from None

    def _once(self, path: str) -> Mapping[str, Any]:
        errors = _hvac().exceptions
        try:
            answer = self._signed_in().secrets.kv.v2.read_secret_version(
                path=path, mount_point=self._place.mount, raise_on_deleted_version=True
            )
        except errors.InvalidPath:
            return {}
        except (errors.Unauthorized, errors.InvalidRequest):
            raise _refused() from None
        found = answer.get("data", {}).get("data")
        return found if isinstance(found, Mapping) else {}

    def _signed_in(self) -> Any:
        if self._client is None:
            place = self._place
            # hvac would otherwise take a token from the environment or from the home of whoever runs Aura.
            client = _hvac().Client(
                url=place.url,
                token=place.token,
                namespace=place.namespace or None,
                timeout=TIMEOUT,
                verify=place.ca or True,
                strict_http=False,
            )
            if place.role_id:
                client.auth.approle.login(role_id=place.role_id, secret_id=place.secret_id)
            self._client = client
        return self._client


@cache
def _hvac() -> Any:
    """hvac, imported where Vault is used at all."""
    return import_module("hvac")


def _unreachable() -> tuple[type[Exception], ...]:
    errors = _hvac().exceptions
    down = (errors.VaultDown, errors.VaultNotInitialized, errors.InternalServerError, errors.BadGateway)
    return (*down, errors.RateLimitExceeded, errors.UnexpectedError, OSError, ValueError)


def _refused() -> ProviderError:
    return ProviderError("Vault refuses Aura's token or role. Check its policy and expiry.", code="vault_refused")


def _away(error: Exception) -> ProviderError:
    words = f"Vault gives no answer ({type(error).__name__})."
    return ProviderError(words, code="vault_away", retryable=True, retry_after=30)


@cache
def vault_of(place: Place) -> Vault:
    """The one reader of a place in this process."""
    return Vault(place)
