"""What a person sees while sessions are made: bars on a terminal, lines where output goes into a file."""

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Final, Protocol, Self, TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Column

WORDS: Final[Mapping[str, str]] = {
    "queued": "waiting", "running": "being made", "pictures": "pictures", "texts": "texts", "done": "ready",
    "photographs": "photographs", "failed": "failed", "cancelled": "stopped",
}  # fmt: skip
OVER: Final = frozenset({"done", "failed", "cancelled"})


class View(Protocol):
    """Shows how sessions are; ``show`` is called again and again with what ``status_of`` gives."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def say(self, text: str) -> None:
        """A line for the person."""

    def show(self, name: str, status: Mapping[str, Any]) -> None:
        """How the session of a picture is now."""


def view_for(stream: TextIO, *, quiet: bool = False) -> View:
    """Bars on a terminal, lines elsewhere, warnings only where it should be ``quiet``."""
    return Bars(stream) if stream.isatty() and not quiet else Lines(stream, quiet=quiet)


class Lines:
    """A line for each platform as soon as it is ready."""

    def __init__(self, stream: TextIO, *, quiet: bool = False) -> None:
        self._stream = stream
        self._quiet = quiet
        self._told: set[tuple[str, str]] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.flush()

    def say(self, text: str) -> None:
        self._stream.write(f"{text}\n")
        self._stream.flush()

    def show(self, name: str, status: Mapping[str, Any]) -> None:
        if self._quiet:
            return
        for title, one in _parts(status):
            key = (status["session_id"], title)
            if one["status"] in OVER and key not in self._told:
                self._told.add(key)
                self.say(f"{name}: {title} {_words(one)}")


class Bars:
    """A bar for each picture and one for each of its platforms."""

    def __init__(self, stream: TextIO) -> None:
        self._console = Console(file=stream, highlight=False, markup=False, emoji=False)
        self._progress = Progress(
            SpinnerColumn(finished_text=" "),
            TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True, max_width=40)),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[words]}", markup=False),
            TimeElapsedColumn(),
            console=self._console,
        )
        self._rows: dict[tuple[str, str], TaskID] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def say(self, text: str) -> None:
        self._console.print(text, soft_wrap=True)

    def show(self, name: str, status: Mapping[str, Any]) -> None:
        progress = status["progress"]
        left = progress["eta_seconds"]
        words = WORDS.get(progress["step"], progress["step"])
        words = words if left is None else f"{words}, about {left} s left"
        self._row(status["session_id"], "", name, words, progress["done"], progress["total"])
        for title, one in _parts(status):
            over = one["status"] in OVER
            # Without a total a bar swings: how far a single picture is nobody knows.
            total = None if one["status"] == "running" else 1
            self._row(status["session_id"], title, f"  {title}", _words(one), int(over), total)

    def _row(self, session: str, part: str, title: str, words: str, done: int, total: int | None) -> None:
        key = (session, part)
        if key not in self._rows:
            self._rows[key] = self._progress.add_task(title, total=total, words=words)
        self._progress.update(self._rows[key], completed=done, total=total, words=words)


def _parts(status: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """What a session makes: its platforms, then its photographs, each with its title."""
    photographs = [(f"photograph “{one['title']}”", one) for one in status["photographs"].values()]
    return [*status["platforms"].items(), *photographs]


def _words(one: Mapping[str, Any]) -> str:
    said = WORDS[one["status"]]
    if one["error"]:
        return f"{said}: {one['error']['message']} ({one['error']['code']})"
    if one["status"] != "done":
        return said
    return f"{said} ({one['processing_time'] or 0:.1f} s)"
