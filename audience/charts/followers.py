"""Followers over time: the total as a line, what each day brought as bars."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from audience.charts.axes import day_words, nice_ticks, number_words
from audience.charts.time import Label, Tick


@dataclass(frozen=True)
class Stick:
    """What one stretch of days brought: a bar up or down from the zero line, in percent of the plot."""

    css: str
    colour: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Row:
    """One snapshot in words."""

    day: str
    followers: str
    gained: str
    jump: bool


@dataclass(frozen=True)
class Followers:
    """Both pictures, on plots of 100 × 100 that share their days."""

    line: str
    area: str
    y_ticks: list[Tick]
    sticks: list[Stick]
    stick_ticks: list[Tick]
    zero: float
    x_labels: list[Label]
    marks: list[Label]
    rows: list[Row]
    summary: str
    finding: str


GOOD, JUMP = "#12877a", "#b8860b"


def followers(points: Sequence[tuple[date, int]], gains: Iterable[tuple[date, date, float, bool]]) -> Followers | None:
    """``points`` are (day, followers); ``gains`` (since, day, followers a day, is a jump) between them.

    None for fewer than two points. Days stand at their true place and nothing is drawn where nothing is known.
    """
    if len(points) < 2:
        return None
    first, last = points[0][0], points[-1][0]
    span = max(1, (last - first).days)

    def x(day: date) -> float:
        return round(100 * (day - first).days / span, 2)

    ticks = nice_ticks(max(value for _, value in points))
    placed = [(x(day), round(100 - 100 * value / ticks[-1], 2)) for day, value in points]
    path = "M" + "L".join(f"{a:.2f} {b:.2f}" for a, b in placed)
    found = list(gains)
    sticks, stick_ticks, zero = _sticks(found, x)
    gained = points[-1][1] - points[0][1]
    return Followers(
        line=path,
        area=f"{path}L100.00 100L0.00 100Z",
        y_ticks=[Tick(number_words(t), round(100 - 100 * t / ticks[-1], 2)) for t in reversed(ticks)],
        sticks=sticks,
        stick_ticks=stick_ticks,
        zero=zero,
        x_labels=_labels(first, last, span),
        marks=[Label("", x(day), y) for (day, _), (_, y) in zip(points, placed, strict=True) if _jumped(found, day)],
        rows=_rows(points, found),
        summary=f"Followers from {day_words(first)}, {number_words(points[0][1])}, to {day_words(last)}, "
        f"{number_words(points[-1][1])}.",
        finding=f"{signed(gained)} since {day_words(first)}",
    )


def signed(value: float) -> str:
    """A change with its sign: “+120”, “−3”, “0”."""
    if round(value) == 0:
        return "0"
    return f"{'+' if value > 0 else '−'}{abs(value):,.0f}"


def _jumped(gains: Iterable[tuple[date, date, float, bool]], day: date) -> bool:
    return any(at == day and jump for _, at, _, jump in gains)


def _sticks(
    gains: Sequence[tuple[date, date, float, bool]], x: Callable[[date], float]
) -> tuple[list[Stick], list[Tick], float]:
    above = max([0.0, *(gain for *_, gain, _ in gains)])
    below = max([0.0, *(-gain for *_, gain, _ in gains)])
    reach = max(above, below)
    up = nice_ticks(above, 3)[-1] if above >= 0.25 * reach else above
    down = nice_ticks(below, 3)[-1] if below and below >= 0.25 * reach else below
    whole = (up + down) or 1.0
    zero = round(100 * up / whole, 2)
    sticks = []
    for since, day, gain, jump in gains:
        height = round(100 * abs(gain) / whole, 2)
        left, width = x(since), x(day) - x(since)
        top = zero - height if gain > 0 else zero
        css, colour = ("au-c3", JUMP) if jump else ("au-c2", GOOD)
        sticks.append(Stick(css, colour, round(left + width * 0.1, 3), round(top, 2), round(width * 0.8, 3), height))
    ticks = [Tick(signed(up), 0.0)] if up else []
    ticks.append(Tick("0", zero))
    return sticks, [*ticks, *([Tick(signed(-down), 100.0)] if down >= 0.25 * whole else [])], zero


def _labels(first: date, last: date, span: int) -> list[Label]:
    wanted = min(4, span)
    days = [date.fromordinal(first.toordinal() + round(span * i / wanted)) for i in range(wanted + 1)]
    years = first.year != last.year
    labels = []
    for day in days:
        place = round(100 * (day - first).days / span, 2)
        anchor = "start" if place < 5 else "end" if place > 95 else "middle"
        labels.append(Label(day_words(day) if years else f"{day.day} {day:%b}", place, anchor=anchor))
    return labels


def _rows(points: Sequence[tuple[date, int]], gains: Sequence[tuple[date, date, float, bool]]) -> list[Row]:
    jumps = {day for _, day, _, jump in gains if jump}
    rows, before = [], None
    for day, value in points:
        gained = "" if before is None else signed(value - before)
        rows.append(Row(day_words(day), number_words(value), gained, day in jumps))
        before = value
    return rows[::-1]
