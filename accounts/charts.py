"""Columns of money by day, as numbers that a template draws. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import floor, log10

GAP = 0.28


@dataclass(frozen=True, slots=True)
class Column:
    """One day; ``x``, ``width``, ``y`` and ``height`` in percent of the plot, ``y`` from above."""

    x: float
    width: float
    y: float
    height: float
    day: date
    amount: Decimal

    @property
    def words(self) -> str:
        """What the day cost."""
        return dollars(self.amount)


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the scale; ``y`` in percent from above."""

    y: float
    words: str


@dataclass(frozen=True, slots=True)
class Columns:
    """A chart: its columns, its scale from above, and its first and last day."""

    columns: tuple[Column, ...]
    ticks: tuple[Tick, ...]
    total: Decimal
    dearest: Column

    @property
    def summary(self) -> str:
        """The chart in a sentence, for those who do not see it."""
        span = f"from {day_words(self.columns[0].day)} to {day_words(self.columns[-1].day)}"
        if not self.total:
            return f"Nothing was spent {span}."
        return f"{dollars(self.total)} {span}, most of it on {day_words(self.dearest.day)}: {self.dearest.words}."


def day_words(day: date) -> str:
    """A day as people write it."""
    return f"{day.day} {day:%b}"


def dollars(amount: Decimal | float) -> str:
    """An amount as people read it: cents from a dollar on, more places below, never a false $0."""
    value = Decimal(amount)
    if 0 < value < Decimal("0.0001"):
        return "under $0.0001"
    return f"${value:,.2f}" if value >= 1 or not value else f"${value:,.4f}"


def columns(days: Sequence[tuple[date, Decimal]]) -> Columns:
    """A column for each day, in the order given; at least one day."""
    scale = _scale(max(float(amount) for _, amount in days))
    step = 100 / len(days)
    found = tuple(
        _column(round(step * (place + GAP / 2), 3), round(step * (1 - GAP), 3), float(amount) / scale[-1], day, amount)
        for place, (day, amount) in enumerate(days)
    )
    ticks = tuple(Tick(round(100 - 100 * value / scale[-1], 3), _tick(value)) for value in reversed(scale))
    total = sum((amount for _, amount in days), Decimal(0))
    return Columns(found, ticks, total, max(found, key=lambda column: column.amount))


def _column(x: float, width: float, share: float, day: date, amount: Decimal) -> Column:
    height = round(100 * share, 3)
    return Column(x, width, 100 - height, height, day, amount)


def _scale(top: float) -> list[float]:
    """From zero to at least ``top`` in steps of 1, 2 or 5 times a power of ten, three or four of them."""
    if top <= 0:
        return [0.0, 1.0]
    magnitude = 10.0 ** floor(log10(top / 3))
    step = next(factor * magnitude for factor in (1, 2, 5, 10) if factor * magnitude * 3.001 >= top)
    scale = [0.0]
    while scale[-1] < top * (1 - 1e-9):
        scale.append(step * len(scale))
    return scale


def _tick(value: float) -> str:
    if not value:
        return "$0"
    if value >= 1 and value == round(value):
        return f"${value:,.0f}"
    return f"${value:.2f}" if value >= 0.1 else f"${value:.8f}".rstrip("0")
