"""The real web process on the test database: uvicorn with HTTP and sockets, unlike Django's live server."""

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from urllib.parse import urlsplit, urlunsplit

import pytest

from aura.embedded.processes import Child, spawn, stop, wait_ready
from aura.embedded.stack import is_healthy
from aura.testing.fixtures import TEST_DATABASE


def environment_of_tests() -> dict[str, str]:
    """The environment of a process that works on the test database."""
    database = urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{TEST_DATABASE}"))
    return {**os.environ, "DATABASE_URL": database}


@pytest.fixture(scope="session")
def site(django_db_setup: None) -> Iterator[str]:
    """The address of a web process, ``http://127.0.0.1:…``. It sees what tests commit."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        port = listening.getsockname()[1]
        child = Child(
            name="site",
            argv=[sys.executable, "-m", "aura.embedded.web", str(listening.fileno())],
            environ={
                **environment_of_tests(),
                "AURA_WEB_PROCESS": "1",
                "AURA_PORT": str(port),
                "AURA_LIVE_HEARTBEAT": "1",
            },
            ready=partial(is_healthy, "127.0.0.1", port, "127.0.0.1"),
            pass_fds=(listening.fileno(),),
            stop_seconds=8,
        )
        process = spawn(child)
        try:
            wait_ready(child, process)
            yield f"http://127.0.0.1:{port}"
        finally:
            stop(child, process)
