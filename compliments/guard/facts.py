"""What the guard must know besides the text."""

from dataclasses import dataclass

from aura.providers.writer_ports import Brief, Writing


@dataclass(frozen=True, slots=True)
class BriefFacts:
    """``pictures`` are the numbers that exist; ``material`` are strangers' words, ``orders`` our own instructions.

    ``style`` is the one that was written in, ``language`` the one asked for (an ISO 639-1 code).
    """

    style: str
    language: str
    length: str
    possible_minor: bool
    pictures: frozenset[int]
    author: str = ""
    hashtags: frozenset[str] = frozenset()
    material: tuple[str, ...] = ()
    orders: str = ""


def facts_of(brief: Brief, writing: Writing, *, orders: str = "") -> BriefFacts:
    """The facts of a brief and of what came of it. ``orders`` are the system words that must not be repeated.

    The language is English where the writer said that it fell back to it.
    """
    fell_back = "language_fallback" in writing.notes
    return BriefFacts(
        style=writing.style,
        language="en" if fell_back else brief.language.lower().partition("-")[0],
        length=brief.length,
        possible_minor=writing.possible_minor,
        pictures=frozenset(picture.number for picture in brief.pictures),
        author=brief.author.lstrip("@").lower(),
        hashtags=frozenset(tag.lstrip("#").lower() for tag in brief.hashtags),
        material=(brief.caption, brief.author, *(picture.alt for picture in brief.pictures)),
        orders=orders,
    )
