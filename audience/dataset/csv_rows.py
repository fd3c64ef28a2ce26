"""Datasets as CSV: Apify flattens nested items into columns such as ``owner/username`` and ``replies/0/text``."""

import csv
from collections.abc import Iterator, Sequence
from typing import Any

from audience.dataset.lines import lines
from audience.dataset.refusals import DatasetRefused, Limits
from audience.dataset.splitting import Piece, too_large

DELIMITERS = ",;\t"
MAX_COLUMNS = 20_000
TELLING = {"id", "commentId", "text", "ownerUsername", "postUrl", "commentUrl", "shortCode", "username", "error"}
Path = tuple[str | int, ...]


class Feed:
    """Hands lines to the CSV reader and remembers those of the current row, so that they can be read again."""

    def __init__(self, source: Iterator[tuple[int, bytes | None]]) -> None:
        self.source = source
        self.again: list[tuple[int, bytes | None]] = []
        self.row: list[tuple[int, bytes | None]] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        number, line = self.again.pop() if self.again else next(self.source)
        self.row.append((number, line))
        return "\n" if line is None else line.decode("utf-8", errors="replace") + "\n"

    def begin(self) -> None:
        """Forget the lines of the row before."""
        self.row = []

    def read_again(self) -> None:
        """Give back all lines of the row but the first: its quotes were wrong and swallowed its neighbours."""
        self.again += reversed(self.row[1:])
        del self.row[1:]


def split_csv(chunks: Iterator[bytes], limits: Limits) -> Iterator[Piece]:
    """The rows of a CSV file as nested items. Raises :class:`DatasetRefused` where the header names no known column."""
    feed = Feed(lines(chunks, limits.max_item_bytes))
    header, delimiter = _header(feed)
    paths = [column_path(name) for name in header]
    reader = csv.reader(feed, delimiter=delimiter, strict=True)
    while True:
        feed.begin()
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            feed.read_again()
            yield Piece(feed.row[0][0], problem="The quotes in this row do not match.")
            continue
        if row and any(row):
            problem = _problem(feed, row, len(header), limits)
            line = feed.row[0][0]
            if problem:
                feed.read_again()
                yield Piece(line, problem=problem)
            else:
                yield Piece(line, unflatten(paths, row))


def _problem(feed: Feed, row: Sequence[str], columns: int, limits: Limits) -> str:
    for _, line in feed.row:
        if line is None:
            return too_large(limits.max_item_bytes)
    if len(row) != columns:
        return f"This row has {len(row)} columns, the header has {columns}."
    if any("\ufffd" in cell for cell in row) and not _is_utf8(feed.row):
        return "This is not UTF-8 text."
    return ""


def _is_utf8(row: Sequence[tuple[int, bytes | None]]) -> bool:
    try:
        for _, line in row:
            (line or b"").decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _header(feed: Feed) -> tuple[list[str], str]:
    """Column names and the delimiter. A first line ``sep=;`` (Excel) is obeyed."""
    said = ""
    for text in feed:
        line = text.strip("\r\n")
        if line[:4].lower() == "sep=" and len(line) == 5:
            said = line[4]
        elif line.strip():
            delimiter = said or max(DELIMITERS, key=line.count)
            header = [name.strip() for name in next(csv.reader([line], delimiter=delimiter))]
            if is_header(header):
                return header, delimiter
            break
    raise DatasetRefused(
        "not_a_dataset", "This is neither JSON nor a CSV file whose first line names columns such as id and text."
    )


def is_header(names: Sequence[str]) -> bool:
    """True where these look like the columns of an Apify dataset."""
    known = {name.split("/")[0].split(".")[0] for name in names}
    return len(names) <= MAX_COLUMNS and len(TELLING & known) >= 2


def column_path(name: str) -> Path:
    """``replies/0/text`` (or with dots) → ("replies", 0, "text")."""
    parts = name.replace(".", "/").split("/")
    return tuple(int(part) if part.isascii() and part.isdigit() and len(part) < 6 else part for part in parts)


def unflatten(paths: Sequence[Path], row: Sequence[str]) -> dict[str, Any]:
    """The nested item of a row. Empty cells are left out: a field that other rows have tells nothing about this one.
    Lists keep the order of their numbers."""
    item: dict[Any, Any] = {}
    for path, cell in zip(paths, row, strict=True):
        if cell == "":
            continue
        if len(path) == 1:
            item[path[0]] = cell
            continue
        place = item
        for part in path[:-1]:
            inner = place.setdefault(part, {})
            if not isinstance(inner, dict):
                inner = place[part] = {}
            place = inner
        place[path[-1]] = cell
    return {key: _lists(value) for key, value in item.items()}


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(isinstance(key, int) for key in value):
        return [_lists(value[key]) for key in sorted(value)]
    return {str(key): _lists(part) for key, part in value.items()}
