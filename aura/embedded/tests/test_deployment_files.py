"""The files that other tools read: their syntax, and that they name the same processes as the supervisor."""

import re
from typing import Any

import pytest
import yaml

from aura.embedded.home import BASE
from aura.embedded.stack import workers

YAML = ["docker-compose.yml", ".pre-commit-config.yaml", ".github/workflows/ci.yml"]


def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((BASE / "docker-compose.yml").read_text())
    return loaded


@pytest.mark.parametrize("name", YAML)
def test_a_yaml_file_is_readable(name: str) -> None:
    assert isinstance(yaml.safe_load((BASE / name).read_text()), dict)


def test_compose_runs_the_same_processes_as_the_supervisor() -> None:
    services = compose()["services"]
    for child in workers({}):
        assert services[child.name]["command"] == ["python", *child.argv[1:]]
    assert set(services) == {child.name for child in workers({})} | {"web", "prepare", "postgres", "valkey"}


def test_everything_waits_for_the_prepared_database_and_that_for_the_stores() -> None:
    services = compose()["services"]
    assert set(services["prepare"]["depends_on"]) == {"postgres", "valkey"}
    for name in set(services) - {"postgres", "valkey", "prepare"}:
        assert services[name]["depends_on"] == {"prepare": {"condition": "service_completed_successfully"}}


def test_only_prepare_knows_the_administrators_password() -> None:
    for name, service in compose()["services"].items():
        url = service.get("environment", {}).get("DATABASE_URL", "")
        assert ("STORE_PASSWORD" in url) == (name == "prepare")


def test_no_secret_has_a_default() -> None:
    text = (BASE / "docker-compose.yml").read_text()
    assert not re.search(r"\$\{(AURA_SECRET_KEY|STORE_PASSWORD)(:-|\})", text)


def test_commit_hooks_and_make_lint_are_the_same_list() -> None:
    hooks = yaml.safe_load((BASE / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
    named = [hook["entry"].removeprefix("make ") for hook in hooks]
    found = re.search(r"^lint: (.*?) ##", (BASE / "Makefile").read_text(), re.MULTILINE)
    assert found
    assert found.group(1).split() == named
