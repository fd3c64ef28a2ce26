"""A wrong setting stops every process with a sentence that names it, what was given and what it takes (M11)."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.checks import run_checks
from hypothesis import given
from hypothesis import strategies as st

from aura import environment
from aura.environment import Reader, WrongSetting

ROOT = Path(__file__).resolve().parents[2]
WRONG = {
    "AURA_DEBUG": "maybe",
    "AURA_PORT": "http",
    "AURA_JOB_LEASE": "1",
    "AURA_LOG_LEVEL": "loud",
    "AURA_SITE_URL": "aura.example.org",
    "AURA_TRUSTED_ORIGINS": "aura.example.org",
    "REDIS_URL": "http://user:hunter2@cache.example.org",
    "DATABASE_URL": "mysql://root:hunter2@db.example.org/aura",
    "AURA_LIMIT_HEAVY": "0",
    "AURA_BULK_WORKERS": "none",
    "AURA_SECRETS_KEYS": "hunter2",
    "AURA_VAULT_URL": "vault.example.org",
    "AURA_SENTRY_DSN": "sentry",
    "AURA_OTLP_URL": "ftp://otel.example.org",
}


def run(*command: str, **wrong: str) -> subprocess.CompletedProcess[str]:
    """A process of Aura with these variables."""
    environ = {**os.environ, **wrong}
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environ, capture_output=True, text=True, check=False, timeout=60
    )


def test_all_wrong_settings_are_said_at_once_without_their_secrets() -> None:
    done = run("manage.py", "work", "realtime", **WRONG)
    assert done.returncode == 1
    for name, value in WRONG.items():
        line = next((line for line in done.stderr.splitlines() if f" {name} " in line), "")
        assert line.strip().startswith("aura.E1"), (name, done.stderr)
        assert "it takes" in line
        if "hunter2" not in value:
            assert value in line
    assert "hunter2" not in done.stderr
    assert "Traceback" not in done.stderr


def test_the_checks_say_the_same() -> None:
    done = run("manage.py", "check", AURA_PORT="http", AURA_DEBUG="maybe")
    assert done.returncode == 1
    assert "(aura.E102) AURA_PORT is 'http'" in done.stderr
    assert "(aura.E101) AURA_DEBUG is 'maybe'" in done.stderr


def test_the_web_does_not_start_with_a_wrong_setting() -> None:
    done = run("-c", "import aura.asgi", AURA_JOB_TIMEOUT="soon")
    assert done.returncode == 1
    assert "AURA_JOB_TIMEOUT is 'soon'; it takes a whole number from 10" in done.stderr


def test_a_missing_secret_key_is_named(tmp_path: Path) -> None:
    done = run("manage.py", "migrate", AURA_SECRET_KEY="", AURA_HOME=str(tmp_path))
    assert done.returncode == 1
    assert "aura.E105  AURA_SECRET_KEY is not set." in done.stderr


def test_a_good_configuration_has_nothing_to_say() -> None:
    assert [message for message in run_checks() if (message.id or "").startswith("aura.")] == []


@given(st.text(), st.sampled_from(["flag", "number", "choice", "url", "origins"]))
def test_a_reader_never_raises_and_keeps_what_was_wrong(value: str, kind: str) -> None:
    reader = Reader({"X": value})
    ways: dict[str, Callable[[], object]] = {
        "flag": lambda: reader.flag("X"),
        "number": lambda: reader.number("X", 5, low=1, high=9),
        "choice": lambda: reader.choice("X", "a", ["a", "b"]),
        "url": lambda: reader.url("X", "https://a"),
        "origins": lambda: reader.origins("X"),
    }
    found = ways[kind]()
    if reader.wrong:
        assert found in (False, 5, "a", "https://a", [])
        assert "X" in str(reader.wrong[0])


@pytest.mark.parametrize("value", ["https://a.example", "http://127.0.0.1:8000", "https://[::1]:8443/x"])
def test_a_url_that_is_one(value: str) -> None:
    assert environment.url("X", schemes=("https", "http"), environ={"X": value}) == value


@pytest.mark.parametrize("value", ["a.example", "https://", "https://a:0", "https://a:99999", "https://a b", "//a"])
def test_a_url_that_is_none(value: str) -> None:
    with pytest.raises(WrongSetting, match="it takes a URL"):
        environment.url("X", schemes=("https", "http"), environ={"X": value})
