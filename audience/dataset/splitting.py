"""Cuts a stream of JSON into its top-level values without holding more than a few of them.

The fast road guesses the end of an object at the next ``},{`` and lets the parser judge: an object that parses is
complete, because braces end it and nothing else. Where the guess fails, tokens are counted. Where the text is broken,
reading goes on at the next place that looks like the beginning of a neighbour.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from audience.dataset.parsing import BrokenJson, parse_json
from audience.dataset.refusals import Limits

TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"|["{}\[\]]', re.DOTALL)
NEIGHBOUR = re.compile(rb"\}\s*,\s*\{")
GAP = re.compile(rb"[\s,]*")
BLANK = re.compile(rb"\s*")
FIRST_KEY = re.compile(rb'\{\s*("(?:[^"\\]|\\.){0,80}")')
SCALAR = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[^\s,\[\]{}"]+', re.DOTALL)
OPEN_BRACE, OPEN_BRACKET, CLOSE_BRACKET, QUOTE = b'{[]"'
MORE, BROKEN = -1, -2
CLOSER = {ord("{"): ord("}"), ord("["): ord("]")}
KEPT = 2**16
CUT_OFF = "The file ends here, in the middle of an item."
UNREADABLE = "This is not valid JSON."


@dataclass(frozen=True, slots=True)
class Piece:
    """One top-level value, or what is wrong with it; ``line`` is where it starts (1-based)."""

    line: int
    value: Any = None
    problem: str = ""


class Window:
    """A sliding piece of the stream. ``pos`` only moves forward; ``line`` follows it."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self.chunks = chunks
        self.buffer = b""
        self.pos = 0
        self._line = 1
        self._counted = 0

    def more(self) -> bool:
        """Read on, at least doubling what is unread so that scanning again stays cheap. False at the end."""
        self.line()
        unread = self.buffer[self.pos :]
        parts, size = [unread], 0
        while size <= len(unread) and (chunk := next(self.chunks, None)) is not None:
            parts.append(chunk)
            size += len(chunk)
        self.buffer, self.pos, self._counted = b"".join(parts), 0, 0
        return size > 0

    def line(self) -> int:
        """The line on which ``pos`` stands."""
        self._line += self.buffer.count(b"\n", self._counted, self.pos)
        self._counted = self.pos
        return self._line

    def skip(self, pattern: re.Pattern[bytes]) -> int | None:
        """Move past what ``pattern`` matches (it may match nothing); the next byte, or None at the end."""
        while True:
            match = pattern.match(self.buffer, self.pos)
            self.pos = match.end() if match else self.pos
            if self.pos < len(self.buffer):
                return self.buffer[self.pos]
            if not self.more():
                return None


def end_of_value(buffer: bytes, start: int) -> int:
    """Where the object or list at ``start`` ends (exclusive); MORE where the buffer ends first, BROKEN where braces
    and brackets do not match."""
    open_: list[int] = []
    for match in TOKEN.finditer(buffer, start):
        byte = buffer[match.start()]
        if byte == QUOTE:
            if match.end() - match.start() == 1:
                return MORE
        elif byte in CLOSER:
            open_.append(CLOSER[byte])
        elif open_.pop() != byte:
            return BROKEN
        elif not open_:
            return match.end()
    return MORE


