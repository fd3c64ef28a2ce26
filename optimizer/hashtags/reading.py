"""Reads tables of hashtags that people bring: a CSV with a head, line by line, whatever of it can be used."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from optimizer.hashtags.forms import Refused, hashtag, key_of
from optimizer.hashtags.table import TagRow, WrongTable

MOST_ROWS, MOST_BYTES = 200_000, 20_000_000
MOST_NICHES, LONGEST_NICHE, LONGEST_SOURCE = 20, 60, 120
COLUMNS: Final[Mapping[str, str]] = {
    "hashtag": "hashtag", "name": "hashtag", "tag": "hashtag", "posts": "posts", "count": "posts", "banned": "banned",
    "niches": "niches", "niche": "niches", "source": "source", "read_on": "read_on",
}  # fmt: skip
DELIMITERS: Final = ",;\t"
TRUE: Final = frozenset({"1", "true", "yes", "y", "x", "banned", "ja", "si", "sí", "oui"})
FALSE: Final = frozenset({"", "0", "false", "no", "n", "nein", "non"})
GROUPED: Final = re.compile(r"\d{1,3}(?:[.,_ \u00a0\u202f'’]\d{3})+")
SHORTENED: Final = re.compile(r"(\d{1,6})(?:[.,](\d))?\s?([kmb])")
TIMES: Final = {"k": 3, "m": 6, "b": 9}
NOT_NICHE: Final = re.compile(r"[^\w &/'+-]+")
WORDS: Final[Mapping[str, str]] = {
    "empty": "there is no hashtag", "link": "a link or a handle is no hashtag", "digits": "digits alone are no hashtag",
    "short": "it is too short", "long": "it has more than 50 characters",
    "mixed_alphabets": "it mixes letters of several alphabets",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: ``row``, or why there is none in ``problem``. ``said`` is its hashtag as it stands there."""

    number: int
    said: str
    row: TagRow | None = None
    source: str = ""
    read_on: date | None = None
    problem: str = ""


class TableReader:
    """The lines of a CSV. ``columns`` are those of ``COLUMNS`` that its head names; commas, semicolons or tabs between.

    Raises :class:`WrongTable` where nothing can be read; a line that is wrong comes as a :class:`Line` with words.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        head, given = "", iter(lines)
        self._before = 0
        for self._before, one in enumerate(given, 1):
            head = one.lstrip("\ufeff")
            if head.strip():
                break
        delimiter = max(DELIMITERS, key=head.count)
        named = [cell.strip().strip('"').strip().lower() for cell in head.strip("\r\n").split(delimiter)]
        self._places = [COLUMNS.get(name, "") for name in named]
        self.columns = frozenset(self._places) - {""}
        if "hashtag" not in self.columns:
            raise WrongTable("The first line must name the columns; one of them is hashtag.")
        self._reader = csv.reader(given, delimiter=delimiter)

    def __iter__(self) -> Iterator[Line]:
        try:
            for count, cells in enumerate(self._reader, 1):
                if count > MOST_ROWS:
                    raise WrongTable(f"A table has at most {MOST_ROWS:,} lines.")
                if any(cell.strip() for cell in cells):
                    yield self._line(self._before + self._reader.line_num, cells)
        except csv.Error as error:
            raise WrongTable(f"This is not a CSV table ({error}).") from None

    def _line(self, number: int, cells: Sequence[str]) -> Line:
        cell = dict(zip(self._places, cells, strict=False))
        said = " ".join(cell.get("hashtag", "").split())[:60]
        try:
            if len(cells) > len(self._places):
                raise WrongTable("it has more cells than the first line; put quotes around a number with commas")
            row = TagRow(
                _name(cell["hashtag"]),
                "",
                _posts(cell.get("posts", "")),
                _banned(cell.get("banned", "")),
                niches(cell.get("niches", "")),
            )
            # A sheet that Aura wrote has an apostrophe before what a spreadsheet would run.
            source = " ".join(cell.get("source", "").split()).removeprefix("'")[:LONGEST_SOURCE]
            return Line(number, said, row, source, _day(cell.get("read_on", "")))
        except WrongTable as wrong:
            return Line(number, said, problem=str(wrong))


def parsed(text: str) -> tuple[TagRow, ...]:
    """Rows of a whole CSV; later rows of the same hashtag win. Raises :class:`WrongTable`, which names the line."""
    if len(text) > MOST_BYTES:
        raise WrongTable("The table is larger than 20 MB.")
    rows: dict[str, TagRow] = {}
    for line in TableReader(io.StringIO(text, newline="")):
        if line.row is None:
            raise WrongTable(f"Line {line.number}: {line.problem}.")
        rows.pop(key_of(line.row.name), None)
        rows[key_of(line.row.name)] = line.row
    return tuple(rows.values())


def niches(said: str) -> tuple[str, ...]:
    """Niches in lower case, each once, from a text that separates them by commas, semicolons or bars."""
    parts = (" ".join(NOT_NICHE.sub(" ", part).split()).strip(" '+-").lower() for part in re.split(r"[;,|]", said))
    return tuple(dict.fromkeys(part[:LONGEST_NICHE].strip() for part in parts if part))[:MOST_NICHES]


def _name(said: str) -> str:
    try:
        name = hashtag(said)
    except Refused as refused:
        raise WrongTable(WORDS[refused.code]) from None
    if not key_of(name):
        raise WrongTable(WORDS["empty"])
    return name


def _banned(said: str) -> bool:
    word = said.strip().strip("'").lower()
    if word not in TRUE | FALSE:
        raise WrongTable("banned is yes or no")
    return word in TRUE


def _posts(said: str) -> int | None:
    """A count such as 1200000, "1,200,000", 1.2M or 350k."""
    plain = said.strip().strip("'").lower()
    if not plain:
        return None
    if short := SHORTENED.fullmatch(plain):
        return int(short[1] + (short[2] or "0") + "0" * (TIMES[short[3]] - 1))
    if GROUPED.fullmatch(plain):
        plain = re.sub(r"\D", "", plain)
    if not (plain.isascii() and plain.isdigit() and len(plain) <= 12):
        raise WrongTable("posts is a whole number")
    return int(plain)


def _day(said: str) -> date | None:
    plain = said.strip().strip("'")
    if not plain:
        return None
    try:
        found = date.fromisoformat(plain)
    except ValueError:
        raise WrongTable("read_on is a day such as 2026-11-21") from None
    if found.year < 2000:
        raise WrongTable("read_on is a day since 2000")
    return found
