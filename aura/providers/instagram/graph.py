"""GET requests to the Graph API: one try, a limit of size, and a deadline for all of it.

Over httpcore and not httpx, which writes whole addresses into the log: the refresh of a token needs it in the address.
"""

import json
import ssl
import time
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlencode

import certifi
import httpcore

from aura.providers.addresses import TimedStream
from aura.providers.configuration import GraphSettings
from aura.providers.errors import CUT_OFF, TIMEOUT, UNREACHABLE, ProviderError
from aura.providers.instagram.errors import bad_answer, error_of

MAX_BYTES = 20_000_000
CONNECT, READ = 5.0, 20.0


class Backend(httpcore.NetworkBackend):
    """Sockets whose every wait ends with one deadline. Where they lead is the operator's word."""

    def __init__(self, ends_at: float) -> None:
        self.ends_at = ends_at
        self.sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect in the time that is left."""
        left = max(0.001, min(timeout or CONNECT, self.ends_at - time.monotonic()))
        return TimedStream(self.sockets.connect_tcp(host, port, left), self.ends_at)


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


class Graph:
    """``connect`` and ``read`` are seconds for a socket's waits, ``deadline`` for a whole request."""

    def __init__(
        self,
        token: str,
        settings: GraphSettings,
        *,
        connect: float = CONNECT,
        read: float = READ,
        deadline: float = 60.0,
    ) -> None:
        self._token = token
        self._settings = settings
        self._waits = {"connect": connect, "read": read, "write": read, "pool": connect}
        self._deadline = deadline

    def __repr__(self) -> str:
        return f"Graph({self._settings.url})"

    def get(self, path: str, query: Mapping[str, str]) -> Mapping[str, Any]:
        """What stands at ``/{version}{path}``; the token goes along in a header.

        Raises ``ProviderError``: ``graph_token_expired``, ``graph_permission_missing``, ``graph_not_found`` and
        ``graph_refused``; and, retryable, ``rate_limited``, ``unavailable``, ``timeout``, ``cut_off``, ``unreachable``
        and ``bad_answer``.
        """
        version = self._settings.version.strip("/")
        return self._get(f"/{version}{quote(path)}", query, {"Authorization": f"Bearer {self._token}"})

    def get_with_token_in_address(self, path: str, query: Mapping[str, str]) -> Mapping[str, Any]:
        """The same for the addresses without version that take the token only as ``access_token``."""
        return self._get(quote(path), {**query, "access_token": self._token}, {})

    def _get(self, target: str, query: Mapping[str, str], headers: Mapping[str, str]) -> Mapping[str, Any]:
        url = f"{self._settings.url.rstrip('/')}{target}?{urlencode(query)}"
        backend = Backend(time.monotonic() + self._deadline)
        try:
            with (
                httpcore.ConnectionPool(_tls(), max_keepalive_connections=0, network_backend=backend) as pool,
                pool.stream("GET", url, headers=self._headers(headers), extensions={"timeout": self._waits}) as answer,
            ):
                found = {name.decode().lower(): value.decode("latin-1") for name, value in answer.headers}
                return self._read(answer.status, _body(answer.iter_stream()), found)
        except (httpcore.ConnectError, httpcore.ConnectTimeout):
            failure = ProviderError("Instagram cannot be reached.", code=UNREACHABLE, retryable=True)
        except httpcore.TimeoutException:
            failure = ProviderError("Instagram did not answer in time.", code=TIMEOUT, retryable=True)
        except (httpcore.NetworkError, httpcore.ProtocolError):
            failure = ProviderError("The connection to Instagram broke.", code=CUT_OFF, retryable=True)
        raise failure

    def _headers(self, more: Mapping[str, str]) -> list[tuple[str, str]]:
        sent = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "Aura/1.0"}
        return list({**sent, "Connection": "close", **more}.items())

    def _read(self, status: int, body: bytes, headers: Mapping[str, str]) -> Mapping[str, Any]:
        """The object of an answer. An ``error`` in it counts whatever the status says."""
        try:
            found = json.loads(body)
        except ValueError:
            found = None
        said = found.get("error") if isinstance(found, Mapping) else None
        if said or status != 200:
            raise error_of(status, said, headers, self._token)
        if not isinstance(found, Mapping):
            raise bad_answer()
        return found


def _body(chunks: Iterable[bytes]) -> bytes:
    data = bytearray()
    for chunk in chunks:
        data += chunk
        if len(data) > MAX_BYTES:
            raise bad_answer()
    return bytes(data)
