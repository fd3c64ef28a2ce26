"""What a model's text may not hold: links, addresses, telephone numbers, handles, hashtags, markup. Pure."""

import re
import unicodedata
from typing import Final

from optimizer.limits import plain

ENDINGS: Final = (
    "com|net|org|info|biz|io|co|me|ly|gg|tv|app|dev|shop|store|site|online|xyz|top|club|link|live|page|ai|de|es|fr|it|pt"
    "|br|uk|us|eu|ru|cn|in|at|ch|nl|pl|be|to|cc|ws|su|tk|ml|click|work|zip|mov|example|test|local|onion"
)
MAIL: Final = re.compile(r"[\w.+-]+\s?@\s?[\w-]+(?:\s?\.\s?\w+)+")
LINK: Final = re.compile(
    rf"\b(?:h[tx]{{2}}ps?|ftp)\s*:\s*\S+|\b(?:javascript|data|mailto|tel|file):\S+|\bwww\s*\.\s*\S+|//\w\S*"
    rf"|\b(?:[\w-]+\.)+(?:{ENDINGS})\b(?![\w'’])(?:/\S*)?"
    r"|\b[\w-]+\s*(?:[(\[]\s*(?:dot|\.)\s*[)\]])\s*\w+(?:/\S*)?"
    r"|\b[\w-]+(?:\sdot\s|\s\.\s?)(?:com|net|org|io)\b(?:/\S*)?|\b\d{1,3}(?:\.\d{1,3}){3}\b",
    re.IGNORECASE,
)
PHONE: Final = re.compile(
    r"(?!\b(?:19|20)\d\d\s?[-–/]\s?(?:19|20)?\d\d\b)(?:\+|\b)\d(?:[\s().\-–/]?[\s().\-–/]?\d){6,}"
)
HANDLE: Final = re.compile(r"(?<![\w.])@\s?[\w.]{1,40}")
HASHTAG: Final = re.compile(r"(?<![\w&])#\s?\w{1,60}")
MARKUP: Final = re.compile(
    r"<\s*/?\s*[a-z!][^>]{0,200}>?|&(?:#\d+|#x[0-9a-f]+|[a-z]+);|\{\{|\}\}|\{%|%\}|```|<\|[^|>]*\|?>?", re.I
)
MARKDOWN: Final = re.compile(r"\[([^\]]{0,200})\]\([^)]{0,400}\)")
STARS: Final = re.compile(r"\*\*(.+?)\*\*|__(.+?)__")
WIDE: Final = str.maketrans({"＠": "@", "＃": "#", "．": ".", "․": ".", "／": "/", "：": ":"})
STEPS: Final = (
    ("email_removed", MAIL), ("link_removed", LINK), ("phone_removed", PHONE), ("markup_removed", MARKUP),
    ("handle_removed", HANDLE), ("hashtag_moved", HASHTAG),
)  # fmt: skip
MOST_ROUNDS: Final = 10
ECHO_RUN: Final = 9


def cleaned(text: str) -> tuple[str, tuple[str, ...]]:
    """The text without what it may not hold, and the codes of what was taken away (see ``prompts.Words``)."""
    found: dict[str, None] = {}
    kept = plain(text.translate(WIDE))
    kept = STARS.sub(lambda match: match[1] or match[2], MARKDOWN.sub(r"\1", kept))
    if any(pattern.search(unicodedata.normalize("NFKC", kept)) for _, pattern in STEPS):
        kept = unicodedata.normalize("NFKC", kept)
    for _ in range(MOST_ROUNDS):
        before = kept
        for code, pattern in STEPS:
            shorter = pattern.sub("", kept)
            if shorter != kept:
                found[code] = None
                kept = shorter
        if kept == before:
            break
        # Taking away may bring together what was apart.
        kept = _tidy(kept)
    else:
        # What still makes a link of itself is not a caption.
        kept = ""
    return kept, tuple(found)


def echoes(text: str, orders: str) -> bool:
    """Whether so many words in a row are those of our instructions."""
    words, ours = _words(text), f" {' '.join(_words(orders))} "
    return any(f" {' '.join(words[n : n + ECHO_RUN])} " in ours for n in range(len(words) - ECHO_RUN + 1))


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())


def _tidy(text: str) -> str:
    lines = []
    for line in text.split("\n"):
        line = re.sub(r"[^\S\n]+", " ", line)
        line = re.sub(r"\(\s*\)|\[\s*\]|\"\s*\"", "", line)
        line = re.sub(r"\s+([.,;:!?])", r"\1", line)
        lines.append(line.strip())
    return plain("\n".join(lines))
