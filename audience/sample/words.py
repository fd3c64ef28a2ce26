"""The vocabulary of the sample: one text file per language in `words/`, with names, sentences and self-descriptions.

Given names are ordinary ones; every family name is made up, so that no full name and no user name is a real person's.
"""

import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

FOLDER = Path(__file__).parent / "words"
FOLDED = str.maketrans({"ł": "l", "ı": "i", "ß": "ss", "ø": "o", "đ": "d"})

# Share of each language among the people, in percent; hours its speakers live ahead of UTC, in summer.
LANGUAGES = {
    "en": (31, (1, 1, -4, -5, 10)),
    "de": (14, (2,)),
    "es": (10, (2, 2, -5, -3)),
    "pt": (7, (-3, -3, 1)),
    "fr": (7, (2,)),
    "it": (6, (2,)),
    "tr": (5, (3,)),
    "pl": (4, (2,)),
    "nl": (3, (2,)),
    "fa": (3, (3,)),
    "hi": (3, (5,)),
    "ja": (2, (9,)),
    "ar": (2, (3, 2)),
    "ru": (2, (3, 5)),
    "ko": (1, (9,)),
}


@dataclass(frozen=True)
class Name:
    """A name as its bearer writes it, and in plain Latin letters for a user name."""

    written: str
    plain: str


@dataclass(frozen=True)
class Words:
    """What one language has to say."""

    women: tuple[Name, ...]
    men: tuple[Name, ...]
    families: tuple[Name, ...]
    comments: tuple[str, ...]
    short: tuple[str, ...]
    replies: tuple[str, ...]
    giveaway: tuple[str, ...]
    bios: tuple[str, ...]


def seeded(topic: str) -> Random:
    """A source of random numbers that gives the same sequence for the same topic on every machine."""
    return Random(f"north roast sample: {topic}")  # noqa: S311  # reproducible drawing, nothing secret


def plain(name: str) -> str:
    """`name` in lower-case Latin letters only."""
    folded = unicodedata.normalize("NFKD", name.lower().translate(FOLDED))
    return "".join(letter for letter in folded if "a" <= letter <= "z")


@cache
def words_of(language: str) -> Words:
    """The vocabulary of an ISO 639-1 language of ``LANGUAGES``."""
    sections: dict[str, list[str]] = {}
    for line in (FOLDER / f"{language}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = sections.setdefault(line.strip("[]"), [])
        elif line.strip():
            section.append(line.strip())
    return Words(
        women=_names(sections["women"]),
        men=_names(sections["men"]),
        families=_names(sections["families"]),
        comments=tuple(sections["comments"]),
        short=tuple(sections["short"]),
        replies=tuple(sections["replies"]),
        giveaway=tuple(sections["giveaway"]),
        bios=tuple(sections["bios"]),
    )


def _names(lines: list[str]) -> tuple[Name, ...]:
    pairs = [part.strip().partition("=") for line in lines for part in line.split(",")]
    return tuple(Name(written, latin or plain(written)) for written, _, latin in pairs)
