"""A PostgreSQL and a Valkey of a chaos run: durable, so that what was committed must survive a crash."""

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from aura.embedded import postgres, valkey
from aura.embedded.home import BASE
from aura.embedded.ports import free_port
from aura.embedded.private import private_environment, without_stack
from aura.embedded.processes import Child, spawn, stop, wait_ready
from aura.embedded.roles import prepare

SETTINGS = {"DJANGO_SETTINGS_MODULE": "aura.testing.chaos.settings", "AURA_LOG_LEVEL": "ERROR"}


class Server:
    """A child process that can be crashed and started again."""

    def __init__(self, child: Child) -> None:
        self._child = child
        self._process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        process = spawn(self._child, subprocess.DEVNULL)
        wait_ready(self._child, process)
        return process

    def crash(self) -> None:
        """PostgreSQL's immediate stop, then a start that recovers from the log."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(30)
        self._process = self._start()

    def stop(self) -> None:
        """Stop it for good."""
        stop(self._child, self._process)


@contextlib.contextmanager
def durable_stores() -> Iterator[tuple[Server, dict[str, str]]]:
    """Both servers with a migrated database, and the environment that leads to them."""
    folder = Path(tempfile.mkdtemp(prefix="aura-chaos-"))
    folder.chmod(0o711)
    with contextlib.ExitStack() as undo:
        undo.callback(shutil.rmtree, folder, ignore_errors=True)
        password, secret = secrets.token_hex(16), secrets.token_urlsafe(48)
        port, redis_port, data = free_port(), free_port(), folder / "postgres"
        redis = Server(valkey.child(folder / "valkey", redis_port, password, throwaway=True))
        undo.callback(redis.stop)
        postgres.initialise(data, password, throwaway=True)
        database = Server(postgres.child(data, port, password))
        undo.callback(database.stop)
        url = postgres.url(port, password)
        prepare(url, secret)
        (folder / "home").mkdir(mode=0o700)
        stores = private_environment(folder, url, valkey.url(redis_port, password), secret)
        environ = without_stack(os.environ) | stores | SETTINGS
        run_manage(environ, "migrate", "--database=owner", "--verbosity=0").check_returncode()
        yield database, environ


def run_manage(environ: Mapping[str, str], *words: str) -> subprocess.CompletedProcess[bytes]:
    """Run a management command to its end."""
    return subprocess.run([sys.executable, "manage.py", *words], env=environ, cwd=BASE, check=False)
