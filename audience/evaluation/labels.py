"""Reads lists of labelled pictures: any usual delimiter, column names and spellings. What cannot be read is told."""

import codecs
import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from audience.evaluation.ages import Span, read_age
from aura.providers.ports import UNKNOWN

SNIFFED: Final = 64 * 1024
MAX_FIELD: Final = 1_000_000
DELIMITERS: Final = ",;\t|"
# Each role of a column with the names it goes by, the best one first; written without spaces, dashes and capitals.
NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "picture": (
        *("file", "filename", "filepath", "path", "picture", "picturefile", "image", "imagefile", "imagename"),
        *("imagepath", "imagefilename", "img", "imgname", "imgpath", "photo", "photofile", "avatar", "face", "name"),
        "id",
    ),
    "gender": (
        *("gender", "sex", "labelgender", "genderlabel", "truegender", "gendertrue", "labelsex", "gt_gender"),
        *("isfemale", "iswoman", "female", "ismale", "isman", "male", "woman", "man"),
    ),
    "age": (
        *("age", "ageyears", "years", "labelage", "agelabel", "trueage", "realage", "apparentage", "agebracket"),
        *("agegroup", "agerange", "agebin", "decade", "agedecade"),
    ),
    "username": ("username", "user", "handle", "login", "screenname"),
    "full_name": ("fullname", "displayname", "realname", "personname"),
    "bio": ("bio", "biography", "description", "about"),
    "comments": ("comments", "comment", "text", "texts"),
    "group": ("race", "ethnicity", "group", "labelrace", "skintone", "skin", "origin", "service", "subgroup"),
}
WOMAN: Final = {"woman", "women", "female", "f", "w", "girl", "lady", "frau", "weiblich", "mujer", "femme", "fem"}
MAN: Final = {"man", "men", "male", "m", "boy", "gentleman", "mann", "männlich", "hombre", "homme", "masc"}
UNSAID: Final = {"", "unknown", "none", "null", "nan", "na", "n/a", "?", "-", "other", "unclear"}
# A column that is named after one gender says of 1 and 0 which is which.
ONE_IS: Final = {
    **dict.fromkeys(("isfemale", "iswoman", "female", "woman"), "woman"),
    **dict.fromkeys(("ismale", "isman", "male", "man"), "man"),
}
YES: Final = {"1", "1.0", "true", "yes", "y", "t"}
NO: Final = {"0", "0.0", "false", "no", "n"}


class LabelsRefused(Exception):
    """The list as a whole cannot be used; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """One row: the picture's name as written, and what is known of the person. ``line`` counts from 1, the header."""

    line: int
    picture: str
    gender: str = UNKNOWN
    age: Span | None = None
    username: str = ""
    full_name: str = ""
    bio: str = ""
    comments: tuple[str, ...] = ()
    group: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A row, or a part of one, that could not be used."""

    line: int
    code: str
    message: str


def plain(header: str) -> str:
    """A column's name in small letters without anything but letters and digits."""
    return re.sub(r"[\W_]+", "", header.lower())


def columns_of(header: Sequence[str]) -> dict[str, int]:
    """Which column plays which role; the best name wins. Raises :class:`LabelsRefused` where no picture is named."""
    names = [plain(name) for name in header]
    found: dict[str, int] = {}
    for role, known in NAMES.items():
        place = next((names.index(plain(name)) for name in known if plain(name) in names), None)
        if place is not None:
            found[role] = place
    if "picture" not in found:
        raise LabelsRefused(f"No column names a picture. Call it “file”. Columns found: {', '.join(header)[:200]}.")
    if not {"gender", "age"} & set(found):
        raise LabelsRefused(f"No column holds a gender or an age. Columns found: {', '.join(header)[:200]}.")
    return found


