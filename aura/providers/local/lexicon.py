"""What words feel like, in sixteen languages: the lists in ``feelings``, made for Aura, and VADER's for English (MIT).

A list names words (``word``), beginnings (``stem*``), runs of words (``two_words``) and strong ones (``!word``).
"""

import gzip
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

import stopwordsiso

from aura.providers.local.letters import word_set
from aura.providers.local.wording import folded

FOLDER: Final = Path(__file__).parent / "feelings"
LANGUAGES: Final = ("en", "es", "pt", "fr", "de", "it", "tr", "ru", "ar", "fa", "hi", "ja", "ko", "nl", "pl", "id")
UNSPACED: Final = ("ja",)
"""Languages without spaces: their words are looked for anywhere in the text."""
WEAK, STRONG = 2.0, 3.0
MIN_STEM: Final = 2
WEB: Final = frozenset({"http", "https", "www", "com"})
SHORT_ENGLISH: Final = word_set("a i am an as at be by do go he if in is it me my no of on or so to up us we")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """One language. Values above zero are good, below are bad; 0 hides a word of a wider list."""

    language: str
    words: Mapping[str, float]
    stems: Mapping[str, float]
    runs: Mapping[tuple[str, ...], float]
    negators: frozenset[str]
    negators_after: frozenset[str]
    boosters: frozenset[str]
    asks: frozenset[str]
    ask_runs: frozenset[tuple[str, ...]]
    ask_ends: tuple[str, ...]
    fillers: frozenset[str]
    anywhere: re.Pattern[str] | None = None
    longest: int = 0
    values: Mapping[str, float] = field(default_factory=dict)

    def value(self, word: str) -> float | None:
        """What a word is worth; None where this language's list does not know it."""
        return value_of(self.language, word)


@lru_cache(maxsize=200_000)
def value_of(language: str, word: str) -> float | None:
    """As :meth:`Lexicon.value`; few words make up most of what is written, so they are looked up once."""
    lexicon = lexicons()[language]
    found = lexicon.words.get(word)
    if found is not None:
        return found
    for size in range(min(lexicon.longest, len(word)), MIN_STEM - 1, -1):
        found = lexicon.stems.get(word[:size])
        if found is not None:
            return found
    return None


@cache
def lexicons() -> dict[str, Lexicon]:
    """All lists by language."""
    return {language: _load(language) for language in LANGUAGES}


@cache
def languages_of_words() -> dict[str, frozenset[str]]:
    """Which languages have a word, from the lists and from each language's commonest words (stopwordsiso, MIT)."""
    found: dict[str, set[str]] = {}
    for language, lexicon in lexicons().items():
        own: set[str] = {word for word in lexicon.words if language != "en" or len(word) > MIN_STEM}
        own |= lexicon.negators | lexicon.negators_after | lexicon.boosters | lexicon.asks | lexicon.fillers
        for word in own | stopwords(language):
            found.setdefault(word, set()).add(language)
    return {word: frozenset(languages) for word, languages in found.items()}


@cache
def stopwords(language: str) -> frozenset[str]:
    """A language's commonest words, in one spelling."""
    return (
        frozenset(folded(word) for word in stopwordsiso.stopwords(language)) if language in LANGUAGES else frozenset()
    )


@lru_cache(maxsize=1)
def all_stopwords() -> frozenset[str]:
    """The commonest words and the boosters of all languages: what a topic is never named by."""
    words: set[str] = set()
    for language, lexicon in lexicons().items():
        words |= stopwords(language) | lexicon.boosters | lexicon.negators | lexicon.fillers
    return frozenset(words)


def _load(language: str) -> Lexicon:
    lists = _sections((FOLDER / f"{language}.txt").read_text(encoding="utf-8").splitlines())
    rated = dict(_vader()) if language == "en" else {}
    stems: dict[str, float] = {}
    runs: dict[tuple[str, ...], float] = {}
    for section, sign in (("neutral", 0.0), ("positive", 1.0), ("negative", -1.0)):
        for entry in lists.get(section, []):
            name, value = _rated(entry, sign)
            if "_" in name:
                runs[tuple(name.split("_"))] = value
            elif name.endswith("*"):
                stems[name[:-1]] = value
            else:
                rated[name] = value
    asks = [folded(entry) for entry in lists.get("asks", [])]
    unspaced = language in UNSPACED
    return Lexicon(
        language,
        {} if unspaced else rated,
        stems,
        runs,
        negators=frozenset(map(folded, lists.get("negators", []))),
        negators_after=frozenset(map(folded, lists.get("negators_after", []))),
        boosters=frozenset(map(folded, lists.get("boosters", []))),
        asks=frozenset(ask for ask in asks if "_" not in ask),
        ask_runs=frozenset(tuple(ask.split("_")) for ask in asks if "_" in ask),
        ask_ends=tuple(folded(entry).strip("*?") for entry in lists.get("asks_end", [])),
        fillers=frozenset(map(folded, lists.get("filler", []))),
        anywhere=_alternatives(rated) if unspaced else None,
        longest=max(map(len, stems), default=0),
        values=rated if unspaced else {},
    )


def _sections(lines: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    section: list[str] = []
    for line in lines:
        if line.startswith("["):
            section = found.setdefault(line.strip("[]"), [])
        elif not line.startswith("#"):
            section += line.split()
    return found


def _rated(entry: str, sign: float) -> tuple[str, float]:
    strong = entry.startswith("!")
    return folded(entry.lstrip("!")), sign * (STRONG if strong else WEAK)


def _vader() -> Iterable[tuple[str, float]]:
    """VADER's ratings go from -4 to 4 and are mostly between 1 and 3."""
    with gzip.open(FOLDER / "vader.tsv.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            word, _, value = line.partition("\t")
            yield word, float(value)


def _alternatives(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)))
