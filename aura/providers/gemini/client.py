"""The SDK's client: one for each process, address and key, made after the fork, with its own retries switched off."""

import warnings

import httpx2
from google import genai
from google.genai import types

from aura.providers.clients import CONNECT_SECONDS, SPARE_CONNECTIONS, Clients
from aura.providers.configuration import Placed
from aura.providers.gemini.errors import translated

# Without it one finish reason that is newer than the SDK would put a line on stderr for each answer.
warnings.filterwarnings("ignore", message=".* is not a valid ", category=UserWarning, module=r"google\.genai")


def client_of(api_key: str, settings: Placed) -> genai.Client:
    """This process's client. Whoever uses it must hold on to it: the SDK closes a client that nobody holds."""
    return _clients.of(api_key, settings)


def check_key(api_key: str, settings: Placed) -> None:
    """Ask about the model, which costs nothing. Raises ``ProviderError``."""
    client = client_of(api_key, settings)
    try:
        client.models.get(model=settings.model)
    except Exception as error:
        raise translated(error) from None


def _made(api_key: str, settings: Placed) -> genai.Client:
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


_clients = Clients(_made)
