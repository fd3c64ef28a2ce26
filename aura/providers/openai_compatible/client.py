"""The SDK's client: one for each process, address and key, made after the fork, with its own retries switched off."""

import os
import threading
from collections import OrderedDict

import httpx2
import openai

from aura.providers.configuration import VisionSettings

MOST_CLIENTS = 16
SPARE_CONNECTIONS = 8
CONNECT_SECONDS = 10.0
NO_KEY = "none"
"""The SDK wants a key; a server of one's own takes any."""

_lock = threading.Lock()
_owner = os.getpid()
_clients: OrderedDict[tuple[str, str, int, int], openai.OpenAI] = OrderedDict()


def client_of(api_key: str, settings: VisionSettings) -> openai.OpenAI:
    """This process's client."""
    global _lock, _owner
    if _owner != os.getpid():
        # Sockets of the parent are not ours, and another thread may have held its lock at the fork.
        _lock, _owner = threading.Lock(), os.getpid()
        _clients.clear()
    key = (settings.url, api_key, settings.timeout, settings.in_flight)
    with _lock:
        if key not in _clients:
            _clients[key] = _made(api_key, settings)
        _clients.move_to_end(key)
        while len(_clients) > MOST_CLIENTS:
            _clients.popitem(last=False)
        return _clients[key]


def _made(api_key: str, settings: VisionSettings) -> openai.OpenAI:
    room = settings.in_flight + SPARE_CONNECTIONS
    timeout = httpx2.Timeout(settings.timeout, connect=min(CONNECT_SECONDS, settings.timeout))
    limits = httpx2.Limits(max_connections=room, max_keepalive_connections=room)
    return openai.OpenAI(
        api_key=api_key or NO_KEY,
        base_url=settings.url,
        timeout=timeout,
        max_retries=0,
        http_client=openai.DefaultHttpxClient(limits=limits, timeout=timeout),
    )
