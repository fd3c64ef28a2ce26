"""Ways out of a text: links, e-mail addresses, telephone numbers, handles and hashtags."""

import re
from collections.abc import Iterator
from typing import Final

from aura.providers.local.letters import word_set
from aura.wording.folding import ALIKE, bare, spaced
from compliments.guard.facts import BriefFacts

ENDINGS: Final = (
    "com|net|org|info|biz|io|co|me|ly|gg|tv|app|dev|shop|store|site|online|xyz|top|club|link|live|page|ai|de|es|fr|it|pt"
    "|br|uk|us|eu|ru|cn|in|at|ch|nl|pl|be|to|cc|ws|su|tk|ml|cam|click|work|zip|mov|example|test|local|onion"
)
SCHEME: Final = re.compile(r"\b(?:h[tx]{2}ps?|ftp|javascript|data|mailto|tel|file)\s*:|www\s*\.|//\w", re.I)
TIGHT: Final = re.compile(rf"[\w-][.。．․](?:{ENDINGS})\b|\w\s[.]\s(?:com|net|org|io|ly)\b|[\w-]+\.\w+/\w", re.I)
SPOKEN: Final = re.compile(
    rf"\b\w+\s*[(\[{{]?\s*(?:dot|punkt|punto|point|ponto)\s*[)\]}}]?\s*(?:{ENDINGS})\b|\w\s*[(\[{{]\s*[.]\s*[)\]}}]\s*\w",
    re.I,
)
NUMBER_HOST: Final = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b")
MAIL: Final = re.compile(r"[\w.+-]+\s?[@＠]\s?[\w-]+\s?\.\s?\w|\b\w+\s*[(\[{]\s*(?:at|arroba|chiocciola)\s*[)\]}]\s*\w|"
                         r"\b\w+ at \w+ dot \w+", re.I)  # fmt: skip
PHONE: Final = re.compile(r"(?:\+|\b)\d(?:[\s().\-–/]*\d){6,}")
DIGITS: Final = word_set("""
    zero one two three four five six seven eight nine null eins zwei drei vier fuenf sechs sieben acht neun cero uno dos
    tres cuatro cinco seis siete ocho nueve un deux trois quatre cinq sept huit neuf due tre quattro cinque sei sette
    otto nove um dois quatro sete oito oh funf
""")
DIGIT_RUN: Final = 5
HANDLE: Final = re.compile(r"(?<![\w.])[@＠]\s?([\w.]{1,40})")
HASHTAG: Final = re.compile(r"(?<![\w&])[#＃]\s?(\w{1,60})")
MARKUP: Final = re.compile(r"<\s*/?\s*[a-z!]|&(?:#\d+|#x[0-9a-f]+|[a-z]+);|\[[^\]]*\]\s*\(|\{\{|\{%|```|<\|", re.I)
LONG_WORD: Final = re.compile(r"(?=[A-Za-z+/=_]*(?:\d|[a-z][A-Z]))[A-Za-z0-9+/=_]{25,}|[A-Za-z]{40,}")
PLAIN_TAG: Final = re.compile(r"[^\W\d_]{2,24}")


def addresses(text: str) -> Iterator[str]:
    """The codes of what leads out of a visible text: ``link``, ``email``, ``phone``, ``markup``, ``gibberish``."""
    for one in (text, text.translate(ALIKE)):
        if MAIL.search(one):
            yield "email"
        if any(pattern.search(one) for pattern in (SCHEME, TIGHT, SPOKEN, NUMBER_HOST)):
            yield "link"
    if PHONE.search(text) or _spoken_digits(text):
        yield "phone"
    if MARKUP.search(text):
        yield "markup"
    if LONG_WORD.search(text):
        yield "gibberish"


def escaped(text: str, facts: BriefFacts) -> tuple[str, tuple[str, ...]]:
    """The text without the signs of the author's handle and the post's plain hashtags, and codes of what is left.

    ``mention`` and ``hashtag`` are refusals: somebody or something that the post is not by or about.
    """
    author = facts.author

    def unhandled(found: re.Match[str]) -> str:
        name = found[1].rstrip(".").lower()
        return found[0].lstrip("@＠").strip() if name == author and author else found[0]

    def untagged(found: re.Match[str]) -> str:
        tag = found[1].lower()
        return found[1] if tag in facts.hashtags and PLAIN_TAG.fullmatch(found[1]) else found[0]

    clean = HASHTAG.sub(untagged, HANDLE.sub(unhandled, text))
    left = [code for code, sign in (("mention", "@＠"), ("hashtag", "#＃")) if any(one in clean for one in sign)]
    return clean, tuple(left)


def _spoken_digits(text: str) -> bool:
    run = 0
    for word in spaced(bare(text)).split():
        run = run + 1 if word in DIGITS or word.isdigit() else 0
        if run >= DIGIT_RUN:
            return True
    return False
