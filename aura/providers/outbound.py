"""The one way to reach an address that a stranger wrote: public hosts only, within limits of size and time.

Server-side request forgery is stopped at the socket: a host is resolved once, all its addresses are checked, and the
connection goes to a checked address. What a name resolves to afterwards changes nothing.
"""

import re
import ssl
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from urllib.parse import SplitResult, quote, urljoin, urlsplit

import certifi
import httpcore

from aura.providers.addresses import AddressRefused, CheckedBackend
from aura.providers.errors import ProviderError

MAX_REDIRECTS = 3
MAX_URL = 4096
MAX_RETRY_AFTER = 86_400.0
TIMEOUTS = {"connect": 5.0, "read": 10.0, "write": 10.0, "pool": 5.0}
HEADERS = {"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": "Aura/1.0", "Connection": "close"}
PORTS = {"http": 80, "https": 443}
REDIRECTS = {301, 302, 303, 307, 308}
EXPIRED = {403, 404, 410}
BUSY = {408, 425, 429}
# Characters that clients and servers read differently are where checks are fooled: none of them is let through.
STRANGE = re.compile(r"[\x00-\x20\x7f\\]")
HOST = re.compile(r"(?!-)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?")
NUMBER_AT_END = re.compile(r"(^|\.)(0x[0-9a-f]*|[0-9]+)\.?$")
IPV4 = re.compile(r"(0|[1-9][0-9]{0,2})(\.(0|[1-9][0-9]{0,2})){3}")
KEPT = "%:@!$&'()*+,;=~-._/?[]|"


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address answered with. ``media_type`` is the server's claim, ``url`` is where the redirects ended."""

    data: bytes
    media_type: str
    url: str


@dataclass(frozen=True, slots=True)
class Answered:
    """What an address answered to a POST; ``data`` is the beginning of the body, ``retry_after`` is in seconds."""

    status: int
    data: bytes
    retry_after: float | None


@dataclass(frozen=True, slots=True)
class Hop:
    """How an address answered; ``location`` is the absolute address that it points to, "" where to none."""

    status: int
    location: str
    retry_after: float | None


def hop(url: str, *, deadline: float, allow_loopback: bool = False) -> Hop:
    """GET ``url`` and follow nothing: whoever asks decides whether to go on. The body is not read.

    Every status is an answer. Raises :class:`ProviderError` with ``url_refused``, ``timeout`` or ``unreachable``.
    """
    target = checked_url(url, allow_loopback)
    with (
        _pool(deadline, allow_loopback) as pool,
        _plain_errors(),
        pool.stream("GET", target, headers=list(HEADERS.items()), extensions={"timeout": TIMEOUTS}) as response,
    ):
        found = {name.lower(): value.decode("latin-1") for name, value in response.headers}
        points = response.status in REDIRECTS and b"location" in found
        wait = _retry_after(found.get(b"retry-after", ""))
        return Hop(response.status, _next(url, found[b"location"]) if points else "", wait)


def fetch(url: str, *, max_bytes: int, deadline: float, allow_loopback: bool = False) -> Fetched:
    """GET ``url``, at most ``max_bytes`` bytes within ``deadline`` seconds in all (name, redirects and body included).

    ``allow_loopback`` lets 127.0.0.0/8 and ::1 on any port through, for a server on the same machine.
    Raises :class:`ProviderError` with code ``url_refused``, ``expired`` (403, 404, 410), ``too_large``, ``timeout``,
    ``unreachable`` or ``http_error``; the last three may be retryable, with ``retry_after`` where the server named it.
    """
    with _pool(deadline, allow_loopback) as pool:
        for _ in range(MAX_REDIRECTS + 1):
            answer = _get(pool, checked_url(url, allow_loopback), max_bytes)
            if isinstance(answer, Fetched):
                return answer
            if urlsplit(url).scheme.lower() == "https" and urlsplit(answer).scheme.lower() != "https":
                raise _refused("The address leads from https to http.")
            url = answer
    raise ProviderError("The address leads through too many redirects.", code="http_error")


def post(
    url: str,
    body: bytes,
    *,
    headers: Mapping[str, str],
    max_bytes: int,
    deadline: float,
    allow_loopback: bool = False,
) -> Answered:
    """POST ``body`` to ``url`` within ``deadline`` seconds in all. Redirects are answers and are not followed.

    Every status is an answer, told with at most ``max_bytes`` bytes of its body, however that ends.
    Raises :class:`ProviderError` with code ``url_refused``, or, retryable, ``timeout`` or ``unreachable``.
    """
    target = checked_url(url, allow_loopback)
    sent = list((HEADERS | dict(headers)).items())
    with (
        _pool(deadline, allow_loopback) as pool,
        _plain_errors(),
        pool.stream("POST", target, headers=sent, content=body, extensions={"timeout": TIMEOUTS}) as response,
    ):
        found = {name.lower(): value.decode("latin-1") for name, value in response.headers}
        wait = _retry_after(found.get(b"retry-after", ""))
        return Answered(response.status, _beginning(response.iter_stream(), max_bytes), wait)


