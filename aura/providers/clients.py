"""Keeps an SDK's clients: made once for each process, so that connections are used again. Knows no SDK."""

import os
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

from aura.providers.configuration import Placed

C = TypeVar("C")
MOST_CLIENTS = 16
SPARE_CONNECTIONS = 8
CONNECT_SECONDS = 10.0


class Clients(Generic[C]):
    """``make(key, settings)`` for each different key and address; the ones longest unused are let go.

    They are not closed here, because a call may still be under way with one.
    """

    def __init__(self, make: Callable[[str, Placed], C]) -> None:
        self._make = make
        self._forget()

    def of(self, api_key: str, settings: Placed) -> C:
        """This process's client."""
        if self._owner != os.getpid():
            # Sockets of the parent are not ours, and another thread may have held its lock at the fork.
            self._forget()
        name = (settings.url, api_key, settings.timeout, settings.in_flight)
        with self._lock:
            if name not in self._clients:
                self._clients[name] = self._make(api_key, settings)
            self._clients.move_to_end(name)
            while len(self._clients) > MOST_CLIENTS:
                self._clients.popitem(last=False)
            return self._clients[name]

    def _forget(self) -> None:
        self._lock = threading.Lock()
        self._clients: OrderedDict[tuple[str, str, int, int], C] = OrderedDict()
        self._owner = os.getpid()
