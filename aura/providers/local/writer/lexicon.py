"""The writer's tables: one folder of plain text, read once for each language.

A file has sections ``[name]``; in ``*.words.txt`` a topic is ``code = words of a caption | words of a sentence``.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from aura.providers.local.wording import folded

FOLDER: Final = Path(__file__).parent / "tables"
LANGUAGES: Final = tuple(sorted(path.name[:2] for path in FOLDER.glob("*.lines.txt")))
"""ISO 639-1 codes of the languages that there are tables for."""
# Words that speak to somebody: left out where only the picture may be praised.
YOU: Final = {
    "en": r"\b(you|your|yours|yourself|hand|heart|love|kiss|smitten)\b",
    "de": r"\b(du|dir|dich|dein\w*|ihr|euch|eure?\w*|herz\w*|lieb\w*|verlieb\w*)\b",
    "es": r"\b(tú|tu|tus|te|ti|contigo|tuy[oa]s?|corazón|amor|enamor\w*)\b",
    "fr": r"\b(tu|te|toi|ton|ta|tes|vous|votre|vos|cœur|amour\w*|aim\w*)\b",
    "it": r"\b(tu|ti|te|tuo|tua|tuoi|tue|vostr\w*|cuore|amore|innamor\w*)\b",
    "pt": r"\b(você|vocês|teu|tua|teus|tuas|seu|sua|seus|suas|te|ti|coração|amor|apaixon\w*)\b",
}


@dataclass(frozen=True, slots=True)
class Noun:
    """The subject of a sentence."""

    text: str
    plural: bool = False


@dataclass(frozen=True, slots=True)
class Topic:
    """Something that a caption may speak of: the ``words`` that name it, and ``text`` for a sentence."""

    code: str
    words: frozenset[str]
    text: str


@dataclass(frozen=True, slots=True)
class Tables:
    """Everything of one language. ``lines`` are templates by section name, such as ``praise witty``."""

    language: str
    things: Mapping[str, tuple[Noun, ...]]
    lines: Mapping[str, tuple[str, ...]]
    topics: tuple[Topic, ...]
    ordinals: tuple[str, ...]
    colours: Mapping[str, str]
    you: re.Pattern[str]

    def lines_of(self, section: str, *, to_nobody: bool = False) -> tuple[str, ...]:
        """The templates of a section; with ``to_nobody`` only those that praise the picture and speak to no one."""
        found = self.lines.get(section, ())
        return tuple(line for line in found if not self.you.search(line.lower())) if to_nobody else found

    def things_of(self, code: str, *, to_nobody: bool = False) -> tuple[Noun, ...]:
        """What a fact is called; with ``to_nobody`` only words that speak to no one."""
        found = self.things.get(code, ())
        return tuple(one for one in found if not self.you.search(one.text.lower())) if to_nobody else found


@cache
def tables(language: str) -> Tables:
    """The tables of one of :data:`LANGUAGES`."""
    things = {name: tuple(map(_noun, rows)) for name, rows in _sections(language, "things")}
    lines: dict[str, tuple[str, ...]] = {}
    for kind in ("lines", "frames"):
        lines.update(_sections(language, kind))
    words = dict(_sections(language, "words"))
    colours = dict(_pair(row) for row in words.get("colours", ()))
    topics = tuple(map(_topic, words.get("topics", ())))
    return Tables(language, things, lines, topics, words.get("ordinals", ()), colours, re.compile(YOU[language]))


def _sections(language: str, kind: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    name = ""
    rows: list[str] = []
    for line in (FOLDER / f"{language}.{kind}.txt").read_text("utf-8").splitlines():
        if line.startswith("["):
            if rows:
                yield name, tuple(rows)
            name, rows = line.strip("[] "), []
        elif line.strip() and not line.startswith("#"):
            rows.append(line.strip())
    if rows:
        yield name, tuple(rows)


def _noun(row: str) -> Noun:
    return Noun(row[1:].strip(), plural=True) if row.startswith("+") else Noun(row)


def _pair(row: str) -> tuple[str, str]:
    name, _, text = row.partition("=")
    return name.strip(), text.strip()


def _topic(row: str) -> Topic:
    code, rest = _pair(row)
    words, _, text = rest.partition("|")
    return Topic(code, frozenset(folded(word.strip()) for word in words.split(",")), text.strip())
