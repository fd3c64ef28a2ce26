"""Text in what people see as letters: no accent, skin tone, flag or joined emoji is ever cut in two.

The rules of Unicode's annex 29 for extended grapheme clusters as far as the standard library knows the properties:
marks and joiners stay with what stands before them, emoji around a joiner, two regional letters and the parts of a
Hangul syllable stay together. Rarely a cluster is larger than the annex has it, never smaller where it matters.
"""

import unicodedata
from typing import Final

JOINER: Final = 0x200D
MARKS: Final = frozenset({"Mn", "Me", "Mc"})
LEADING, VOWELS, TRAILING = range(0x1100, 0x1160), range(0x1160, 0x11A8), range(0x11A8, 0x1200)
SYLLABLES: Final = range(0xAC00, 0xD7A4)
REGIONAL: Final = range(0x1F1E6, 0x1F200)
SKINS: Final = range(0x1F3FB, 0x1F400)
TAGS: Final = range(0xE0020, 0xE0080)


def graphemes(text: str) -> list[str]:
    """The clusters of a text, in order; joined they are the text."""
    if text.isascii() and "\r" not in text:
        return list(text)
    found: list[str] = []
    flags = 0
    for char in text:
        code = ord(char)
        before = ord(found[-1][-1]) if found else -1
        if found and (_goes_on(char, code, before) or (code in REGIONAL and flags % 2)):
            found[-1] += char
        else:
            found.append(char)
        flags = flags + 1 if code in REGIONAL else 0
    return found


def _goes_on(char: str, code: int, before: int) -> bool:
    if before == 0x0D or code == 0x0A:
        return before == 0x0D and code == 0x0A
    if before == 0x0A:
        return False
    if code < 0x300:
        return False
    if code in {JOINER, 0x200C} or code in SKINS or code in TAGS or unicodedata.category(char) in MARKS:
        return True
    if before == JOINER:
        return True
    return _hangul(code, before)


def _hangul(code: int, before: int) -> bool:
    if code in VOWELS:
        return before in LEADING or before in VOWELS or (before in SYLLABLES and (before - 0xAC00) % 28 == 0)
    if code in TRAILING:
        return before in VOWELS or before in TRAILING or before in SYLLABLES
    return code in LEADING and before in LEADING
