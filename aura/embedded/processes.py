"""Child processes that never outlive their parent, each leading a session of its own."""

import ctypes
import dataclasses
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence

import psutil

from aura.embedded.home import BASE, StackError

PR_SET_PDEATHSIG = 1
STACK_MARK = "AURA_STACK"
POLL = 0.01
# A process may fork while the others are being ended.
ROUNDS = 5

libc = ctypes.CDLL(None, use_errno=True)


def nothing() -> None:
    """The default of a hook."""


def at_once() -> bool:
    """The default of ``ready``: a process counts as started when it runs."""
    return True


@dataclasses.dataclass(frozen=True)
class Child:
    """One process of the stack and how to start, check and stop it. Times are seconds.

    ``before`` runs in the parent ahead of every start and ``after`` once ``ready`` first answers True; ``privileges``
    runs in the child between fork and exec. ``death_signal`` is what the child gets when its parent dies; None where
    it lives on. ``store`` marks what the rest stands on: started first, stopped last. ``finish`` marks a process that
    runs once: it is given the exit code and returns the one to stop the stack with, or None to go on without it.
    ``plain`` prints its lines as they are, without its name in front.
    """

    name: str
    argv: Sequence[str]
    environ: Mapping[str, str]
    ready: Callable[[], bool] = at_once
    before: Callable[[], None] = nothing
    after: Callable[[], None] = nothing
    privileges: Callable[[], None] | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals | None = signal.SIGKILL
    start_seconds: float = 60
    stop_seconds: float = 5
    store: bool = False
    finish: Callable[[int], int | None] | None = None
    pass_fds: tuple[int, ...] = ()
    plain: bool = False


def die_with_parent(parent: int, number: int = signal.SIGKILL) -> None:
    """Ask the kernel for a signal when the thread that started this process ends; call it first in a new process.

    ``parent`` is the process id of the parent before the fork. Only Linux knows this (prctl(2), PR_SET_PDEATHSIG).
    """
    if sys.platform != "linux":
        return
    libc.prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def spawn(child: Child, stdout: int | None = None) -> subprocess.Popen[bytes]:
    """Start the child; its error output goes where its output goes.

    Call it from the main thread: the death signal is sent when the *thread* that forked ends.
    Raises StackError where the program cannot be run.
    """
    child.before()
    parent = os.getpid()

    def prepare() -> None:
        if child.privileges:
            child.privileges()
        # Last, because a change of user clears it.
        if child.death_signal:
            die_with_parent(parent, child.death_signal)

    try:
        return subprocess.Popen(
            child.argv,
            env=dict(child.environ),
            cwd=BASE,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.STDOUT if stdout is not None else None,
            start_new_session=True,
            preexec_fn=prepare,
            pass_fds=child.pass_fds,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise StackError(f"Cannot start {child.name}: {error}") from error


def wait_ready(child: Child, process: subprocess.Popen[bytes]) -> None:
    """Block until the child is ready and ``after`` has run. Raises StackError where it ends or takes too long."""
    limit = time.monotonic() + child.start_seconds
    while not child.ready():
        if process.poll() is not None:
            raise StackError(f"{child.name} stopped at once (exit code {process.returncode}).")
        if time.monotonic() > limit:
            raise StackError(f"{child.name} did not answer within {child.start_seconds:g} s.")
        time.sleep(POLL)
    child.after()


def stop(child: Child, process: subprocess.Popen[bytes]) -> None:
    """Stop the child by its signal, after ``stop_seconds`` by SIGKILL, with everything left in its session."""
    if process.poll() is None:
        process.send_signal(child.stop_signal)
        try:
            process.wait(child.stop_seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    kill_session(process.pid)


def kill_session(leader: int) -> None:
    """Kill what a dead leader left in its session (a worker's forked horse, for instance)."""
    for pid in psutil.pids():
        try:
            if pid != leader and os.getsid(pid) == leader:
                os.kill(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            continue


def left_behind(mark: str) -> list[psutil.Process]:
    """Processes of an earlier stack with this mark (the home's path) whose supervisor is gone."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and process.environ().get(STACK_MARK) == mark:
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def end(processes: Iterable[psutil.Process], first: signal.Signals, seconds: float) -> None:
    """Send a signal to processes that are not our children, wait, then kill what is left."""
    waiting = list(processes)
    for number in (first, signal.SIGKILL):
        for process in waiting:
            try:
                process.send_signal(number)
            except psutil.Error:
                continue
        waiting = psutil.wait_procs(waiting, timeout=seconds)[1]
        if not waiting:
            return


def end_leftovers(mark: str) -> None:
    """End every process of an earlier stack with this mark: PostgreSQL by its immediate stop, the rest by SIGKILL."""
    for _ in range(ROUNDS):
        found = left_behind(mark)
        if not found:
            return
        servers = [process for process in found if is_named(process, "postgres")]
        end([process for process in found if process not in servers], signal.SIGKILL, 5)
        end(servers, signal.SIGQUIT, 5)


def is_named(process: psutil.Process, start: str) -> bool:
    """True where the program's name starts so; False for a process that is gone or is not ours to see."""
    try:
        return bool(process.name().startswith(start))
    except psutil.Error:
        return False
