"""Starts the processes of the stack in order, starts again what dies, and stops all of it in reverse order."""

import dataclasses
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence

from aura.embedded.home import StackError
from aura.embedded.output import Output
from aura.embedded.processes import Child, kill_session, nothing, spawn

TICK = 0.05
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0
STEADY = 30.0


def pause_after(deaths: int) -> float:
    """Seconds to wait before a start after so many deaths in a row: 0.5, 1, 2, 4, 8, then 10."""
    return min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** (deaths - 1))


@dataclasses.dataclass
class Member:
    """One child and what became of it. ``due`` is the time of the next start, None while it runs or is finished."""

    child: Child
    process: subprocess.Popen[bytes] | None = None
    log: threading.Thread | None = None
    ready: bool = False
    began: float = 0.0
    deaths: int = 0
    due: float | None = None


class Supervisor:
    """Runs children until a signal, or until one that runs once ends the stack.

    ``prepare`` runs in this process between the stores and the rest, ``started`` once all are ready, and ``changed``
    gets the process ids by name after every start. Use it from the main thread: children die with the thread.
    """

    def __init__(
        self,
        children: Sequence[Child],
        output: Output,
        *,
        prepare: Callable[[], None] = nothing,
        started: Callable[[], None] = nothing,
        changed: Callable[[dict[str, int]], None] = lambda pids: None,
    ) -> None:
        self.members = [Member(child) for child in children]
        self.output = output
        self.prepare = prepare
        self.started = started
        self.changed = changed
        self.code: int | None = None
        self.signals = 0
        self.starting: Member | None = None

    def run(self) -> int:
        """Start, watch and stop the stack; returns its exit code (0 after a signal, 1 where it could not start)."""
        handled = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = {number: signal.signal(number, self._on_signal) for number in handled}
        try:
            self._start_all()
            while self.code is None:
                self._watch()
                time.sleep(TICK)
        except StackError as error:
            self.output.say(f"Aura stops: {error}")
            self.code = 1
        finally:
            self._stop_all()
            for number, handler in before.items():
                signal.signal(number, handler)
        return self.code

    def _on_signal(self, number: int, _frame: object) -> None:
        """The first signal stops the stack in good order, the second one at once."""
        self.signals += 1
        if self.code is None:
            self.code = 0

    def _start_all(self) -> None:
        stores = [member for member in self.members if member.child.store]
        others = [member for member in self.members if not member.child.store]
        for member in stores:
            self._first_start(member)
        if self.code is None:
            self.prepare()
        for member in others:
            self._first_start(member)
        if self.code is None:
            self.started()

    def _first_start(self, member: Member) -> None:
        """Start a child and wait until it is ready; what fails here will fail again, so it stops the stack."""
        if self.code is not None:
            return
        self.starting = member
        self._start(member)
        while self.code is None and not member.ready:
            self._watch()
            time.sleep(TICK / 5)
        self.starting = None

    def _start(self, member: Member) -> None:
        member.due, member.ready, member.began = None, False, time.monotonic()
        member.process = spawn(member.child, subprocess.PIPE)
        if member.process.stdout:
            member.log = self.output.follow(member.child.name, member.process.stdout, plain=member.child.plain)
        self.changed({each.child.name: each.process.pid for each in self.members if each.process})

    def _watch(self) -> None:
        for member in self.members:
            if member.process is None:
                self._start_if_due(member)
            elif member.process.poll() is not None:
                self._died(member, member.process)
            elif not member.ready:
                self._check(member, member.process)
            elif member.deaths and time.monotonic() > member.began + STEADY:
                member.deaths = 0

    def _start_if_due(self, member: Member) -> None:
        if member.due is None or time.monotonic() < member.due:
            return
        try:
            self._start(member)
        except StackError as error:
            self._plan(member, str(error))

    def _check(self, member: Member, process: subprocess.Popen[bytes]) -> None:
        if member.child.ready():
            member.ready = True
            self._after(member)
        elif time.monotonic() > member.began + member.child.start_seconds:
            self.output.line(member.child.name, f"did not answer within {member.child.start_seconds:g} s")
            process.kill()
            process.wait()

    def _after(self, member: Member) -> None:
        try:
            member.child.after()
        except StackError as error:
            if member is self.starting:
                raise
            self.output.line(member.child.name, str(error))

    def _died(self, member: Member, process: subprocess.Popen[bytes]) -> None:
        kill_session(process.pid)
        if member.log:
            member.log.join(1)
        member.process = None
        if member.child.finish:
            code = member.child.finish(process.returncode)
            self.code = code if self.code is None else self.code
            member.ready = True
        elif member is self.starting:
            raise StackError(f"{member.child.name} {self._ending(process)} while starting; its lines above say why.")
        else:
            self._plan(member, self._ending(process))

    def _plan(self, member: Member, words: str) -> None:
        member.deaths += 1
        pause = pause_after(member.deaths)
        member.due = time.monotonic() + pause
        self.output.line(member.child.name, f"{words}; starts again in {pause:g} s")

    @staticmethod
    def _ending(process: subprocess.Popen[bytes]) -> str:
        code = process.returncode
        return f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"

    def _stop_all(self) -> None:
        """Web, workers and the like together, last started first; then the stores one after the other."""
        self.output.say("Stopping …")
        backwards = self.members[::-1]
        self._stop([member for member in backwards if not member.child.store])
        for member in backwards:
            if member.child.store:
                self._stop([member])
        self.output.say("Stopped.")

    def _stop(self, members: Sequence[Member]) -> None:
        began, patient = time.monotonic(), self.signals
        running = [(member.child, member.process) for member in members if member.process]
        for child, process in running:
            if process.poll() is None:
                process.send_signal(child.stop_signal)
        for child, process in running:
            while process.poll() is None:
                if time.monotonic() > began + child.stop_seconds or self.signals > max(1, patient):
                    self.output.line(child.name, "was killed: it did not stop in time")
                    process.kill()
                    process.wait()
                time.sleep(TICK / 5)
            kill_session(process.pid)
