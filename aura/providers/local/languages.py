"""Which language a person writes: py3langid (BSD-3) over the person's comments taken together, and the script."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import stopwordsiso
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from aura.providers.local.letters import word_set

# Of py3langid's 140 languages those that Instagram's audiences write most; fewer choices make short texts surer.
LANGUAGES: Final = word_set(
    "ar az bg bn ca cs da de el en es et fa fi fr gu he hi hr hu hy id it ja ka kk kn ko lt lv mk ml mr ms ne nl no pa "
    "pl pt ro ru sk sl sq sr sv sw ta te th tl tr uk ur uz vi zh"
)
# Scripts that only one of these languages uses: a few letters are enough.
SCRIPTS: Final = {
    "HANGUL": "ko",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "THAI": "th",
    "HEBREW": "he",
    "GREEK": "el",
    "GEORGIAN": "ka",
    "ARMENIAN": "hy",
    "BENGALI": "bn",
    "TAMIL": "ta",
    "TELUGU": "te",
    "GUJARATI": "gu",
    "GURMUKHI": "pa",
    "KANNADA": "kn",
    "MALAYALAM": "ml",
}
NOISE: Final = re.compile(r"https?://\S+|www\.\S+|[@#][\w.]+")
# "soooo" and "hahahaha" say nothing about a language and weigh like a whole sentence.
REPEATED: Final = re.compile(r"(\w)\1{2,}")
LAUGHTER: Final = re.compile(r"\b(?:[ah]{3,}|[aj]{4,}|[ek]{4,}|k{3,}|rs(?:rs)+|lo+l|omg|wow+|ok|xo+)\b", re.I)
MAX_TEXT: Final = 400
MIN_LETTERS: Final = 8
MIN_OTHER_LETTERS: Final = 4
LATIN_END: Final = "\u024f"
MIN_SCRIPT_LETTERS: Final = 2
SCRIPT_SHARE: Final = 0.4
SCRIPT_CONFIDENCE: Final = 0.95
LIKELY: Final = 5


@dataclass(frozen=True, slots=True)
class LanguageReading:
    """``probabilities`` of the likeliest languages (best first, the rest left out), on ``letters`` letters of text."""

    source: str
    letters: int
    probabilities: dict[str, float]


def read_language(comments: Iterable[str], bio: str = "") -> LanguageReading | None:
    """The language of the comments, or of the bio where the comments are too short; None where both are."""
    for source, texts in (("comments", comments), ("bio", (bio,))):
        text = _joined(texts)
        letters = [char for char in text if char.isalpha()]
        script = _language_of_script(letters)
        if script:
            return LanguageReading(f"{source}_script", len(letters), {script: SCRIPT_CONFIDENCE})
        # Outside the Latin alphabet fewer languages share a script, and fewer signs make a word.
        if len(letters) >= MIN_LETTERS or sum(char > LATIN_END for char in letters) >= MIN_OTHER_LETTERS:
            return LanguageReading(source, len(letters), _probabilities(text))
    return None


def _joined(texts: Iterable[str]) -> str:
    """The different texts as one, without names, links, laughter and emoji."""
    parts = {LAUGHTER.sub(" ", REPEATED.sub(r"\1", NOISE.sub(" ", text[:MAX_TEXT]))): None for text in texts}
    kept = "".join(char if char.isalpha() or _belongs(char) else " " for char in " ".join(parts)[: 2 * MAX_TEXT])
    return " ".join(kept.split())[:MAX_TEXT].lower()


def _belongs(char: str) -> bool:
    return char == "'" or unicodedata.category(char) in {"Mn", "Mc"}


def _language_of_script(letters: list[str]) -> str | None:
    rare = [char for char in letters if ord(char) >= 0x370]
    if len(rare) < MIN_SCRIPT_LETTERS:
        return None
    counts = Counter(SCRIPTS[script] for char in rare if (script := _script(char)) in SCRIPTS)
    best = counts.most_common(1)
    if best and best[0][1] >= max(MIN_SCRIPT_LETTERS, SCRIPT_SHARE * len(letters)):
        return best[0][0]
    return None


@lru_cache(maxsize=4096)
def _script(char: str) -> str:
    return unicodedata.name(char, "").partition(" ")[0]


def _probabilities(text: str) -> dict[str, float]:
    ranked = _identifier().rank(text)[:LIKELY]
    return {language: round(float(share), 4) for language, share in ranked}


@lru_cache(maxsize=1)
def _identifier() -> LanguageIdentifier:
    """The model of this process (0.1 s, 40 MB); only read after loading, so threads share it."""
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(LANGUAGES)
    return identifier


@lru_cache(maxsize=64)
def common_words(language: str) -> frozenset[str]:
    """The commonest words of a language without accents (stopwordsiso, MIT); empty where none are known."""
    if not stopwordsiso.has_lang(language):
        return frozenset()
    marked = unicodedata.normalize("NFKD", " ".join(stopwordsiso.stopwords(language)).casefold())
    return frozenset(re.findall(r"[^\W_]+", "".join(char for char in marked if not unicodedata.combining(char))))
