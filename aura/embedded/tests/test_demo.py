"""The demo's steps, its table, and when it must fail."""

import copy
import json
import stat
from pathlib import Path
from typing import Any

import pytest

from aura.embedded import demo
from aura.embedded.home import StackError
from aura.embedded.management.commands.demo import demo_child
from aura.embedded.report import lines

IMPORTED = {
    "run": "1",
    "status": "done",
    "items": 5000,
    "comments": {"new": 5000, "updated": 0, "unchanged": 0},
    "people": {"new": 2000, "updated": 0, "unchanged": 0},
    "posts": 30,
    "skipped": 0,
    "errors": [],
}
DEMOGRAPHICS = {
    "account": "northroast",
    "people": 2000,
    "classified": 2000,
    "unknown": 310,
    "k": 10,
    "gender": [
        {"value": "woman", "count": 1200, "share": 0.6, "low": 0.58, "high": 0.62},
        {"value": "man", "suppressed": True},
    ],
    "age": [],
}
ENTRY = {"workspace": "demo", "account": "1", "link_path": "/accounts/link/abc/", "access_token": "t"}


class Commands:
    """Answers as the commands do, and remembers what was asked."""

    def __init__(self, **answers: Any) -> None:
        self.answers = {"create_demo_workspace": ENTRY, "import_comments": IMPORTED, "demographics": DEMOGRAPHICS}
        self.answers |= answers
        self.asked: list[tuple[str, ...]] = []

    def __call__(self, *words: str) -> Any:
        self.asked.append(words)
        return copy.deepcopy(self.answers[words[0]])


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AURA_HOME", str(tmp_path))
    return tmp_path


def test_the_demo_writes_the_answer_as_it_is_and_prints_table_and_link(home: Path) -> None:
    said: list[str] = []
    commands = Commands()
    demo.run("http://127.0.0.1:8123/", said.append, commands)
    report = home / "report.json"
    assert json.loads(report.read_text()) == DEMOGRAPHICS
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    assert "http://127.0.0.1:8123/accounts/link/abc/" in said[-1]
    assert any("woman" in line and "60.0%" in line for line in said)
    assert [words[0] for words in commands.asked] == ["create_demo_workspace", "import_comments", "demographics"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": "failed"},
        {"errors": [{"line": 3, "message": "not JSON"}]},
        {"skipped": 1},
        {"comments": {"new": 0, "updated": 0, "unchanged": 0}},
    ],
)
def test_an_import_that_left_something_out_fails_the_demo(home: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(StackError, match="import is not complete"):
        demo.run("http://127.0.0.1:8123/", lambda line: None, Commands(import_comments=IMPORTED | wrong))
    assert not (home / "report.json").exists()


def test_people_who_are_not_classified_fail_the_demo(home: Path) -> None:
    with pytest.raises(StackError, match="only 1999 are classified"):
        demo.run(
            "http://127.0.0.1:8123/",
            lambda line: None,
            Commands(demographics=DEMOGRAPHICS | {"classified": 1999}),
        )


def test_a_command_that_fails_fails_the_demo() -> None:
    with pytest.raises(StackError, match="manage.py no_such_command ended with exit code 1"):
        demo.manage("no_such_command")


def test_groups_too_small_to_show_carry_no_number() -> None:
    row = next(line for line in lines("x", DEMOGRAPHICS) if "man" in line and "woman" not in line)
    assert "too few people to show" in row
    assert not any(letter.isdigit() for letter in row)


@pytest.mark.parametrize(("leave", "code", "ends_with"), [(True, 0, 0), (True, 1, 1), (True, -9, 1), (False, 1, None)])
def test_only_with_exit_does_the_demo_end_the_stack(leave: bool, code: int, ends_with: int | None) -> None:
    class Web:
        host, port = "127.0.0.1", 8000

    child = demo_child(Web(), {}, leave=leave)  # type: ignore[arg-type]
    assert child.finish
    assert child.finish(code) == ends_with
