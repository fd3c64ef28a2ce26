"""A receiver on this machine, and helpers that read rows as they are now."""

from collections.abc import Iterator
from typing import Any

import pytest

from aura.providers.tests.servers import CountingServer, running, status


@pytest.fixture
def receiver(settings: Any) -> Iterator[CountingServer]:
    """A program that takes events at ``/hook``; this machine is allowed as a target."""
    settings.AURA_ALLOW_LOOPBACK = True
    with running() as server:
        server.answers["/hook"] = status(200, b"ok")
        yield server
