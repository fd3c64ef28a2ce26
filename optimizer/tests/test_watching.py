"""Progress for people: bars on a terminal, a line for each platform elsewhere, nothing where it is to be quiet."""

import io
import re
from typing import Any

from optimizer.management.watching import Bars, Lines, view_for


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def status(x: str = "queued", **more: Any) -> dict[str, Any]:
    one = {"status": x, "processing_time": 1.25, "product_photography": False, "error": None} | more
    step = "done" if x == "done" else "pictures"
    left = None if x == "done" else 4
    return {
        "session_id": "1",
        "progress": {"step": step, "done": int(x == "done") * 2, "total": 2, "percent": 0, "eta_seconds": left},
        "platforms": {"x.com": one},
        "photographs": {"macro": {"status": "queued", "title": "Macro", "processing_time": None, "error": None}},
    }


def drawn(stream: io.StringIO) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", stream.getvalue())


def test_a_terminal_gets_bars_with_names_as_they_are() -> None:
    stream = Terminal()
    with view_for(stream) as view:
        assert isinstance(view, Bars)
        view.show("[red]cup.jpg", status("running"))
        view.say("A [bold]line[/bold] between.")
        view.show("[red]cup.jpg", status("done"))
    text = drawn(stream)
    assert "[red]cup.jpg" in text
    assert "A [bold]line[/bold] between." in text
    assert "x.com" in text
    assert "photograph “Macro”" in text
    assert "ready (1.2 s)" in text


def test_a_file_gets_a_line_for_each_end_and_no_control_codes() -> None:
    stream = io.StringIO()
    with view_for(stream) as view:
        assert isinstance(view, Lines)
        for state in ("queued", "running", "done", "done"):
            view.show("cup.jpg", status(state))
        view.show("b.jpg", {**status("failed", error={"code": "X", "message": "No."}), "session_id": "2"})
    assert stream.getvalue() == "cup.jpg: x.com ready (1.2 s)\nb.jpg: x.com failed: No. (X)\n"


def test_quiet_says_what_went_wrong_only() -> None:
    stream = Terminal()
    with view_for(stream, quiet=True) as view:
        view.show("cup.jpg", status("done"))
        view.say("Something is wrong.")
    assert stream.getvalue() == "Something is wrong.\n"
