"""The stores for the time of one command: those of the running stack, or, where none runs, started and stopped again.

Several such commands may run at once: the first starts the stores, and stops them once the last has ended.
"""

import contextlib
import fcntl
import os
import subprocess
import time
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from pathlib import Path

import psutil

from aura import environment as env
from aura.embedded import database
from aura.embedded.home import DATABASE_GROUP, StackError, open_home, outside, read_stack, roles_are_given, update_stack
from aura.embedded.launch import SUPERVISOR, Ground, before_django, choose, try_lock
from aura.embedded.processes import STACK_MARK, end_leftovers, spawn, stop, wait_ready
from aura.embedded.stack import stores

COMMANDS = ("optimize",)
PATIENCE = 15.0
POLL = 0.05
USERS = "stores.users"


class Loan:
    """What a command has of the stores. ``ground`` is None where somebody else runs them; ``users`` is a descriptor."""

    def __init__(self, users: int, ground: Ground | None) -> None:
        self.users = users
        self.ground = ground


_loans: list[Loan] = []


def before_command(argv: Sequence[str]) -> None:
    """Called by manage.py ahead of Django for every command. Prints what is wrong and exits with 1."""
    if len(argv) < 2 or argv[1] not in COMMANDS:
        before_django(argv)
        return
    # What happens is told in words; the log would tear the bars apart.
    os.environ.setdefault("AURA_LOG_LEVEL", "CRITICAL")
    try:
        home = open_home()
        if not {"-h", "--help", "--version"} & set(argv) and (loan := borrow(home)):
            _loans.append(loan)
    except StackError as error:
        raise SystemExit(str(error)) from None
    except env.WrongSetting:
        # Django's start, which is next, names it together with all others.
        return


def borrow(home: Path, environ: MutableMapping[str, str] = os.environ) -> Loan | None:
    """Lay out stores where none run, so that settings find their addresses; None where the operator named all of them.

    Nothing is started yet: see :func:`running_stores`. Raises StackError.
    """
    # There is no web: no address of one is written down.
    given = {name: value for name, value in outside(environ).items() if name not in {"AURA_HOST", "AURA_PORT"}}
    own_postgres = not any(given.get(name, "").strip() for name in DATABASE_GROUP)
    own_valkey = not given.get("REDIS_URL", "").strip()
    roles_are_given(given)
    if not own_postgres and not own_valkey:
        return None
    # First this: where stores are being stopped it waits until they are.
    users = os.open(home / USERS, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(users, fcntl.LOCK_SH)
    lock = try_lock(home)
    if lock is None:
        _wait_for_owner(home)
        return Loan(users, None)
    end_leftovers(str(home))
    (home / "media").mkdir(mode=0o700, exist_ok=True)
    stack = choose(home, given, own_postgres, own_valkey, {})
    return Loan(users, Ground(home, lock, own_postgres, own_valkey, stack))


@contextlib.contextmanager
def running_stores(say: Callable[[str], None]) -> Iterator[bool]:
    """Have the stores answer, with the tables of this version in them; True where this command started them.

    ``say`` gets a line for each thing a person should know. Call it from the main thread, once, in a command that is
    named in ``COMMANDS``; anywhere else the stores are taken as they are. Raises StackError.
    """
    if not _loans:
        yield False
        return
    loan = _loans.pop()
    try:
        if loan.ground is None:
            database.prepare_database(say)
            yield False
        else:
            yield from _started(loan, loan.ground, say)
    finally:
        os.close(loan.users)


def _started(loan: Loan, ground: Ground, say: Callable[[str], None]) -> Iterator[bool]:
    with contextlib.ExitStack() as undo:
        undo.callback(os.close, ground.lock)
        undo.callback(update_stack, ground.home, pids={})
        for child in stores(ground, {STACK_MARK: str(ground.home)}):
            process = spawn(child, subprocess.DEVNULL)
            undo.callback(stop, child, process)
            wait_ready(child, process)
        undo.callback(_wait_for_others, loan.users, say)
        database.prepare_database(say)
        yield True


def _wait_for_others(users: int, say: Callable[[str], None]) -> None:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say("Another command uses the stores: they are stopped when it is finished.")
        fcntl.flock(users, fcntl.LOCK_EX)


def _wait_for_owner(home: Path) -> None:
    """Who holds the lock writes the addresses right after it; a stack that is just being tidied up ends instead."""
    limit = time.monotonic() + PATIENCE
    while not psutil.pid_exists(read_stack(home).pids.get(SUPERVISOR, 0) or -1):
        if time.monotonic() > limit:
            raise StackError(f"Something holds {home / 'supervisor.lock'} and is no running Aura. Try again.")
        time.sleep(POLL)
