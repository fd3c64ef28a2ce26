"""The processes of a chaos run, and who is killed next."""

import contextlib
import random
import subprocess
import sys
from collections.abc import Mapping

import psutil

from aura.embedded.home import BASE

WORKERS = (("work", "bulk"), ("work", "bulk"), ("work", "realtime"))
ROLES = (*WORKERS, ("dispatch",))


class Crew:
    """``manage.py work`` and ``dispatch`` as real processes; whoever is dead is replaced by :meth:`look_after`."""

    def __init__(self, environ: Mapping[str, str], chance: random.Random) -> None:
        self._environ = environ
        self._chance = chance
        self._running = {n: self._start(role) for n, role in enumerate(ROLES)}

    def _start(self, role: tuple[str, ...]) -> subprocess.Popen[bytes]:
        command = [sys.executable, "manage.py", *role]
        return subprocess.Popen(command, env=self._environ, cwd=BASE, start_new_session=True)

    def look_after(self) -> None:
        """Start again what has ended."""
        for n, process in self._running.items():
            if process.poll() is not None:
                self._running[n] = self._start(ROLES[n])

    def kill_one(self) -> str:
        """kill -9 of a horse (the process in which a bulk job runs) where there is one, else of a worker."""
        horses = self._horses()
        if horses and self._chance.random() < 0.5:
            # It may end by itself a moment before.
            with contextlib.suppress(psutil.NoSuchProcess):
                self._chance.choice(horses).kill()
                return "horse"
        return self._kill(self._chance.randrange(len(WORKERS)))

    def kill_dispatcher(self) -> str:
        """kill -9 of the dispatcher."""
        return self._kill(len(WORKERS))

    def _kill(self, n: int) -> str:
        self._running[n].kill()
        self._running[n].wait()
        return f"{' '.join(ROLES[n])}"

    def _horses(self) -> list[psutil.Process]:
        found = []
        for process in self._running.values():
            try:
                found += psutil.Process(process.pid).children()
            except psutil.NoSuchProcess:
                continue
        return found

    def stop(self) -> None:
        """End every process, first politely."""
        for process in self._running.values():
            process.terminate()
        for process in self._running.values():
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
