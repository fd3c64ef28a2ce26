"""Laying out a stack: the home, its lock, the ports, and what the operator gave."""

import json
import os
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from aura.embedded import postgres
from aura.embedded.home import FILLED, StackError, load_environment, read_stack, update_stack
from aura.embedded.launch import Launch, before_django, lay_out
from aura.embedded.ports import LOW, free_port
from aura.environment import WrongSetting


@contextmanager
def laid_out(environ: dict[str, str]) -> Iterator[Launch]:
    launch = lay_out(environ)
    try:
        yield launch
    finally:
        launch.web.close()
        os.close(launch.lock)


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"AURA_HOME": str(tmp_path / "home"), "AURA_PORT": str(free_port())}


def test_a_new_home_is_closed_to_others_and_gets_a_secret_and_ports(environ: dict[str, str]) -> None:
    with laid_out(environ) as launch:
        assert stat.S_IMODE(launch.home.stat().st_mode) == 0o700
        assert stat.S_IMODE((launch.home / "stack.json").stat().st_mode) == 0o600
        assert len(environ["AURA_SECRET_KEY"]) >= 50
        assert launch.stack.postgres_port >= LOW
        assert f":{launch.stack.postgres_port}/" in environ["DATABASE_URL"]
        assert f":{launch.stack.valkey_port}/" in environ["REDIS_URL"]


def test_secret_passwords_and_ports_stay_the_same_over_restarts(environ: dict[str, str]) -> None:
    first, second = dict(environ), dict(environ)
    with laid_out(first):
        pass
    with laid_out(second):
        pass
    assert {name: first[name] for name in ("AURA_SECRET_KEY", "DATABASE_URL", "REDIS_URL")} == {
        name: second[name] for name in ("AURA_SECRET_KEY", "DATABASE_URL", "REDIS_URL")
    }


def test_a_second_instance_on_the_same_home_is_refused(environ: dict[str, str]) -> None:
    with laid_out(dict(environ)), pytest.raises(StackError, match=f"already runs in .*process {os.getpid()}, port"):
        lay_out({**environ, "AURA_PORT": str(free_port())})


def test_two_instances_with_homes_and_ports_of_their_own_run_side_by_side(
    environ: dict[str, str], tmp_path: Path
) -> None:
    other = {"AURA_HOME": str(tmp_path / "other"), "AURA_PORT": str(free_port())}
    with laid_out(environ) as one, laid_out(other) as two:
        ports = {one.stack.postgres_port, one.stack.valkey_port, two.stack.postgres_port, two.stack.valkey_port}
        assert len(ports) == 4
        assert environ["AURA_SECRET_KEY"] != other["AURA_SECRET_KEY"]


def test_a_port_in_use_is_said_clearly_and_the_home_is_free_again(environ: dict[str, str]) -> None:
    words = f"Port {environ['AURA_PORT']} on 127.0.0.1 is in use.*AURA_PORT="
    with (
        socket.create_server(("127.0.0.1", int(environ["AURA_PORT"]))),
        pytest.raises(StackError, match=words),
    ):
        lay_out(dict(environ))
    with laid_out(environ):
        pass


def test_given_servers_are_used_and_found_from_a_second_terminal(environ: dict[str, str]) -> None:
    given = {"DATABASE_URL": "postgres://admin:x@db.example.org/aura", "REDIS_URL": "redis://cache.example.org/0"}
    with laid_out(environ | given) as launch:
        assert not launch.embeds_postgres
        assert not launch.embeds_valkey
        second = {"AURA_HOME": environ["AURA_HOME"]}
        load_environment(second)
        assert {name: second[name] for name in given} == given
        assert second["AURA_PORT"] == environ["AURA_PORT"]


def test_what_was_given_once_is_not_kept_for_the_next_start(environ: dict[str, str]) -> None:
    with laid_out(environ | {"REDIS_URL": "redis://cache.example.org/0"}):
        pass
    with laid_out(environ) as launch:
        assert launch.embeds_valkey
        assert "127.0.0.1" in environ["REDIS_URL"]


def test_a_filled_variable_does_not_count_as_given(environ: dict[str, str]) -> None:
    with laid_out(environ):
        pass
    assert "DATABASE_URL" in environ[FILLED].split()
    with laid_out(environ) as launch:
        assert launch.embeds_postgres


def test_a_wrong_port_is_named(environ: dict[str, str]) -> None:
    with pytest.raises(WrongSetting, match="AURA_PORT is 'http'"):
        lay_out(environ | {"AURA_PORT": "http"})


def test_a_damaged_stack_file_is_not_overwritten(environ: dict[str, str]) -> None:
    home = Path(environ["AURA_HOME"])
    home.mkdir()
    (home / "stack.json").write_text("{")
    with pytest.raises(StackError, match="is damaged"):
        lay_out(environ)
    assert (home / "stack.json").read_text() == "{"


def test_other_commands_lay_nothing_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AURA_HOME", str(tmp_path / "home"))
    before_django(["manage.py", "migrate"])
    before_django(["manage.py"])
    assert not (tmp_path / "home").exists()


def test_a_data_folder_of_another_postgresql_is_refused_and_untouched(tmp_path: Path) -> None:
    data = tmp_path / "postgres"
    data.mkdir()
    (data / "PG_VERSION").write_text("15\n")
    with pytest.raises(StackError, match="made by PostgreSQL 15; this Aura brings PostgreSQL 18"):
        postgres.initialise(data, "secret")
    assert [path.name for path in data.iterdir()] == ["PG_VERSION"]


def test_a_folder_that_is_no_database_is_refused(tmp_path: Path) -> None:
    data = tmp_path / "postgres"
    data.mkdir()
    (data / "letter.txt").write_text("mine")
    with pytest.raises(StackError, match="not a PostgreSQL data folder"):
        postgres.initialise(data, "secret")


def test_unknown_fields_of_another_version_are_ignored(tmp_path: Path) -> None:
    update_stack(tmp_path, postgres_port=20001)
    raw = json.loads((tmp_path / "stack.json").read_text())
    (tmp_path / "stack.json").write_text(json.dumps(raw | {"new_thing": 1}))
    assert read_stack(tmp_path).postgres_port == 20001
