"""Throwaway stores for tests, gates and benchmarks: a PostgreSQL and a Valkey of one's own, gone at the end.

``python -m aura.embedded.private -- COMMAND …`` runs a command with them and ends with its exit code.
"""

import contextlib
import dataclasses
import fcntl
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

from aura.embedded import postgres, valkey
from aura.embedded.home import FILLED, GROUPS, StackError
from aura.embedded.ports import free_port
from aura.embedded.processes import Child, spawn, stop, wait_ready
from aura.embedded.roles import prepare

PREFIX = "aura-private-"
AS_IN_USE = "AURA_TEST_DURABLE"
"""Set to 1, PostgreSQL runs with the memory and the durability of the stack, as measurements want it."""


@dataclasses.dataclass(frozen=True)
class Private:
    """Running throwaway stores: their folder and the environment that leads every process to them."""

    folder: Path
    environ: dict[str, str]


@contextlib.contextmanager
def private_stores() -> Iterator[Private]:
    """Start both servers in a temporary folder, make the three roles, and stop and delete all of it at the end.

    New databases inherit extensions and default rights, and the owner role may create them (as a test runner does).
    A killed process leaves no server (they die with it); its folder goes when the next one starts.
    """
    _sweep()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    with (folder / "lock").open("w") as lock, contextlib.ExitStack() as undo:
        fcntl.flock(lock, fcntl.LOCK_EX)
        undo.callback(shutil.rmtree, folder, ignore_errors=True)
        yield Private(folder, _start(folder, undo))


def private_environment(folder: Path, database_url: str, redis_url: str, secret: str) -> dict[str, str]:
    """The variables that lead a process to these stores and to nothing of a stack that runs beside."""
    return {
        "AURA_HOME": str(folder / "home"),
        "AURA_SECRET_KEY": secret,
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
    }


def without_stack(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment without any variable that points at a stack."""
    named = {FILLED, "AURA_HOME", *(name for group in GROUPS for name in group)}
    return {name: value for name, value in environ.items() if name not in named}


def _start(folder: Path, undo: contextlib.ExitStack) -> dict[str, str]:
    password, secret = secrets.token_hex(16), secrets.token_urlsafe(48)
    port, data = free_port(), folder / "postgres"
    redis_port = free_port()
    _run(valkey.child(folder / "valkey", redis_port, password, throwaway=True), undo)
    postgres.initialise(data, password, throwaway=True)
    _run(postgres.child(data, port, password, throwaway=os.environ.get(AS_IN_USE) != "1"), undo)
    url = postgres.url(port, password)
    template = urlunsplit(urlsplit(url)._replace(path="/template1"))
    prepare(template, secret, owner_creates_databases=True)
    prepare(url, secret)
    # Otherwise only its owner could copy it, and a test runner makes its database as a copy of this one.
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {postgres.DATABASE} IS_TEMPLATE true")
    (folder / "home").mkdir(mode=0o700)
    return private_environment(folder, url, valkey.url(redis_port, password), secret)


def _run(child: Child, undo: contextlib.ExitStack) -> None:
    process = spawn(child, subprocess.DEVNULL)
    undo.callback(stop, child, process)
    wait_ready(child, process)


def _sweep() -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        if folder.stat().st_uid != os.geteuid():
            continue
        try:
            with (folder / "lock").open() as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue


def _run_command(command: Sequence[str]) -> int:
    with private_stores() as stores:
        environ = without_stack(os.environ) | stores.environ
        with subprocess.Popen(command, env=environ) as process:
            try:
                return process.wait()
            except BaseException:
                process.terminate()
                raise


def _exit_on_signal(number: int, _frame: object) -> None:
    sys.exit(128 + number)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _exit_on_signal)
    try:
        sys.exit(_run_command(sys.argv[2:] if sys.argv[1:2] == ["--"] else sys.argv[1:]))
    except StackError as error:
        sys.exit(str(error))
