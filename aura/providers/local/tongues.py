"""The language of one comment: its script, else a vote of its words, else py3langid for longer texts."""

import re
import unicodedata
from collections import defaultdict
from functools import lru_cache
from typing import Final

from aura.providers.local.languages import SCRIPTS, read_language
from aura.providers.local.lexicon import languages_of_words, lexicons
from aura.providers.local.wording import Wording
from aura.providers.ports import UNKNOWN

KANA: Final = re.compile("[\u3040-\u30ff]")
HAN: Final = re.compile("[\u4e00-\u9fff]")
ONLY: Final = ((re.compile("[\uac00-\ud7af]"), "ko"), (re.compile("[\u0900-\u097f]"), "hi"), (HAN, "zh"))
PERSIAN: Final = frozenset("پچژگ")
ENOUGH_LETTERS: Final = 14
SURE: Final = 0.7
AHEAD: Final = 1.15
"""By which factor the vote of the words must be ahead of the next language."""
COMMON: Final = ("en", "es", "pt", "fr", "de", "it", "tr", "id", "nl", "pl", "ru", "ar", "fa")
"""Ties go to the language that is written more; a short word of praise is the same to all of them."""


def tongue_of(words: Wording) -> str:
    """ISO 639-1 code, or "unknown"."""
    if not words.words:
        return UNKNOWN
    if not words.text.isascii() and (script := _script(words.text)):
        return script
    votes = _votes(words.words) or _votes_of_stems(words.words)
    best = sorted(votes.items(), key=lambda vote: -vote[1])[:2]
    if best and (len(best) == 1 or best[0][1] >= AHEAD * best[1][1]):
        return best[0][0]
    letters = sum(map(len, words.words))
    if letters >= ENOUGH_LETTERS and (read := read_language([words.text])) and read.probabilities:
        language, share = next(iter(read.probabilities.items()))
        if share >= SURE and (not best or language in votes or votes[best[0][0]] < 2):
            return language
    if not best:
        return UNKNOWN
    tied = {language for language, vote in votes.items() if vote * AHEAD > best[0][1]}
    return next((language for language in COMMON if language in tied), best[0][0])


def _votes(words: tuple[str, ...]) -> dict[str, float]:
    votes: defaultdict[str, float] = defaultdict(float)
    known = languages_of_words()
    for word in words:
        languages = known.get(word)
        if languages:
            for language in languages:
                votes[language] += 1 / len(languages)
    return votes


def _votes_of_stems(words: tuple[str, ...]) -> dict[str, float]:
    """As :func:`_votes`, by the beginnings of words; slower, so only where no whole word is known."""
    votes: defaultdict[str, float] = defaultdict(float)
    for language, lexicon in lexicons().items():
        for word in words:
            if lexicon.value(word) is not None:
                votes[language] += 1.0
    return votes


def _feels_japanese(text: str) -> bool:
    pattern = lexicons()["ja"].anywhere
    return bool(pattern and pattern.search(text))


def _script(text: str) -> str:
    """The language of a script that is (here) only one language's."""
    if KANA.search(text) or (HAN.search(text) and _feels_japanese(text)):
        return "ja"
    for script, language in ONLY:
        if script.search(text):
            return language
    found = {_language_of(char) for char in text if char > "\u024f"}
    found.discard("")
    return next(iter(found)) if len(found) == 1 else ""


@lru_cache(maxsize=4096)
def _language_of(char: str) -> str:
    if char in PERSIAN:
        return "fa"
    return SCRIPTS.get(unicodedata.name(char, "").partition(" ")[0], "")
