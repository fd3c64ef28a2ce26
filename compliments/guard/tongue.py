"""Whether a text is in the language that was asked for."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from aura.providers.local.languages import common_words, read_language
from aura.providers.local.letters import word_set
from aura.wording.folding import bare, spaced

LATIN: Final = word_set("en de es fr it pt nl pl tr id sv da no fi cs ro hu hr sk sl ca vi")
ENOUGH_WORDS: Final = 6
FEW: Final = 0.15
"""Texts of real sentences consist of common words by a third and more."""
SURE: Final = 0.9
LETTERS: Final = 40
WORD: Final = re.compile(r"[^\W\d_]+")


def wrong_language(text: str, language: str) -> bool:
    """True where it is not, as far as one can tell from so few words; short texts are given the benefit."""
    scripts = {_script(char) for char in text if char.isalpha()}
    if language in LATIN and scripts - {"LATIN"}:
        return True
    words = spaced(bare(text)).split()
    common = common_words(language)
    share = sum(word in common for word in words) / len(words) if words and common else 1.0
    if language in LATIN and len(words) >= ENOUGH_WORDS and share < FEW:
        return True
    if sum(map(len, words)) < LETTERS:
        return False
    read = read_language([text])
    best = next(iter(read.probabilities.items())) if read and read.probabilities else None
    if best is None or best[0] == language or best[1] < SURE:
        return False
    others = common_words(best[0])
    return not common or not others or sum(word in others for word in words) / len(words) > share


def mixed_scripts(text: str) -> bool:
    """Whether one word is written in letters of two alphabets, as words in disguise are."""
    for word in WORD.findall(text):
        scripts = {_script(char) for char in word}
        if len(scripts) > 1 and "LATIN" in scripts:
            return True
    return False


@lru_cache(maxsize=4096)
def _script(char: str) -> str:
    name = unicodedata.name(char, "").partition(" ")[0]
    return "LATIN" if name in {"FEMININE", "MASCULINE", "MODIFIER", "LATIN"} else name
