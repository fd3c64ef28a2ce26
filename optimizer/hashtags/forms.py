"""A hashtag in its one spelling: NFKC, lower case, letters, digits and underscores only, without the sign."""

import re
import unicodedata
from typing import Final

from aura.providers.local.wording import folded

SHORTEST, LONGEST = 2, 50
"""Where a letter is a word, as in Chinese, one is enough. Platforms allow 100; nobody reads or types more than 50."""
SIGNS: Final = "#＃﹟"
WAYS_OUT: Final = re.compile(r"://|[@＠/\\<>{}|]|\bwww\.|\w\.(?:com|net|org|io|co|me|ly|de|app|shop)\b", re.IGNORECASE)
APART: Final = re.compile(r"[\s#＃﹟.,;:!?&+'’‘`´\"“”()\[\]*~^=%$€·•–—-]+")
SHAPES: Final = range(0xFE00, 0xFE10)
"""They say how a sign before them is drawn."""
LETTERS: Final = ("Ll", "Lo", "Lm", "Lu", "Lt", "Nd", "Mn", "Mc")
JOINER: Final = "\u200c"
PLAIN: Final = re.compile(r"[ \t]*#?([A-Za-z][A-Za-z0-9]{1,49})[ \t]*")
"""Most hashtags of a long table; what the long way would say of them is known."""
ALPHABETS: Final = ("LATIN", "CYRILLIC", "GREEK")


class Refused(ValueError):
    """Not a hashtag; ``code`` is ``empty``, ``link``, ``digits``, ``short``, ``long`` or ``mixed_alphabets``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def hashtag(text: str) -> str:
    """The name of a hashtag as it is typed, spoken or answered: "# Street Photography!" is "streetphotography".

    Emoji and signs go. Raises :class:`Refused` for links, handles, digits only, and look-alike spellings.
    """
    if quick := PLAIN.fullmatch(text):
        return quick[1].lower()
    wide = unicodedata.normalize("NFKC", text[:400]).strip()
    if WAYS_OUT.search(wide):
        raise Refused("link")
    kept, before = wide, ""
    # What goes may leave a letter beside a mark that make one together.
    while kept != before:
        kept, before = _cleaned(kept), kept
    if not kept:
        raise Refused("empty")
    if not any(char.isalpha() for char in kept):
        raise Refused("digits")
    if len(kept) < SHORTEST and unicodedata.category(kept) != "Lo":
        raise Refused("short")
    if len(kept) > LONGEST:
        raise Refused("long")
    names = [unicodedata.name(char, "") for char in kept if char.isalpha()]
    if sum(any(name.startswith(alphabet) for name in names) for alphabet in ALPHABETS) > 1:
        raise Refused("mixed_alphabets")
    return kept


def _cleaned(text: str) -> str:
    lowered = unicodedata.normalize("NFKC", APART.sub("", text).casefold())
    kept = "".join(char for char in lowered if _is_letter(char)).strip("_" + JOINER)
    marks = next((n for n, char in enumerate(kept) if unicodedata.category(char) not in {"Mn", "Mc"}), len(kept))
    return unicodedata.normalize("NFKC", kept[marks:])


def _is_letter(char: str) -> bool:
    return char in {"_", JOINER} or (unicodedata.category(char) in LETTERS and ord(char) not in SHAPES)


def key_of(name: str) -> str:
    """What is the same hashtag to a reader: without accents and underscores. For duplicates and banned ones."""
    return folded(name).replace("_", "").replace(JOINER, "")
