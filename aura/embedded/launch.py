"""What is decided before Django reads its settings: the home and its lock, the ports, which servers run embedded."""

import contextlib
import dataclasses
import errno
import fcntl
import os
import secrets
import socket
import sys
import time
from collections.abc import Mapping, MutableMapping, Sequence
from pathlib import Path

import psutil

from aura import environment as env
from aura.embedded import postgres, valkey
from aura.embedded.home import (
    DATABASE_GROUP,
    GROUPS,
    Stack,
    StackError,
    load_environment,
    open_home,
    outside,
    read_stack,
    roles_are_given,
    update_stack,
)
from aura.embedded.ports import free_port, listening_socket
from aura.embedded.processes import end_leftovers

COMMANDS = ("up", "demo")
SUPERVISOR = "supervisor"
TIDY_SECONDS = 15.0


@dataclasses.dataclass(frozen=True)
class Ground:
    """Laid-out stores. ``lock`` is the descriptor whose flock keeps a second instance off."""

    home: Path
    lock: int
    embeds_postgres: bool
    embeds_valkey: bool
    stack: Stack


@dataclasses.dataclass(frozen=True)
class Launch(Ground):
    """A laid-out stack. ``web`` listens already."""

    web: socket.socket
    host: str
    port: int


_launches: list[Launch] = []


def before_django(argv: Sequence[str]) -> None:
    """Called by manage.py ahead of Django. Prints what is wrong and exits with 1 where the stack cannot start."""
    if len(argv) < 2 or argv[1] not in COMMANDS:
        return
    try:
        if {"-h", "--help", "--version"} & set(argv):
            open_home()
        else:
            _launches.append(lay_out())
    except StackError as error:
        sys.exit(str(error))
    except env.WrongSetting:
        # Django's start, which is next, names it together with all others.
        return


def launched() -> Launch:
    """The stack that :func:`before_django` laid out. Raises StackError where Django was started another way."""
    if not _launches:
        raise StackError("Start the stack as `python manage.py up`.")
    return _launches[-1]


def lay_out(environ: MutableMapping[str, str] = os.environ) -> Launch:
    """Take the home's lock, end what an earlier run left, choose ports, and write all of it to stack.json and environ.

    Raises StackError where the home is in use or the web's port is taken.
    """
    home = open_home(environ)
    with contextlib.ExitStack() as undo:
        lock = take_lock(home)
        undo.callback(os.close, lock)
        launch = _lay_out(home, lock, environ)
        undo.pop_all()
    return launch


def _lay_out(home: Path, lock: int, environ: MutableMapping[str, str]) -> Launch:
    end_leftovers(str(home))
    for folder in ("static", "media"):
        (home / folder).mkdir(mode=0o700, exist_ok=True)
    given = outside(environ)
    host = env.text("AURA_HOST", "127.0.0.1", given)
    port = env.number("AURA_PORT", 8000, low=1, high=65535, environ=given)
    web = _listen(host, port)
    roles_are_given(given)
    embeds_postgres = not any(given.get(name, "").strip() for name in DATABASE_GROUP)
    embeds_valkey = not given.get("REDIS_URL", "").strip()
    stack = choose(home, given, embeds_postgres, embeds_valkey, {"AURA_HOST": host, "AURA_PORT": str(port)})
    environ["AURA_HOME"] = str(home)
    load_environment(environ)
    return Launch(home, lock, embeds_postgres, embeds_valkey, stack, web, host, port)


def choose(home: Path, given: Mapping[str, str], own_postgres: bool, own_valkey: bool, web: dict[str, str]) -> Stack:
    """Choose ports and passwords of the stores and write them, and what the operator gave, to stack.json."""
    known = read_stack(home)
    names = [name for group in GROUPS for name in group]
    environment = {name: given[name].strip() for name in names if given.get(name, "").strip()} | web
    environment.setdefault("AURA_SECRET_KEY", known.environment["AURA_SECRET_KEY"])
    changes: dict[str, object] = {"pids": {SUPERVISOR: os.getpid()}}
    if own_postgres:
        port, password = free_port(known.postgres_port), known.postgres_password or secrets.token_hex(16)
        environment["DATABASE_URL"] = postgres.url(port, password)
        changes |= {"postgres_port": port, "postgres_password": password}
    if own_valkey:
        port, password = free_port(known.valkey_port), known.valkey_password or secrets.token_hex(16)
        environment["REDIS_URL"] = valkey.url(port, password)
        changes |= {"valkey_port": port, "valkey_password": password}
    return update_stack(home, environment=environment, **changes)


def take_lock(home: Path) -> int:
    """Lock the home for this process and its guard; returns the open descriptor.

    Waits while the guard of a killed supervisor tidies up. Raises StackError where another supervisor runs.
    """
    limit = time.monotonic() + TIDY_SECONDS
    while (lock := try_lock(home)) is None:
        running = read_stack(home)
        pid = running.pids.get(SUPERVISOR, 0)
        if psutil.pid_exists(pid) or time.monotonic() > limit:
            port = running.environment.get("AURA_PORT", "")
            if not port:
                raise StackError(f"A command uses the stores in {home} (process {pid}). Start again when it is done.")
            raise StackError(
                f"Aura already runs in {home} (process {pid}, port {port}). "
                "Stop it first, or set AURA_HOME and AURA_PORT to start a second one."
            )
        time.sleep(0.05)
    return lock


def try_lock(home: Path) -> int | None:
    """Lock the home for this process; the open descriptor, or None where another one holds it."""
    lock = os.open(home / "supervisor.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock


def _listen(host: str, port: int) -> socket.socket:
    """Listen before anything else runs: requests wait in the backlog while the web starts or starts again."""
    try:
        web = listening_socket(host, port)
        web.listen(1024)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise StackError(
                f"Port {port} on {host} is in use by another program. Choose another one: AURA_PORT={port + 1}"
            ) from None
        raise StackError(f"Cannot listen on {host}:{port} ({error.strerror}). Set AURA_HOST and AURA_PORT.") from None
    return web
