"""The private stores of a test run: clean environment, the roles' rights, and nothing left after kill -9."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import psycopg
import pytest

from aura.embedded.database import prepare_database
from aura.embedded.home import APP, BASE, OWNER, StackError, database_urls
from aura.embedded.private import PREFIX, private_stores
from aura.testing.stores import clean_environment


def test_nothing_of_the_developers_shell_reaches_a_test(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "AURA_DEBUG", "APIFY_TOKEN", "PGHOST"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("AURA_TEST_DATABASE", "test_mine")
    kept = dict(os.environ)
    try:
        clean_environment()
        assert not {"DATABASE_URL", "AURA_DEBUG", "APIFY_TOKEN", "PGHOST"} & set(os.environ)
        assert os.environ["AURA_TEST_DATABASE"] == "test_mine"
    finally:
        os.environ.update(kept)


def test_the_database_is_prepared_once_and_again_without_change() -> None:
    with private_stores() as stores:
        environ = {**os.environ, **stores.environ}
        urls = database_urls(stores.environ)
        for expected in ("Applied ", "The database is ready."):
            done = subprocess.run(
                [sys.executable, "manage.py", "prepare_database"], cwd=BASE, env=environ, capture_output=True, text=True
            )
            assert done.returncode == 0, done.stderr
            assert done.stdout.startswith(expected)
        with psycopg.connect(urls.owner, autocommit=True) as owner:
            owner.execute("CREATE DATABASE copied TEMPLATE aura")
            row = owner.execute("SELECT tableowner FROM pg_tables WHERE tablename = 'django_migrations'").fetchone()
            assert row == (OWNER,)
        with psycopg.connect(urls.app) as app:
            row = app.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = %s", [APP]).fetchone()
            assert row == (False, False)
            app.execute("SELECT count(*) FROM django_migrations")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute("CREATE TABLE mine (id int)")


def test_a_database_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://x:y@127.0.0.1:9/aura")
    with pytest.raises(StackError, match=r"No database answers at 127\.0\.0\.1:9 after 0\.1 s"):
        prepare_database(lambda line: None, wait=0.1)


def test_a_killed_test_run_leaves_no_server_and_the_next_one_takes_its_folder_away() -> None:
    code = "import aura.testing.stores, os, time; print(os.environ['AURA_HOME'], flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code], cwd=BASE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        folder = Path(process.stdout.readline().strip()).parent
        servers = psutil.Process(process.pid).children()
        assert {server.name() for server in servers} == {"valkey-server", "postgres"}
        process.kill()
    assert folder.parent == Path(tempfile.gettempdir())
    assert folder.name.startswith(PREFIX)
    limit = time.monotonic() + 5
    while any(server.is_running() and server.status() != psutil.STATUS_ZOMBIE for server in servers):
        assert time.monotonic() < limit
        time.sleep(0.02)
    with private_stores():
        assert not folder.exists()
