"""What a caption is about, from a closed list: a stranger's own words never reach a sentence."""

from collections.abc import Iterable
from typing import Final

from aura.providers.local.wording import folded, worded
from aura.providers.local.writer.lexicon import LANGUAGES, Topic, tables

SHORTEST_PART: Final = 5
"""Hashtags run words together; words from this length on are also found at their beginning and end."""


def topic_codes(caption: str, hashtags: Iterable[str]) -> tuple[str, ...]:
    """Codes of the topics that are named, in the order of the list; in any language of the writer."""
    words = set(worded(caption).words)
    tags = {folded(tag.lstrip("#")).replace("_", "") for tag in hashtags}
    tags |= {folded(word[1:]) for word in caption.split() if word.startswith("#")}
    found: dict[str, None] = {}
    for language in LANGUAGES:
        for topic in tables(language).topics:
            if topic.words & words or any(_named(topic.words, tag) for tag in tags):
                found[topic.code] = None
    return tuple(found)


def topics_in(language: str, codes: Iterable[str]) -> tuple[Topic, ...]:
    """Those topics with the words of a language."""
    known = {topic.code: topic for topic in tables(language).topics}
    return tuple(known[code] for code in codes if code in known)


def _named(words: frozenset[str], tag: str) -> bool:
    if tag in words:
        return True
    return any(len(word) >= SHORTEST_PART and (tag.startswith(word) or tag.endswith(word)) for word in words)
