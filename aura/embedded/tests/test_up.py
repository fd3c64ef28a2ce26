"""The whole stack for real: ``manage.py up`` is killed piece by piece and comes back with all its data."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
from redis import Redis

from aura.embedded.home import BASE
from aura.embedded.ports import free_port
from aura.embedded.private import without_stack
from aura.embedded.processes import end_leftovers, left_behind

pytestmark = pytest.mark.chaos


class Up:
    """One ``manage.py up`` in a home of its own."""

    def __init__(self, home: Path) -> None:
        self.home, self.port = home, free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.log = home.with_suffix(".log")

    def start(self) -> float:
        """Start it and return the seconds until ``/healthz`` answered 200."""
        environ = without_stack(os.environ) | {"AURA_HOME": str(self.home), "AURA_PORT": str(self.port)}
        began = time.monotonic()
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up"], cwd=BASE, env=environ, stdout=log, stderr=log
            )
        wait_for(lambda: self.healthy() or self.process and self.process.poll() is not None, 90)
        seconds = time.monotonic() - began
        wait_for(lambda: "Aura is ready" in self.log.read_text() and len(self.pids()) >= 9, 30)
        return seconds

    def healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def pids(self) -> dict[str, int]:
        pids: dict[str, int] = json.loads((self.home / "stack.json").read_text())["pids"]
        return pids

    def environment(self, name: str) -> str:
        return str(json.loads((self.home / "stack.json").read_text())["environment"][name])

    def end(self, number: signal.Signals) -> int:
        assert self.process
        self.process.send_signal(number)
        return self.process.wait(60)


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    stack = Up(tmp_path / "home")
    yield stack
    if stack.process and stack.process.poll() is None:
        stack.process.kill()
        stack.process.wait()
    end_leftovers(str(stack.home))


def wait_for(condition: Callable[[], object], seconds: float) -> None:
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "it did not happen in time"
        time.sleep(0.05)


def test_every_process_that_is_killed_comes_back_and_a_killed_supervisor_leaves_nothing_but_its_data(up: Up) -> None:
    up.start()
    Redis.from_url(up.environment("REDIS_URL")).set("kept", "yes")
    with psycopg.connect(up.environment("DATABASE_URL"), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('yes')")
    time.sleep(1.1)  # appendfsync everysec
    before = up.pids()
    for name in before.keys() - {"supervisor"}:
        psutil.Process(before[name]).kill()
    changed = before.keys() - {"supervisor"}
    wait_for(lambda: all(up.pids().get(name, before[name]) != before[name] for name in changed), 60)
    wait_for(up.healthy, 60)
    up.end(signal.SIGKILL)
    wait_for(lambda: not left_behind(str(up.home)), 10)
    up.start()
    with psycopg.connect(up.environment("DATABASE_URL")) as connection:
        assert connection.execute("SELECT word FROM kept").fetchall() == [("yes",)]
    assert Redis.from_url(up.environment("REDIS_URL")).get("kept") == b"yes"
    assert up.end(signal.SIGTERM) == 0
    assert not left_behind(str(up.home))


def test_two_stacks_run_side_by_side(up: Up, tmp_path: Path) -> None:
    other = Up(tmp_path / "other")
    try:
        up.start()
        other.start()
        assert up.environment("DATABASE_URL") != other.environment("DATABASE_URL")
        assert up.healthy()
        assert other.end(signal.SIGINT) == 0
        assert up.healthy()
    finally:
        end_leftovers(str(other.home))
