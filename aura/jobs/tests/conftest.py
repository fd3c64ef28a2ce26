"""Fixtures of the job core's tests."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from redis import Redis

from aura.jobs import buffer
from aura.jobs.tests.kinds import ended


@pytest.fixture
def redis() -> Iterator[Redis]:
    """An empty Redis."""
    ended.clear()
    with closing(buffer.connect()) as found:
        found.flushall()
        yield found
