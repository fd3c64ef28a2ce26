"""Stores for the time of one command: found where a stack runs, else started, shared and stopped again."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from aura.embedded import meanwhile
from aura.embedded.home import BASE, StackError, load_environment, open_home, read_stack
from aura.embedded.launch import lay_out, take_lock
from aura.embedded.meanwhile import Loan, before_command, borrow, running_stores
from aura.embedded.ports import free_port
from aura.embedded.private import without_stack
from aura.embedded.processes import left_behind

COMMAND = """
import os, sys
from aura.embedded import meanwhile
meanwhile.COMMANDS = ("optimize",)
meanwhile.before_command(["manage.py", "optimize"])
os.environ["DJANGO_SETTINGS_MODULE"] = "aura.settings"
import django
django.setup()
from accounts.models import Workspace
from aura.tenancy.scope import staff_scope
with meanwhile.running_stores(lambda line: print(line, flush=True)) as mine:
    with staff_scope("command"):
        print("counted", Workspace.objects.count(), mine, flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"AURA_HOME": str(tmp_path / "home"), "AURA_PORT": str(free_port())}


@pytest.fixture
def loans() -> Iterator[list[Loan]]:
    yield meanwhile._loans
    meanwhile._loans.clear()


def give_back(loan: Loan | None) -> None:
    assert loan
    if loan.ground:
        os.close(loan.ground.lock)
    os.close(loan.users)


def test_where_nothing_runs_stores_are_laid_out_and_found_by_the_settings(environ: dict[str, str]) -> None:
    home = open_home(environ)
    loan = borrow(home, environ)
    assert loan
    assert loan.ground
    found = {"AURA_HOME": str(home)}
    load_environment(found)
    assert f":{loan.ground.stack.postgres_port}/" in found["DATABASE_URL"]
    assert f":{loan.ground.stack.valkey_port}/" in found["REDIS_URL"]
    assert found["AURA_SECRET_KEY"]
    with pytest.raises(StackError, match="A command uses the stores in"):
        take_lock(home)
    give_back(loan)


def test_a_running_stack_is_used_as_it_is(environ: dict[str, str]) -> None:
    launch = lay_out(dict(environ))
    before = read_stack(launch.home)
    loan = borrow(launch.home, environ)
    assert loan
    assert loan.ground is None
    assert read_stack(launch.home) == before
    launch.web.close()
    os.close(launch.lock)
    give_back(loan)


def test_stores_that_the_operator_names_are_not_touched(environ: dict[str, str]) -> None:
    given = {"DATABASE_URL": "postgres://admin:x@db.example.org/aura", "REDIS_URL": "redis://cache.example.org/0"}
    assert borrow(open_home(environ), environ | given) is None
    assert not read_stack(Path(environ["AURA_HOME"])).postgres_port


@pytest.mark.usefixtures("loans")
def test_help_and_other_commands_borrow_nothing(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    for argv in (["manage.py"], ["manage.py", "check"], ["manage.py", "optimize", "--help"]):
        before_command(argv)
    assert meanwhile._loans == []
    with running_stores(print) as mine:
        assert not mine


@pytest.mark.chaos
def test_two_commands_share_stores_that_stop_with_the_last(tmp_path: Path) -> None:
    home = tmp_path / "home"
    environ = without_stack(os.environ) | {"AURA_HOME": str(home)}

    def begin() -> subprocess.Popen[str]:
        pipe = subprocess.PIPE
        return subprocess.Popen(
            [sys.executable, "-c", COMMAND], cwd=BASE, env=environ, stdin=pipe, stdout=pipe, text=True
        )

    def line(process: subprocess.Popen[str], start: str) -> str:
        assert process.stdout
        return str(next(one for one in process.stdout if one.startswith(start)))

    first = begin()
    assert line(first, "counted").split() == ["counted", "0", "True"]
    second = begin()
    assert line(second, "counted").split() == ["counted", "0", "False"]
    assert first.stdin
    first.stdin.write("\n")
    first.stdin.flush()
    assert "Another command" in line(first, "Another")
    assert any(process.name().startswith("postgres") for process in left_behind(str(home)))
    second.communicate("\n", timeout=20)
    first.communicate(timeout=20)
    assert (first.returncode, second.returncode) == (0, 0)
    assert left_behind(str(home)) == []
    assert read_stack(home).pids == {}


@pytest.mark.chaos
def test_a_killed_command_leaves_no_server(tmp_path: Path) -> None:
    home = tmp_path / "home"
    environ = without_stack(os.environ) | {"AURA_HOME": str(home)}
    with subprocess.Popen(
        [sys.executable, "-c", COMMAND], cwd=BASE, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert any(one.startswith("counted") for one in process.stdout)
        servers = left_behind(str(home))
        assert servers
        process.kill()
    assert not psutil.wait_procs(servers, timeout=10)[1]
    loan = borrow(home, {"AURA_HOME": str(home)})
    assert loan
    assert loan.ground
    give_back(loan)
