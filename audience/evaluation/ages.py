"""Ages as people write them in lists of labels, as spans of years."""

import re
from dataclasses import dataclass
from typing import Final

from aura.providers.ports import AGES

EDGES: Final = (13.0, 18.0, 25.0, 35.0, 45.0, 55.0, 65.0, 85.0)
"""Where Aura's brackets begin, and how far the open one is taken to reach."""
OLDEST: Final = 120.0
NUMBER: Final = r"(\d{1,3}(?:\.\d+)?)"
SPAN: Final = re.compile(rf"\D*?{NUMBER}\s*(?:-|–|—|_|,|;|\.\.|to|bis|until|a)\s*{NUMBER}\D*")
ONE: Final = re.compile(rf"\D*?{NUMBER}\D*")
UPWARDS: Final = re.compile(r"\+|\bover\b|\babove\b|\bmore\b|\bolder\b|\bup\b|>|≥")
DECADE: Final = re.compile(r"(\d0)\s*['’]?s")
WORDS: Final = {"teens": (13.0, 20.0), "teenager": (13.0, 20.0), "twenties": (20.0, 30.0), "thirties": (30.0, 40.0)}
WORDS_OF_TENS: Final = {"forties": 40.0, "fifties": 50.0, "sixties": 60.0, "seventies": 70.0, "eighties": 80.0}


@dataclass(frozen=True, slots=True)
class Span:
    """From ``low`` up to, not including, ``high``, in years. ``exact`` where the label is one number of years."""

    low: float
    high: float
    exact: bool = False

    @property
    def middle(self) -> float:
        """The years that stand for the label: the number itself, or the middle of the span."""
        return self.low if self.exact else (self.low + self.high) / 2

    @property
    def bracket(self) -> str:
        """Aura's bracket of the middle. Whoever is under 13 counts as 13-17, because nobody younger has an account."""
        return bracket_of(self.middle)

    @property
    def fits(self) -> bool:
        """True where the whole span lies in one of Aura's brackets, so that the label says which."""
        if self.exact:
            return True
        last = self.high - 1e-9
        return bracket_of(self.low) == bracket_of(last)


def bracket_of(years: float) -> str:
    """Aura's age bracket for an age in years."""
    place = sum(years >= edge for edge in EDGES[1:-1])
    return AGES[place]


def middle_of(bracket: str) -> float:
    """The middle of one of Aura's brackets, in years; 65+ is taken to reach to 85."""
    place = AGES.index(bracket)
    return (EDGES[place] + EDGES[place + 1]) / 2


def read_age(words: str, *, decade: bool = False) -> Span | None:
    """An age written as ``34``, ``34.5``, ``25-34``, ``(25, 32)``, ``60+``, ``more than 70``, ``30s`` or ``thirties``.

    ``decade`` takes a bare ``30`` for the years from 30 to 39. None where the words hold no age between 0 and 120.
    """
    text = words.strip().lower()
    if text in WORDS:
        return Span(*WORDS[text])
    if text in WORDS_OF_TENS:
        return Span(WORDS_OF_TENS[text], WORDS_OF_TENS[text] + 10)
    if found := DECADE.fullmatch(text):
        return Span(float(found[1]), float(found[1]) + 10)
    if found := SPAN.fullmatch(text):
        low, high = float(found[1]), float(found[2])
        # «25-34» and «25, 32» name the last whole year of the span.
        return Span(low, high + 1) if low < high <= OLDEST else None
    return _one(text, decade=decade)


def _one(text: str, *, decade: bool) -> Span | None:
    found = ONE.fullmatch(text)
    if found is None or float(found[1]) > OLDEST or text.startswith("-") or text.endswith(("-", "–")):
        return None
    years = float(found[1])
    if UPWARDS.search(text):
        return Span(years, max(EDGES[-1], years + 10))
    return Span(years, years + 10) if decade else Span(years, years, exact=True)
