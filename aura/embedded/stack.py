"""The processes of Aura and the order in which they start; the command line behind ``manage.py up`` and ``demo``."""

import contextlib
import dataclasses
import http.client
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from aura.embedded import postgres, valkey
from aura.embedded.database import prepare_database
from aura.embedded.home import StackError, update_stack
from aura.embedded.launch import SUPERVISOR, Ground, Launch
from aura.embedded.output import Output
from aura.embedded.processes import STACK_MARK, Child
from aura.embedded.supervisor import Supervisor
from aura.environment import number

EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104
# A worker that is ended while it works loses nothing: its lease runs out and the job starts again.
WORKER_PATIENCE = 10.0


def manage(*words: str) -> list[str]:
    """The argv of a management command of this installation."""
    return [sys.executable, "manage.py", *words]


def address(launch: Launch) -> str:
    """The web's address as this machine reaches it, ``http://127.0.0.1:8000/``."""
    host = EVERY_ADDRESS.get(launch.host, launch.host)
    return f"http://{f'[{host}]' if ':' in host else host}:{launch.port}/"


def is_healthy(host: str, port: int, named: str) -> bool:
    """True where ``/healthz`` answers 200 or sends us to https within two seconds; ``named`` is the Host header."""
    connection = http.client.HTTPConnection(EVERY_ADDRESS.get(host, host), port, timeout=2)
    try:
        connection.request("GET", "/healthz", headers={"Host": named})
        return connection.getresponse().status in {200, 301}
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def stores(launch: Ground, mark: Mapping[str, str]) -> list[Child]:
    """The servers that run embedded, ``mark`` in their environment.

    Raises StackError where the data folder is of another PostgreSQL version.
    """
    found = []
    if launch.embeds_valkey:
        found.append(valkey.child(launch.home / "valkey", launch.stack.valkey_port, launch.stack.valkey_password))
    if launch.embeds_postgres:
        data, password = launch.home / "postgres", launch.stack.postgres_password
        postgres.initialise(data, password)
        found.append(postgres.child(data, launch.stack.postgres_port, password))
    return [dataclasses.replace(each, environ={**each.environ, **mark}) for each in found]


def web(launch: Launch, environ: Mapping[str, str], named: str) -> Child:
    """The web server on the socket that the supervisor holds."""
    descriptor = launch.web.fileno()
    return Child(
        name="web",
        argv=[sys.executable, "-m", "aura.embedded.web", str(descriptor)],
        environ={**environ, "AURA_WEB_PROCESS": "1"},
        ready=partial(is_healthy, launch.host, launch.port, named),
        pass_fds=(descriptor,),
        stop_seconds=8,
    )


def workers(environ: Mapping[str, str]) -> list[Child]:
    """The workers of both lanes, the dispatcher and the clock."""
    found = []
    for lane in ("realtime", "bulk"):
        count = number(f"AURA_{lane.upper()}_WORKERS", 1, low=1, high=64, environ=environ)
        for index in range(count):
            name = f"worker-{lane}" + (f"-{index + 1}" if count > 1 else "")
            found.append(Child(name=name, argv=manage("work", lane), environ=environ, stop_seconds=WORKER_PATIENCE))
    found.append(Child(name="dispatcher", argv=manage("dispatch"), environ=environ))
    found.append(Child(name="scheduler", argv=manage("schedule"), environ=environ))
    return found


def guard(launch: Launch, pipe: int, environ: Mapping[str, str]) -> Child:
    """The process that tidies up after a supervisor that was killed; it shares the home's lock."""
    return Child(
        name="guard",
        argv=[sys.executable, "-m", "aura.embedded.guard", str(pipe), str(launch.home)],
        environ=environ,
        pass_fds=(pipe, launch.lock),
        death_signal=None,
        store=True,
    )


def run(launch: Launch, allowed_hosts: Sequence[str], last: Callable[[Mapping[str, str]], list[Child]]) -> int:
    """Run the whole stack until it is stopped; returns the exit code. ``last`` gives children that start at the end."""
    mark = {STACK_MARK: str(launch.home)}
    environ = {"AURA_LOG_JSON": "0"} | os.environ | mark | {"PYTHONUNBUFFERED": "1"}
    named = next((host for host in allowed_hosts if not host.startswith((".", "*"))), "127.0.0.1")
    # Never written to: its end tells the guard that this process is gone.
    reading, _writing = os.pipe()
    try:
        servers = stores(launch, mark)
    except StackError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    children = [
        guard(launch, reading, environ),
        *servers,
        web(launch, environ, named),
        *workers(environ),
        *last(environ),
    ]
    output = Output(sys.stdout, [child.name for child in children])
    supervisor = Supervisor(
        children,
        output,
        prepare=partial(prepare_database, partial(output.line, "prepare")),
        started=lambda: output.say(f"Aura is ready at {address(launch)}"),
        changed=lambda pids: _remember(launch, pids),
    )
    return supervisor.run()


def _remember(launch: Launch, pids: dict[str, int]) -> None:
    # A full disk must not end what still runs.
    with contextlib.suppress(OSError):
        update_stack(launch.home, pids={SUPERVISOR: os.getpid(), **pids})
