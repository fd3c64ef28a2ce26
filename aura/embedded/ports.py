"""Ports on this machine: a free one that stays the same over restarts, and a clear word when one is taken."""

import random
import socket

from aura.embedded.home import StackError

# Below the range that Linux and macOS use for outgoing connections, so a stopped server's port stays free.
LOW, HIGH = 20000, 29999


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """True where a server could listen on the port now."""
    try:
        listening_socket(host, port).close()
    except OSError:
        return False
    return True


def free_port(remembered: int = 0) -> int:
    """The remembered port where it is still free, else a random free one from 20000 to 29999."""
    candidates = ([remembered] if remembered else []) + random.sample(range(LOW, HIGH), 200)
    for port in candidates:
        if is_free(port):
            return port
    raise StackError(f"No free port between {LOW} and {HIGH} on 127.0.0.1.")


def answers(port: int, host: str = "127.0.0.1") -> bool:
    """True where something accepts a connection within half a second."""
    try:
        socket.create_connection((host, port), timeout=0.5).close()
    except OSError:
        return False
    return True


def listening_socket(host: str, port: int) -> socket.socket:
    """A socket bound to the address; raises OSError where the port is taken. The caller listens on it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    return bound
