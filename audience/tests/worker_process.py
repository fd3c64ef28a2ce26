"""A worker as a process of its own, on the stores of the test that starts it: it can be killed for good.

A fork of the test process would share its sockets with it, so this one starts anew.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil
from django.db import connection

from audience.tests.killable_worker import DATABASE, PAGE
from aura.embedded.home import BASE
from aura.jobs.buffer import connect
from aura.jobs.dispatcher import Dispatcher
from aura.jobs.models import Job, State
from aura.tenancy.scope import staff_scope
from aura.testing.drain import make_due
from aura.testing.simulators.apify.service import TOKEN
from aura.testing.simulators.gemini.service import KEY

PATIENCE = 60.0


class WorkerProcess:
    """``with WorkerProcess(media, apify.url, gemini.url) as worker`` … it is ended at the end in any case."""

    def __init__(
        self,
        media: Path,
        apify: str,
        gemini: str,
        more: Mapping[str, str] | None = None,
        *,
        page: int = 40,
        batch: int = 40,
    ) -> None:
        self._environ = os.environ | {
            DATABASE: str(connection.settings_dict["NAME"]),
            PAGE: str(page),
            "AURA_MEDIA": str(media),
            "AURA_LOG_LEVEL": "ERROR",
            "AURA_CLASSIFY_BATCH": str(batch),
            "APIFY_API_BASE_URL": apify,
            "APIFY_TOKEN": TOKEN,
            "GOOGLE_GEMINI_BASE_URL": gemini,
            "GEMINI_API_KEY": KEY,
            "AURA_GEMINI_PROFILES": "8",
            "AURA_GEMINI_IN_FLIGHT": "4",
            **(more or {}),
        }

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "audience.tests.killable_worker"]
        self._process = subprocess.Popen(command, env=self._environ, cwd=BASE, start_new_session=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    def kill(self) -> None:
        """kill -9 of the worker; the process in which its job runs goes with it."""
        horses = self.horses()
        self._process.kill()
        self._process.wait()
        psutil.wait_procs(horses, timeout=10)
        assert not any(horse.is_running() for horse in horses)

    def kill_horse(self) -> None:
        """kill -9 of the process in which the job runs, as the kernel does that is short of memory."""
        horse = next(iter(self.horses()), None)
        if horse is None:
            return
        horse.kill()
        psutil.wait_procs([horse], timeout=10)

    def horses(self) -> list[psutil.Process]:
        """The process in which a job runs, if one does."""
        return list(psutil.Process(self._process.pid).children()) if self._process.poll() is None else []

    def work_until(self, there: Callable[[], bool]) -> None:
        """Hand it what is due until ``there()``; nobody waits for the time of a next look or try."""
        ends = time.monotonic() + PATIENCE
        with closing(connect()) as redis:
            dispatcher = Dispatcher(redis)
            while not there():
                assert self._process.poll() is None, "the worker has ended"
                assert time.monotonic() < ends, "the worker did not come that far"
                make_due()
                dispatcher.tick()
                time.sleep(0.02)


def let_time_pass() -> None:
    """Let the time pass after which a dead worker's jobs are taken back, and its places at the gate are free."""
    with staff_scope("test"):
        Job.objects.filter(state=State.RUNNING).update(lease_until="2000-01-01T00:00:00Z")
    with closing(connect()) as redis:
        for key in redis.scan_iter("aura:gate:slots:*"):
            redis.delete(key)
        Dispatcher(redis).tick()


def forget_queue() -> None:
    """Hand over anew what waits in Redis, as the dispatcher does after a loss: clearing the cache clears the queue."""
    with staff_scope("test"):
        Job.objects.filter(state=State.QUEUED).update(state=State.PENDING, queued_at=None)
