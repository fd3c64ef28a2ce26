"""Sockets to public addresses only. The name is resolved once, and the connection goes to what was checked."""

import ipaddress
import queue
import socket
import ssl
import threading
import time
from collections.abc import Iterable
from typing import Any

import httpcore

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

# https://www.iana.org/assignments/ipv6-address-space: only 2000::/3 is global unicast. Within it 2002::/16 (6to4) and
# 2001::/23 (Teredo and others) carry or stand for other addresses. IPv4-mapped, IPv4-compatible and NAT64 lie outside.
GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
CARRIERS = (ipaddress.IPv6Network("2002::/16"), ipaddress.IPv6Network("2001::/23"))
# 192.88.99.0/24 was the 6to4 relay (RFC 7526); 192.0.0.0/24 is for protocols (RFC 6890), part of it counts as global.
# 168.63.129.16 is a cloud's own service address, reachable from inside its machines only.
SPECIAL = tuple(ipaddress.IPv4Network(net) for net in ("192.88.99.0/24", "192.0.0.0/24", "168.63.129.16/32"))


class AddressRefused(Exception):
    """The host is, or has among its addresses, one that is not public."""


def is_public(address: IPAddress) -> bool:
    """Whether a host on the open internet can have this address (not private, shared, link-local, multicast, ...)."""
    if isinstance(address, ipaddress.IPv6Address):
        return (
            address in GLOBAL_UNICAST
            and address.is_global
            and address.scope_id is None
            and not any(address in net for net in CARRIERS)
        )
    refused = address.is_multicast or address.is_reserved or any(address in net for net in SPECIAL)
    return address.is_global and not refused


def checked_addresses(host: str, port: int, *, timeout: float, allow_loopback: bool = False) -> list[str]:
    """All addresses of ``host``, in the resolver's order, if every one of them is public.

    Raises :class:`AddressRefused`, ``httpcore.ConnectError`` (no such name) or ``httpcore.ConnectTimeout``.
    """
    addresses = list(dict.fromkeys(_resolve(host, port, timeout)))
    for text in addresses:
        address = ipaddress.ip_address(text)
        if not (is_public(address) or (allow_loopback and address.is_loopback)):
            raise AddressRefused("The address leads into a private network.")
    return addresses


def _resolve(host: str, port: int, timeout: float) -> list[str]:
    """``getaddrinfo`` knows no timeout, so it runs in a thread that is left behind when it takes too long."""
    answers: queue.SimpleQueue[list[str] | OSError | UnicodeError] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put([str(entry[4][0]) for entry in found])
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=look_up, name="resolver", daemon=True).start()
    try:
        answer = answers.get(timeout=max(timeout, 0.001))
    except queue.Empty:
        raise httpcore.ConnectTimeout from None
    if isinstance(answer, list) and answer:
        return answer
    raise httpcore.ConnectError


class CheckedBackend(httpcore.NetworkBackend):
    """Opens sockets for httpcore, to checked addresses only, and lets nothing last beyond one common deadline."""

    def __init__(self, ends_at: float, *, allow_loopback: bool = False) -> None:
        self.ends_at = ends_at
        self.allow_loopback = allow_loopback
        self.sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of ``host`` that answers; the caller keeps the name for Host and TLS."""
        left = _left(self.ends_at, timeout, httpcore.ConnectTimeout)
        addresses = checked_addresses(host.strip("[]"), port, timeout=left, allow_loopback=self.allow_loopback)
        error: Exception = httpcore.ConnectError()
        for address in addresses:
            try:
                left = _left(self.ends_at, timeout, httpcore.ConnectTimeout)
                return TimedStream(self.sockets.connect_tcp(address, port, left), self.ends_at)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as failure:
                error = failure
        raise error


class TimedStream(httpcore.NetworkStream):
    """A stream whose every wait ends with the deadline: a server that drips bytes gains nothing."""

    def __init__(self, stream: httpcore.NetworkStream, ends_at: float) -> None:
        self.stream = stream
        self.ends_at = ends_at

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Up to ``max_bytes`` bytes. Raises ``httpcore.ReadTimeout``."""
        return self.stream.read(max_bytes, _left(self.ends_at, timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of ``buffer``. Raises ``httpcore.WriteTimeout``."""
        self.stream.write(buffer, _left(self.ends_at, timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        """Close the socket."""
        self.stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Go on in TLS, verified against the name that was asked for."""
        left = _left(self.ends_at, timeout, httpcore.ConnectTimeout)
        return TimedStream(self.stream.start_tls(ssl_context, server_hostname, left), self.ends_at)

    def get_extra_info(self, info: str) -> Any:
        """What httpcore asks about the socket."""
        return self.stream.get_extra_info(info)


def _left(ends_at: float, timeout: float | None, late: type[httpcore.TimeoutException]) -> float:
    left = ends_at - time.monotonic()
    if left <= 0:
        raise late
    return left if timeout is None else min(left, timeout)
