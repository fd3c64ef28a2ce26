"""O12 for real: a fresh home, no server, one command; and the same command told to end in the middle."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from aura.embedded.home import BASE
from aura.embedded.private import without_stack
from aura.embedded.processes import left_behind
from optimizer.tests.live import snapshot
from optimizer.tests.pictures import encoded, grainy

pytestmark = pytest.mark.chaos


def command(home: Path, *words: object) -> subprocess.Popen[str]:
    argv = [sys.executable, "manage.py", "optimize", *map(str, words), "--writer", "local", "--no-accounts"]
    environ = without_stack(os.environ) | {"AURA_HOME": str(home)}
    environ.pop("AURA_LOG_LEVEL", None)
    return subprocess.Popen(argv, cwd=BASE, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_a_fresh_clone_makes_files_and_an_interrupted_one_leaves_nothing(tmp_path: Path) -> None:
    home, out = tmp_path / "home", tmp_path / "out"
    cup, large = tmp_path / "cup.jpg", tmp_path / "large.jpg"
    cup.write_bytes(snapshot())
    large.write_bytes(encoded(grainy(4032, 3024), quality=90))
    process = command(home, cup, "--platforms", "instagram", "x", "--output", out)
    said, told = process.communicate(timeout=90)
    assert process.returncode == 0, told
    assert len(said.splitlines()) == len(list(out.iterdir())) == 4
    assert "{" not in told
    assert left_behind(str(home)) == []

    process = command(home, large, "--format", "png", "--photography", "on", "--output", tmp_path / "none")
    assert process.stderr
    assert any("ready" in line for line in process.stderr)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == 130
    assert not (tmp_path / "none").exists()
    assert left_behind(str(home)) == []
