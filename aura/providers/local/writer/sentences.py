"""Templates into sentences: agreement, colours, capital letters, full stops."""

import re
from collections.abc import Iterable
from typing import Final

from aura.providers.local.writer.lexicon import Noun

CHOICE: Final = re.compile(r"<([^<>|]*)\|([^<>|]*)>")
ARTICLE: Final = re.compile(r"\b([Aa]) (?=[aeiou])")
ENDS: Final = (".", "!", "?", "…")


def filled(template: str, noun: Noun | None = None, other: Noun | None = None, topic: str = "") -> str:
    """The template with its slots filled; ``<one|many>`` agrees with ``noun``."""
    plural = noun is not None and noun.plural
    text = CHOICE.sub(lambda found: found[2] if plural else found[1], template)
    text = text.replace("{np2}", other.text if other else "").replace("{np}", noun.text if noun else "")
    return ARTICLE.sub(r"\1n ", text.replace("{t}", topic))


def coloured(noun: Noun, colours: tuple[str, ...]) -> Noun:
    """The noun with the names of its colours."""
    first = colours[0] if colours else ""
    second = colours[1] if len(colours) > 1 else first
    return Noun(noun.text.replace("{c2}", second).replace("{c}", first), noun.plural)


def sentence(text: str, end: str = ".") -> str:
    """With a capital letter, and a full stop where it has no end of its own."""
    text = text.strip()
    text = ". ".join(part[:1].upper() + part[1:] for part in text.split(". "))
    return text if text.endswith(ENDS) else text + end


def joined(sentences: Iterable[str]) -> str:
    """Sentences as one text."""
    return " ".join(one for one in sentences if one)
