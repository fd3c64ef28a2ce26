"""The web process: uvicorn on a socket that the supervisor holds. ``python -m aura.embedded.web DESCRIPTOR``.

Not ``uvicorn --fd``: it takes every descriptor for a Unix socket, and asyncio then leaves Nagle's algorithm on.
"""

import contextlib
import socket
import sys

import uvicorn

from aura.environment import flag

MAX_MESSAGE = 4096
DEAF_SECONDS = 120


def main(descriptor: int) -> None:
    """Serve ``aura.asgi`` until SIGTERM; a request under way has five seconds to end."""
    config = uvicorn.Config(
        "aura.asgi:application",
        access_log=False,
        log_config=None,
        lifespan="off",
        server_header=False,
        proxy_headers=flag("AURA_BEHIND_PROXY"),
        timeout_graceful_shutdown=5,
        ws_max_size=MAX_MESSAGE,
        ws_per_message_deflate=False,
    )
    listening = socket.socket(fileno=descriptor)
    # What it accepts inherits this: a client that takes nothing any more does not hold its buffers for ever.
    with contextlib.suppress(AttributeError, OSError):
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, DEAF_SECONDS * 1000)
    uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main(int(sys.argv[1]))
