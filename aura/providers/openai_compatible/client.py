"""The SDK's client: one for each process, address and key, made after the fork, with its own retries switched off."""

import weakref

import httpx2
import openai

from aura.providers.clients import CONNECT_SECONDS, SPARE_CONNECTIONS, Clients
from aura.providers.configuration import Placed
from aura.providers.openai_compatible.errors import translated

NO_KEY = "none"
"""The SDK wants a key; a server of one's own takes any."""


def client_of(api_key: str, settings: Placed) -> openai.OpenAI:
    """This process's client."""
    return _clients.of(api_key, settings)


def check_key(api_key: str, settings: Placed) -> None:
    """Ask for the list of models, which costs nothing. Raises ``ProviderError``."""
    try:
        client_of(api_key, settings).models.list()
    except Exception as error:
        raise translated(error) from None


def _made(api_key: str, settings: Placed) -> openai.OpenAI:
    room = settings.in_flight + SPARE_CONNECTIONS
    timeout = httpx2.Timeout(settings.timeout, connect=min(CONNECT_SECONDS, settings.timeout))
    limits = httpx2.Limits(max_connections=room, max_keepalive_connections=room)
    http = httpx2.Client(base_url=settings.url, limits=limits, timeout=timeout, follow_redirects=False)
    client = openai.OpenAI(
        api_key=api_key or NO_KEY, base_url=settings.url, timeout=timeout, max_retries=0, http_client=http
    )
    # The SDK closes only what it has made itself.
    weakref.finalize(client, http.close)
    return client


_clients = Clients(_made)
