"""The SDK's client: one for each process, address and key, made after the fork, with its own retries switched off."""

import os
import threading
import warnings
from collections import OrderedDict

import httpx2
from google import genai
from google.genai import types

from aura.providers.configuration import VisionSettings

MOST_CLIENTS = 16
SPARE_CONNECTIONS = 8
CONNECT_SECONDS = 10.0
# Without it one finish reason that is newer than the SDK would put a line on stderr for each answer.
warnings.filterwarnings("ignore", message=".* is not a valid ", category=UserWarning, module=r"google\.genai")

_lock = threading.Lock()
_owner = os.getpid()
_clients: OrderedDict[tuple[str, str, int, int], genai.Client] = OrderedDict()


def client_of(api_key: str, settings: VisionSettings) -> genai.Client:
    """This process's client. Whoever uses it must hold on to it: the SDK closes a client that nobody holds."""
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


def _made(api_key: str, settings: VisionSettings) -> genai.Client:
    room = settings.in_flight + SPARE_CONNECTIONS
    return genai.Client(
        vertexai=False,
        api_key=api_key,
        http_options=types.HttpOptions(
            base_url=settings.url,
            timeout=settings.timeout * 1000,
            client_args={
                # The SDK's own limits keep 20 connections alive, so that 32 in flight would reconnect all the time.
                "limits": httpx2.Limits(max_connections=room, max_keepalive_connections=room),
                "timeout": httpx2.Timeout(settings.timeout, connect=min(CONNECT_SECONDS, settings.timeout)),
            },
        ),
    )