def _beginning(chunks: Iterable[bytes], max_bytes: int) -> bytes:
    data = bytearray()
    try:
        for chunk in chunks:
            data += chunk
            if len(data) >= max_bytes:
                break
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError):
        # The status has been told; it decides.
        pass
    return bytes(data[:max_bytes])


@contextmanager
def _pool(deadline: float, allow_loopback: bool) -> Iterator[httpcore.ConnectionPool]:
    backend = CheckedBackend(time.monotonic() + deadline, allow_loopback=allow_loopback)
    with httpcore.ConnectionPool(_tls(), max_keepalive_connections=0, network_backend=backend) as pool:
        yield pool


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _refused(message: str) -> ProviderError:
    return ProviderError(message, code="url_refused")


def checked_url(url: str, allow_loopback: bool = False) -> str:
    """The address in plain ASCII, if its form is one that every program reads the same way. Nothing is resolved.

    Raises :class:`ProviderError` with code ``url_refused``.
    """
    if not url or len(url) > MAX_URL or STRANGE.search(url):
        raise _refused("The address is empty, too long or holds characters that do not belong in one.")
    try:
        parts = urlsplit(url)
        port = parts.port
        host = _host(parts)
    except (ValueError, UnicodeError):
        raise _refused("The address cannot be read.") from None
    if parts.scheme not in PORTS:
        raise _refused("Only http and https addresses are used.")
    if "@" in parts.netloc:
        raise _refused("An address must not hold a user name or password.")
    if port is not None and port not in PORTS.values() and not allow_loopback:
        raise _refused("Only the ports 80 and 443 are used.")
    target = quote(parts.path or "/", safe=KEPT) + ("?" + quote(parts.query, safe=KEPT) if parts.query else "")
    return f"{parts.scheme}://{host}{'' if port is None else f':{port}'}{target}"


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    if parts.netloc.rpartition("@")[2].startswith("["):
        if not re.fullmatch(r"[0-9a-f:.]+", host):
            raise ValueError(host)
        return f"[{host}]"
    name = host if host.isascii() else host.encode("idna").decode("ascii").lower()
    # 127.1, 2130706433, 0x7f.1 and 0177.0.0.1 are loopback to some programs and names to others.
    if not HOST.fullmatch(name) or (NUMBER_AT_END.search(name) and not IPV4.fullmatch(name)):
        raise ValueError(host)
    return name


def _get(pool: httpcore.ConnectionPool, url: str, max_bytes: int) -> Fetched | str:
    """The answer, or the address that the server points to."""
    with (
        _plain_errors(),
        pool.stream("GET", url, headers=list(HEADERS.items()), extensions={"timeout": TIMEOUTS}) as response,
    ):
        found = {name.lower(): value.decode("latin-1") for name, value in response.headers}
        if response.status in REDIRECTS and b"location" in found:
            return _next(url, found[b"location"])
        _check_status(response.status, found)
        data = _read(response.iter_stream(), found, max_bytes)
        return Fetched(data, found.get(b"content-type", "").partition(";")[0].strip().lower(), url)


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Turn what httpcore raises into words for people."""
    try:
        yield
    except AddressRefused as refusal:
        raise _refused(str(refusal)) from None
    except httpcore.TimeoutException:
        raise ProviderError("The server did not answer in time.", code="timeout", retryable=True) from None
    except (httpcore.NetworkError, httpcore.ProtocolError):
        raise ProviderError("The server cannot be reached.", code="unreachable", retryable=True) from None


def _next(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        raise _refused("The server points to an address that cannot be read.") from None


def _check_status(status: int, headers: dict[bytes, str]) -> None:
    if status in EXPIRED:
        raise ProviderError(f"The address has expired (HTTP {status}).", code="expired")
    if status != 200:
        retryable = status in BUSY or status >= 500
        wait = _retry_after(headers.get(b"retry-after", "")) if retryable else None
        message = f"The server answered with HTTP {status}."
        raise ProviderError(message, code="http_error", retryable=retryable, retry_after=wait)
    if headers.get(b"content-encoding", "identity").strip().lower() not in {"", "identity"}:
        raise ProviderError("The server sent compressed data that was not asked for.", code="http_error")


def _retry_after(value: str) -> float | None:
    """Seconds to wait, from a number or a date (RFC 9110, 10.2.3)."""
    try:
        seconds = float(value) if value.strip().isdigit() else _until(value)
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(seconds, 0.0), MAX_RETRY_AFTER)


def _until(value: str) -> float:
    moment = parsedate_to_datetime(value)
    return (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds()


def _read(chunks: Iterable[bytes], headers: dict[bytes, str], max_bytes: int) -> bytes:
    too_large = ProviderError(f"The file is larger than {max_bytes} bytes.", code="too_large")
    length = headers.get(b"content-length", "")
    if length.isdigit() and int(length[:20]) > max_bytes:
        raise too_large
    data = bytearray()
    for chunk in chunks:
        data += chunk
        if len(data) > max_bytes:
            raise too_large
    return bytes(data)
