"""Axes and the words of numbers."""

from datetime import date
from math import floor, isfinite, log10


def nice_ticks(top: float, steps: int = 4) -> list[float]:
    """Ticks from zero to at least ``top`` in steps of 1, 2, 2.5 or 5 times a power of ten; about ``steps`` of them."""
    if not isfinite(top) or top <= 0:
        return [0.0, 1.0]
    raw = top / steps
    magnitude = 10.0 ** floor(log10(raw))
    step = next(s * magnitude for s in (1, 2, 2.5, 5, 10) if s * magnitude >= raw * (1 - 1e-9))
    ticks = [0.0]
    while ticks[-1] < top * (1 - 1e-9):
        ticks.append(round(step * len(ticks), 10))
    return ticks


def count_ticks(top: float, steps: int = 4) -> list[int]:
    """:func:`nice_ticks` for things one can only have whole numbers of."""
    return [round(t) for t in nice_ticks(top, steps)] if top > steps else list(range(max(1, round(top)) + 1))


def percent_words(share: float) -> str:
    """A share as people read it: one decimal below 10 %, whole percents above, never a false 0 % or 100 %."""
    value = 100 * share
    if 0 < value < 0.1:
        return "under 0.1%"
    if 99.5 <= value < 100:
        return "over 99%"
    return f"{value:.1f}%" if 0 < value < 9.95 else f"{value:.0f}%"


def number_words(value: float) -> str:
    """A whole number with thousands separated."""
    return f"{value:,.0f}"


def day_words(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