def read_labels(path: Path, codes: Mapping[str, str] | None = None) -> Iterator[Labelled | Trouble]:
    """Rows of the list in order, each either labelled or, with the reason, not usable. Holds one row at a time.

    ``codes`` says what gender codes such as 0 and 1 mean. Raises :class:`LabelsRefused` before the first row.
    """
    csv.field_size_limit(MAX_FIELD)
    with path.open(encoding=_encoding(path), errors="replace", newline="") as stream:
        dialect = _dialect(stream.read(SNIFFED))
        stream.seek(0)
        rows = csv.reader(stream, delimiter=dialect, skipinitialspace=True)
        header = next(rows, None)
        if header is None:
            raise LabelsRefused("The list is empty.")
        reader = _Reader(header, codes or {})
        while True:
            try:
                cells = next(rows)
            except StopIteration:
                return
            except csv.Error as error:
                yield Trouble(rows.line_num, "row_broken", f"The row cannot be read: {error}.")
                continue
            if any(cell.strip() for cell in cells):
                yield from reader.row(rows.line_num, cells)


def read_codes(words: str) -> dict[str, str]:
    """``0=man,1=woman`` as a mapping. Raises :class:`LabelsRefused`."""
    codes = {}
    for part in filter(None, (part.strip() for part in words.split(","))):
        code, _, meaning = part.partition("=")
        gender = _named(meaning.strip().lower())
        if not gender:
            raise LabelsRefused(f"“{part}” does not say which gender a code means. Write for example 0=man,1=woman.")
        codes[code.strip().lower()] = gender
    return codes


class _Reader:
    """What the header says about the rows below it."""

    def __init__(self, header: Sequence[str], codes: Mapping[str, str]) -> None:
        self.header = [plain(name) for name in header]
        self.places = columns_of(header)
        self.codes = codes

    def row(self, line: int, cells: Sequence[str]) -> Iterator[Labelled | Trouble]:
        def cell(role: str) -> str:
            place = self.places.get(role)
            return cells[place].strip() if place is not None and place < len(cells) else ""

        picture = cell("picture")
        if not picture:
            yield Trouble(line, "picture_not_named", "The row names no picture.")
            return
        gender, age = self._gender(cell("gender")), self._age(cell("age"))
        for said, found, what in ((cell("gender"), gender, "gender"), (cell("age"), age, "age")):
            if found is None and said.lower() not in UNSAID:
                yield Trouble(line, f"{what}_not_read", f"“{said[:30]}” is not understood as {what}.{self._hint(what)}")
        if not gender and age is None:
            yield Trouble(line, "not_labelled", "The row has neither a gender nor an age.")
            return
        comments = tuple(filter(None, (part.strip() for part in re.split(r"\s*\|\|?\s*|\n", cell("comments")))))
        rest = {name: cell(name) for name in ("username", "full_name", "bio", "group")}
        yield Labelled(line, picture, gender or UNKNOWN, age, comments=comments, **rest)

    def _hint(self, what: str) -> str:
        return " Say what codes mean with --gender-codes 0=man,1=woman." if what == "gender" else ""

    def _gender(self, said: str) -> str | None:
        word = said.lower()
        if word in self.codes:
            return self.codes[word]
        one = ONE_IS.get(self.header[self.places["gender"]]) if "gender" in self.places else None
        if one and word in YES | NO:
            return one if word in YES else {"woman": "man", "man": "woman"}[one]
        return _named(word)

    def _age(self, said: str) -> Span | None:
        if said.lower() in UNSAID:
            return None
        return read_age(said, decade="decade" in self.header[self.places["age"]])


def _named(word: str) -> str | None:
    if word in WOMAN:
        return "woman"
    return "man" if word in MAN else None


def _encoding(path: Path) -> str:
    with path.open("rb") as stream:
        start = stream.read(SNIFFED)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        # Not final: the piece may end in the middle of a letter.
        codecs.getincrementaldecoder("utf-8")().decode(start, final=False)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def _dialect(start: str) -> str:
    """The delimiter that the header has most of; a comma where it has none."""
    header = start.split("\n", 1)[0]
    return max(DELIMITERS, key=header.count) if any(mark in header for mark in DELIMITERS) else ","
