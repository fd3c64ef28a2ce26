"""The web process: uvicorn on a socket that the supervisor holds. ``python -m aura.embedded.web DESCRIPTOR``.

Not ``uvicorn --fd``: it takes every descriptor for a Unix socket, and asyncio then leaves Nagle's algorithm on.
"""

import socket
import sys

import uvicorn

from aura.environment import flag


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
    )
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=descriptor)])


if __name__ == "__main__":
    main(int(sys.argv[1]))
