"""The way from an upload to records: which format is it, cut it, normalise each item."""

import csv
from collections.abc import Iterator
from itertools import chain
from typing import Any, BinaryIO

import orjson

from audience.dataset.csv_rows import DELIMITERS, is_header, split_csv
from audience.dataset.items import Record
from audience.dataset.lines import split_lines
from audience.dataset.normalise import Unusable, normalise
from audience.dataset.refusals import DatasetRefused, Limits
from audience.dataset.source import read_text
from audience.dataset.splitting import OPEN_BRACE, OPEN_BRACKET, Piece, Splitter, Window, items_of_wrapper

LINE_SUFFIXES = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")


def read_dataset(stream: BinaryIO, *, filename: str, limits: Limits) -> Iterator[Record]:
    """The records of an Apify dataset, in the order of the file.

    JSON (a list, ``{"items": …}``, ``{"data": {"items": …}}``, objects one after another), JSONL or CSV, as UTF-8 or
    UTF-16 with a mark, plain or gzip. The format is told by the content; ``filename`` only decides in doubt. What is
    broken becomes a record with a ``problem`` and reading goes on. Memory does not grow with the file.

    Raises :class:`DatasetRefused` while iterating: with the first record for what is no dataset, later for what turns
    out too large.
    """
    for number, piece in enumerate(_pieces(stream, filename.lower(), limits), start=1):
        yield _record(number, piece)


def raw_items(stream: BinaryIO, *, filename: str, limits: Limits) -> Iterator[tuple[Any, str]]:
    """The items of a dataset as they stand in the file, each with what is wrong with it ("" and its value, or words).

    Rows of a CSV come as nested objects. Refuses as :func:`read_dataset` does.
    """
    return ((piece.value, piece.problem) for piece in _pieces(stream, filename.lower(), limits))


def _record(number: int, piece: Piece) -> Record:
    if piece.problem:
        return Record(piece.line, number, (), piece.problem)
    try:
        items, problem = normalise(piece.value)
    except Unusable as error:
        return Record(piece.line, number, (), str(error))
    return Record(piece.line, number, items, problem)


def _pieces(stream: BinaryIO, filename: str, limits: Limits) -> Iterator[Piece]:
    chunks = read_text(stream, limits)
    blank = next(chunks)
    head = blank if blank.strip() else next(chunks)
    # Enough to see a first line or the beginning of a list, however small the pieces were that came.
    while len(head) < 2**16 and (chunk := next(chunks, b"")):
        head += chunk
    everything = chain([blank] if not blank.strip() else [], [head], chunks)
    if head[0] == OPEN_BRACKET:
        return _list(everything, limits, skip=1)
    if head[0] == OPEN_BRACE:
        place = items_of_wrapper(head)
        if place is not None:
            return _list(everything, limits, skip=place, wrapped=True)
        if not _has_whole_line(head) and not filename.endswith(LINE_SUFFIXES) and b"\n" in head:
            return iter(Splitter(Window(everything), limits, listed=False))
        return split_lines(everything, limits)
    if _has_whole_line(head):
        return split_lines(everything, limits)
    if _is_csv(head):
        return split_csv(everything, limits)
    raise DatasetRefused(
        "not_a_dataset", "This is no dataset. In Apify, export the items as JSON, JSONL or CSV and upload that file."
    )


def _list(chunks: Iterator[bytes], limits: Limits, *, skip: int, wrapped: bool = False) -> Iterator[Piece]:
    window = Window(chunks)
    while not window.buffer.strip():
        window.more()
    window.pos = len(window.buffer) - len(window.buffer.lstrip())
    while len(window.buffer) < window.pos + skip:
        window.more()
    window.pos += skip
    return iter(Splitter(window, limits, listed=True, wrapped=wrapped))


def _has_whole_line(head: bytes) -> bool:
    """True where one of the first lines is a JSON object by itself."""
    for line in head.split(b"\n", 50)[:50]:
        text = line.strip()
        if text.startswith(b"{") and text.endswith(b"}") and _is_object(text):
            return True
    return False


def _is_object(text: bytes) -> bool:
    value: Any
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return isinstance(value, dict)


def _is_csv(head: bytes) -> bool:
    text = head.decode("utf-8", errors="replace").splitlines()[:2]
    for line in text:
        for delimiter in DELIMITERS:
            try:
                if is_header([name.strip() for name in next(csv.reader([line], delimiter=delimiter), [])]):
                    return True
            except csv.Error:
                return False
    return False
