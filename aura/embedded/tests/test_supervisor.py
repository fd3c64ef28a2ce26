"""The supervisor with tiny children: start order, restarts, stops, and what a killed supervisor leaves."""

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from aura.embedded.home import BASE
from aura.embedded.output import Output
from aura.embedded.processes import STACK_MARK, Child, end_leftovers, left_behind
from aura.embedded.supervisor import Supervisor, pause_after

PYTHON = [sys.executable, "-SIc"]
SLEEP = "import time; time.sleep(60)"


def script(name: str, code: str, folder: Path, **options: object) -> Child:
    environ = {**os.environ, "FOLDER": str(folder), "PYTHONUNBUFFERED": "1"}
    defaults: dict[str, object] = {"name": name, "argv": [*PYTHON, code], "environ": environ}
    return Child(**(defaults | options))  # type: ignore[arg-type]


def supervisor(children: list[Child], **options: object) -> tuple[Supervisor, io.StringIO]:
    said = io.StringIO()
    output = Output(said, [child.name for child in children])
    return Supervisor(children, output, **options), said  # type: ignore[arg-type]


def ender(folder: Path, code: str = "pass", name: str = "ender") -> Child:
    """A child that runs once and ends the stack with its own exit code."""
    return script(name, code, folder, finish=lambda number: number)


def wait_for(condition: Callable[[], object], seconds: float = 10) -> None:
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "it did not happen in time"
        time.sleep(0.02)


def test_stores_start_first_then_prepare_then_the_rest_each_when_the_one_before_is_ready(tmp_path: Path) -> None:
    order: list[str] = []
    write = "import os, time, pathlib; time.sleep({}); pathlib.Path(os.environ['FOLDER'], '{}').touch(); time.sleep(60)"

    def child(name: str, pause: float, **options: object) -> Child:
        return script(
            name,
            write.format(pause, name),
            tmp_path,
            ready=(tmp_path / name).exists,
            before=lambda: order.append(f"start {name}"),
            after=lambda: order.append(f"ready {name}"),
            **options,
        )

    watched, _ = supervisor(
        [child("web", 0.1), child("store", 0.2, store=True), ender(tmp_path)],
        prepare=lambda: order.append("prepare"),
        started=lambda: order.append("started"),
    )
    assert watched.run() == 0
    assert order == ["start store", "ready store", "prepare", "start web", "ready web", "started"]


def test_what_dies_is_started_again_after_a_pause_that_grows(tmp_path: Path) -> None:
    dying = script("worker", "import os; open(os.environ['FOLDER'] + '/runs', 'a').write('x')", tmp_path)
    last = ender(tmp_path, "import time; time.sleep(2)")
    watched, said = supervisor([dying, last])
    assert watched.run() == 0
    assert (tmp_path / "runs").read_text() == "xxx"
    assert "worker | ended with exit code 0; starts again in 0.5 s" in said.getvalue()
    assert "starts again in 1 s" in said.getvalue()


def test_the_pause_doubles_from_half_a_second_to_ten() -> None:
    assert [pause_after(deaths) for deaths in range(1, 8)] == [0.5, 1, 2, 4, 8, 10, 10]


def test_what_cannot_start_stops_the_stack_and_its_own_words_are_shown(tmp_path: Path) -> None:
    broken = script("web", "raise SystemExit('no such setting')", tmp_path, ready=lambda: False)
    watched, said = supervisor([script("store", SLEEP, tmp_path, store=True), broken, ender(tmp_path)])
    assert watched.run() == 1
    assert "web   | no such setting" in said.getvalue()
    assert "web ended with exit code 1 while starting" in said.getvalue()


def test_a_child_that_never_answers_stops_the_start(tmp_path: Path) -> None:
    silent = script("web", SLEEP, tmp_path, ready=lambda: False, start_seconds=0.3)
    watched, said = supervisor([silent])
    assert watched.run() == 1
    assert "did not answer within 0.3 s" in said.getvalue()


@pytest.mark.parametrize("code", [0, 3])
def test_a_child_that_runs_once_ends_the_stack_with_its_code(tmp_path: Path, code: int) -> None:
    watched, _ = supervisor([script("web", SLEEP, tmp_path), ender(tmp_path, f"raise SystemExit({code})")])
    assert watched.run() == code


def test_a_child_that_runs_once_may_leave_the_stack_running(tmp_path: Path) -> None:
    once = script("once", "pass", tmp_path, finish=lambda code: None)
    watched, said = supervisor([once, ender(tmp_path, "import time; time.sleep(0.7)")])
    assert watched.run() == 0
    assert "once" not in said.getvalue(), "it must not be started again"