class Splitter:
    """Yields the values of a list whose ``[`` was read already, or (``listed`` false) of values one after another.

    ``wrapped`` lists stand inside an object, so that whatever follows them is no mistake.
    """

    def __init__(self, window: Window, limits: Limits, *, listed: bool, wrapped: bool = False) -> None:
        self.window = window
        self.limits = limits
        self.listed = listed
        self.wrapped = wrapped
        self.hint = 4096
        self.good_key = b""

    def __iter__(self) -> Iterator[Piece]:
        window = self.window
        while (byte := window.skip(GAP)) is not None:
            line = window.line()
            if byte == OPEN_BRACE:
                yield self._object(line)
            elif byte == CLOSE_BRACKET and self.listed:
                window.pos += 1
                follows = window.skip(BLANK)
                if follows is None or self.wrapped:
                    return
                if follows == OPEN_BRACKET:
                    # Pages of a dataset that were simply joined.
                    window.pos += 1
                    continue
                yield Piece(window.line(), problem="There is text behind the end of the list.")
                self._recover(loose=True)
            else:
                yield self._other(line, byte)
        if self.listed:
            yield Piece(window.line(), problem="The file ends before its list does. It was probably cut off.")

    def _object(self, line: int) -> Piece:
        window = self.window
        match = NEIGHBOUR.search(window.buffer, window.pos, window.pos + self.hint)
        if match:
            size = match.start() + 1 - window.pos
            if size <= self.limits.max_item_bytes:
                try:
                    value = orjson.loads(memoryview(window.buffer)[window.pos : match.start() + 1])
                except orjson.JSONDecodeError:
                    pass
                else:
                    return self._good(line, value, match.start() + 1)
        return self._counted(line)

    def _good(self, line: int, value: Any, end: int) -> Piece:
        window = self.window
        self.hint = max(4096, 4 * (end - window.pos))
        if isinstance(value, dict) and value and (key := FIRST_KEY.match(window.buffer, window.pos)):
            self.good_key = key[1]
        window.pos = end
        return Piece(line, value)

    def _counted(self, line: int) -> Piece:
        """The object or list at the window's place, its end found by counting tokens."""
        window, most = self.window, self.limits.max_item_bytes
        end = end_of_value(window.buffer, window.pos)
        while end == MORE and len(window.buffer) - window.pos <= 8 * most and window.more():
            end = end_of_value(window.buffer, window.pos)
        if end in {MORE, BROKEN}:
            return self._lost(line, end)
        if end - window.pos > most:
            window.pos = end
            return Piece(line, problem=too_large(most))
        try:
            value = parse_json(window.buffer[window.pos : end])
        except BrokenJson as error:
            return self._broken(line, end, str(error))
        return self._good(line, value, end)

    def _broken(self, line: int, end: int, problem: str) -> Piece:
        """An object whose braces match but which is no JSON: its end is believed if a neighbour follows."""
        window = self.window
        size = end - window.pos
        if not self.listed or self._follows(size) in b",]":
            window.pos += size
        else:
            self._recover()
        return Piece(line, problem=problem)

    def _follows(self, size: int) -> bytes:
        """The first byte that is not blank after the next ``size`` bytes; b"" at the end."""
        window = self.window
        while True:
            match = BLANK.match(window.buffer, window.pos + size)
            after = match.end() if match else 0
            if after < len(window.buffer) or not window.more():
                return window.buffer[after : after + 1]

    def _lost(self, line: int, end: int) -> Piece:
        window = self.window
        long = len(window.buffer) - window.pos > 8 * self.limits.max_item_bytes
        found = self._recover()
        if end == MORE and long:
            return Piece(line, problem=too_large(self.limits.max_item_bytes))
        return Piece(line, problem=UNREADABLE if found or end == BROKEN else CUT_OFF)

    def _recover(self, *, loose: bool = False) -> bool:
        """Move to the next object that begins like its neighbours; to the end of the file where there is none."""
        window = self.window
        own = FIRST_KEY.match(window.buffer, window.pos)
        keys = {key for key in (self.good_key, own[1] if own else b"") if key}
        begin = b"|".join(map(re.escape, sorted(keys))) or b'"'
        before = rb"[\s,]" if loose or not self.listed else rb",\s*"
        pattern = re.compile(before + rb"(?=\{\s*(?:" + begin + rb"))")
        first = window.pos + 1
        while True:
            match = pattern.search(window.buffer, first)
            if match:
                window.pos = match.end()
                return True
            window.pos = max(first, len(window.buffer) - KEPT)
            if not window.more():
                window.pos = len(window.buffer)
                return False
            first = window.pos

    def _other(self, line: int, byte: int) -> Piece:
        """A list, a bare word or a number where an item should be."""
        window = self.window
        if byte == OPEN_BRACKET:
            return self._counted(line)
        match = SCALAR.match(window.buffer, window.pos)
        while match is None or match.end() == len(window.buffer):
            if len(window.buffer) - window.pos > self.limits.max_item_bytes or not window.more():
                break
            match = SCALAR.match(window.buffer, window.pos)
        size = match.end() - window.pos if match else 0
        if match is None or (self.listed and self._follows(size) not in b",]"):
            self._recover()
            return Piece(line, problem=UNREADABLE)
        raw = match[0]
        window.pos += size
        try:
            return Piece(line, parse_json(raw))
        except BrokenJson as error:
            return Piece(line, problem=str(error))


def too_large(most: int) -> str:
    """The words for an item over the limit."""
    return f"This item is larger than {most // 1024} KB."


def items_of_wrapper(head: bytes) -> int | None:
    """Where the list begins in ``{"items": […]}`` or ``{"data": {"items": […]}}``; None where the object is none.

    Plain values may stand before the list, other lists may not.
    """
    names: list[bytes] = []
    last = b""
    for match in TOKEN.finditer(head):
        token = match[0]
        if token == b"{":
            names.append(last)
        elif token == b"[":
            named = last == b'"items"' and head[: match.start()].rstrip().endswith(b":")
            return match.end() if named and names in ([b""], [b"", b'"data"']) else None
        elif token == b"}":
            names.pop()
            if not names:
                return None
        last = token if len(token) > 1 else b""
    return None
