"""Comments as words: one spelling for many ways to write, and the emoji apart."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

MAX_TEXT: Final = 600
"""Longer comments are read as far as this; they are about 1 in 1,000."""
LINK: Final = re.compile(r"https?://\S+|www\.\S+")
HANDLE: Final = re.compile(r"[@#][\w.]+")
# A letter and what hangs on it: the vowel signs of Indic scripts and Thai are no letters to Python.
WORD: Final = re.compile(r"[^\W\d_](?:[^\W\d_]|[\u0900-\u0dff\u0e30-\u0e4e\u200c]|['’](?=[^\W\d_]))*")
EMOJI: Final = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\u2b50\u2b55\u2049\u203c\u2763\u2764\u263a\u2639]")
LONG: Final = re.compile(r"([^\W\d_])\1{2,}")
MARKS: Final = {code: None for code in (*range(0x300, 0x370), *range(0x64B, 0x660), 0x670, 0x640, 0xFE0F, 0x200D)}
SAME: Final = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ı": "i", "ł": "l", "ø": "o", "’": "'", "`": "'", "أ": "ا", "إ": "ا"}
    | {"آ": "ا", "ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه", "ё": "е"}
)


@dataclass(frozen=True, slots=True)
class Wording:
    """``text`` in one spelling without handles and links, its ``words``, its ``emoji`` in order."""

    text: str
    words: tuple[str, ...]
    emoji: tuple[str, ...]
    stretched: bool


def folded(text: str) -> str:
    """Lower case, without accents; umlauts written out, Arabic and Persian letters that look alike made one."""
    if text.isascii():
        return text.lower()
    # First to plain letters: comments are often set in mathematical bold, which has no lower case.
    lowered = unicodedata.normalize("NFKC", text).casefold()
    composed = unicodedata.normalize("NFC", lowered).translate(SAME)
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKD", composed).translate(MARKS)).translate(SAME)


def worded(text: str) -> Wording:
    """The words and emoji of a comment."""
    kept = LINK.sub(" ", text[:MAX_TEXT])
    if "@" in kept or "#" in kept:
        kept = HANDLE.sub(" ", kept)
    plain = folded(kept)
    short = LONG.sub(r"\1\1", plain)
    emoji = () if plain.isascii() else tuple(EMOJI.findall(plain))
    return Wording(short, tuple(WORD.findall(short)), emoji, short != plain)


def key_text(text: str) -> str:
    """What two copies of a comment have in common: their words, in order."""
    return " ".join(worded(text).words)


def masked(text: str, most: int = 240) -> str:
    """A comment to be shown without the people whom it names and without links; cut after ``most`` letters."""
    plain = " ".join(re.sub(r"@[\w.]+", "@…", LINK.sub("(link)", text)).split())
    return plain if len(plain) <= most else plain[: most - 1].rstrip() + "…"


def grams(words: tuple[str, ...], longest: int = 3) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Every run of 2 … ``longest`` words with the place where it begins, longest first."""
    for size in range(min(longest, len(words)), 1, -1):
        for place in range(len(words) - size + 1):
            yield place, words[place : place + size]
