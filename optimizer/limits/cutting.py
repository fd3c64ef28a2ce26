"""Counting by the table, and shortening at the end of a sentence or a word."""

import re
import unicodedata
from typing import Final

from optimizer.limits.counting import links, weighted
from optimizer.limits.graphemes import graphemes
from optimizer.limits.table import limit_of

ELLIPSIS: Final = "…"
SENTENCE: Final = re.compile(r"[.!?…。！？](?=\s|$)|[。！？]|\n")
KEPT_SHARE: Final = 0.6
"""A sentence's end is chosen where at least so much of the room is used by then; else a word's."""
INVISIBLE: Final = frozenset({"Cc", "Cs", "Co", "Cn"})
DIRECTIONS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u00ad\u200b\u2060")


def plain(text: str) -> str:
    """The text in NFC without controls, lone surrogates, turned directions and more than one empty line."""
    lines = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    kept = "".join(c for c in lines if c == "\n" or (unicodedata.category(c) not in INVISIBLE and c not in DIRECTIONS))
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[^\S\n]+", " ", kept).replace(" \n", "\n")).strip()


def count(text: str, platform: str, kind: str = "caption") -> int:
    """How long the text is, in the units of the platform (see :class:`TextLimit`)."""
    return weighted(text) if limit_of(platform, kind).way == "weighted" else utf16(text)


def utf16(text: str) -> int:
    """Units of UTF-16, as JavaScript and most services count: letters beyond the first 65,536 are two."""
    return len(text) + sum(char > "\uffff" for char in text)


def fits(text: str, platform: str, kind: str = "caption", *, keep: int = 0) -> bool:
    """Whether the text with ``keep`` units more may be posted."""
    return count(text, platform, kind) + keep <= limit_of(platform, kind).most


def shorten(text: str, platform: str, kind: str = "caption", *, most: int | None = None) -> str:
    """The text where it fits into ``most`` units (the platform's limit where None or more), else its beginning.

    Cut after a sentence where one ends late enough, else after a word and with "…"; a single word that is too long is
    cut between letters as people see them. Links stay whole or go. "" where nothing fits.
    """
    allowed = limit_of(platform, kind).most
    room = allowed if most is None else max(0, min(most, allowed))
    if count(text, platform, kind) <= room:
        return text
    ends = _ends(text)
    head = ends[_last(text, ends, platform, kind, room)]
    allowed_ends = set(ends)
    sentence = max((m.end() for m in SENTENCE.finditer(text, 0, head) if m.end() in allowed_ends), default=0)
    kept = text[:sentence].rstrip()
    if kept and room * KEPT_SHARE <= count(kept, platform, kind) <= room:
        return kept
    number = _last(text, ends, platform, kind, room, ELLIPSIS)
    while number > 0:
        kept = _at_word(text, ends[: number + 1])
        if kept and count(kept, platform, kind) <= room:
            return kept
        # What is cut off may make a link of what is left, which weighs more.
        number -= 1
    return ""


def _at_word(text: str, ends: list[int]) -> str:
    """The text up to the last word that ends by the last of ``ends``, with the sign that something is missing."""
    words = [end for end in ends if end and (text[end : end + 1].isspace() or text[end - 1].isspace())]
    cut = words[-1] if words and words[-1] >= ends[-1] * KEPT_SHARE else ends[-1]
    kept = text[:cut].rstrip(" \n,;:–—-")
    return kept + ELLIPSIS if kept else ""


def _ends(text: str) -> list[int]:
    """Where the text may be cut: between letters as people see them, never inside a link."""
    spans = links(text)
    ends, place, span = [0], 0, 0
    for one in graphemes(text):
        place += len(one)
        while span < len(spans) and spans[span][1] <= place - 1:
            span += 1
        if span < len(spans) and spans[span][0] < place < spans[span][1]:
            continue
        ends.append(place)
    return ends


def _last(text: str, ends: list[int], platform: str, kind: str, room: int, tail: str = "") -> int:
    """The number of the last end at which the text before it, with ``tail``, still fits; by halving."""
    low, high = 0, len(ends) - 1
    while low < high:
        middle = (low + high + 1) // 2
        if count(text[: ends[middle]].rstrip() + tail, platform, kind) <= room:
            low = middle
        else:
            high = middle - 1
    return low
