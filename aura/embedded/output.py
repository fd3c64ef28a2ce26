"""The supervisor's log: one line an event, the process's name in front, colours on a terminal only."""

import contextlib
import re
import threading
from typing import IO, TextIO

ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
COLOURS = (36, 33, 32, 35, 34, 96, 93, 92, 95, 94)
LONGEST = 16_384


class Output:
    """Writes lines of several threads to one stream; where that is closed they are dropped and the stack goes on."""

    def __init__(self, stream: TextIO, names: list[str]) -> None:
        self.stream = stream
        self.width = max((len(name) for name in names), default=0)
        self.colours = {name: COLOURS[index % len(COLOURS)] for index, name in enumerate(names)}
        self.terminal = stream.isatty()
        self.lock = threading.Lock()

    def line(self, name: str, text: str) -> None:
        """Write one line under the name of a process."""
        label = f"{name:<{self.width}} |"
        if self.terminal:
            label = f"\x1b[{self.colours.get(name, 37)}m{label}\x1b[0m"
        else:
            text = ANSI.sub("", text)
        self.say(f"{label} {text}")

    def say(self, text: str) -> None:
        """Write one line as it is."""
        with self.lock, contextlib.suppress(OSError, ValueError):
            self.stream.write(text.encode("utf-8", "replace").decode(self.stream.encoding or "utf-8", "replace") + "\n")
            self.stream.flush()

    def follow(self, name: str, pipe: IO[bytes], *, plain: bool = False) -> threading.Thread:
        """Copy a process's output line by line until it ends, from the daemon thread that is returned."""
        thread = threading.Thread(target=self._copy, args=(name, pipe, plain), name=f"log of {name}", daemon=True)
        thread.start()
        return thread

    def _copy(self, name: str, pipe: IO[bytes], plain: bool) -> None:
        with pipe:
            while line := pipe.readline(LONGEST):
                text = line.decode("utf-8", "replace").rstrip()
                if plain:
                    self.say(text)
                elif text:
                    self.line(name, text)