def test_a_signal_stops_the_last_started_first_and_the_stores_at_the_end(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys, time\n"
        "def stop(*_):\n"
        "    time.sleep({})\n"
        "    print('stopped')\n"
        "    sys.exit()\n"
        "signal.signal(signal.SIGTERM, stop)\n"
        "open(os.environ['FOLDER'] + '/{}', 'w')\n"
        "time.sleep(60)\n"
    )
    children = [
        script(name, code.format(pause, name), tmp_path, ready=(tmp_path / name).exists, store=name.startswith("store"))
        for name, pause in (("store-1", 0), ("store-2", 0), ("web", 0.2))
    ]
    watched, said = supervisor(children, started=lambda: os.kill(os.getpid(), signal.SIGTERM))
    assert watched.run() == 0
    stopped = [line.split()[0] for line in said.getvalue().splitlines() if "| stopped" in line]
    assert stopped == ["web", "store-2", "store-1"]


def test_a_child_that_will_not_stop_is_killed_with_what_it_forked(tmp_path: Path) -> None:
    code = (
        "import os, signal, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "pid = os.fork()\n"
        "if pid: open(os.environ['FOLDER'] + '/pid', 'w').write(str(pid))\n"
        "time.sleep(60)\n"
    )
    stubborn = script("worker", code, tmp_path, stop_seconds=0.2, ready=(tmp_path / "pid").exists)
    watched, said = supervisor([stubborn, ender(tmp_path)])
    assert watched.run() == 0
    assert "worker | was killed: it did not stop in time" in said.getvalue()
    wait_for(lambda: gone(int((tmp_path / "pid").read_text())))


def gone(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


KILLED = """
import os, sys
from aura.embedded.output import Output
from aura.embedded.processes import Child
from aura.embedded.supervisor import Supervisor
code = "import os, time; os.fork(); time.sleep(60)"
environ = dict(os.environ)
reading, writing = os.pipe()
guard = Child("guard", [sys.executable, "-m", "aura.embedded.guard", str(reading), environ["AURA_STACK"]], environ,
              pass_fds=(reading,), death_signal=None, store=True)
child = Child("worker", [sys.executable, "-SIc", code], environ)
Supervisor([guard, child], Output(sys.stdout, []), started=lambda: print("up", flush=True)).run()
"""


def test_nothing_outlives_a_supervisor_that_is_killed_not_even_what_a_child_forked(tmp_path: Path) -> None:
    mark = str(tmp_path)
    environ = {**os.environ, STACK_MARK: mark}
    with subprocess.Popen([sys.executable, "-c", KILLED], env=environ, cwd=BASE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"up\n"
        # The supervisor, its guard, the worker and what the worker forked.
        wait_for(lambda: len(left_behind(mark)) == 4)
        process.kill()
    wait_for(lambda: not left_behind(mark))


def test_leftovers_of_this_home_are_ended_and_others_are_not(tmp_path: Path) -> None:
    def start(mark: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen([*PYTHON, SLEEP], env={**os.environ, STACK_MARK: mark})

    with start(f"{tmp_path}/a") as ours, start(f"{tmp_path}/b") as theirs:
        wait_for(lambda: left_behind(f"{tmp_path}/a") and left_behind(f"{tmp_path}/b"))
        end_leftovers(f"{tmp_path}/a")
        untouched = theirs.poll() is None
        theirs.kill()
        assert gone(ours.pid)
        assert untouched


def test_lines_have_the_name_in_front_and_colours_only_on_a_terminal() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    plain, coloured = io.StringIO(), Terminal()
    for stream in (plain, coloured):
        Output(stream, ["web", "worker"]).line("web", "\x1b[31mhello\x1b[0m")
    assert plain.getvalue() == "web    | hello\n"
    assert coloured.getvalue().startswith("\x1b[36mweb    |\x1b[0m \x1b[31mhello")


def test_a_plain_child_prints_its_lines_without_its_name(tmp_path: Path) -> None:
    table = script("demo", "print('woman  57 %')\nprint()", tmp_path, plain=True, finish=lambda code: code)
    watched, said = supervisor([table])
    assert watched.run() == 0
    assert "\nwoman  57 %\n\n" in f"\n{said.getvalue()}"


def test_a_closed_terminal_does_not_stop_the_stack() -> None:
    stream = io.StringIO()
    output = Output(stream, ["web"])
    stream.close()
    output.line("web", "nobody reads this")
