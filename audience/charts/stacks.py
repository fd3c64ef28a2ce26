"""Columns over time, each cut into parts of a whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from audience.charts.axes import count_ticks, day_words, number_words
from audience.charts.time import Label, Tick

GAP = 0.24
MOST_LABELS = 5
REST = ("rest", "Unclear or too few", "au-seg5", "#8b91a3")


@dataclass(frozen=True)
class Piece:
    """A part of a column in percent of the plot; the words stand in its title."""

    css: str
    colour: str
    y: float
    height: float


@dataclass(frozen=True)
class Column:
    label: str
    x: float
    width: float
    pieces: list[Piece]
    words: str
    values: list[str]
    total: int


@dataclass(frozen=True)
class Stacks:
    """Columns on a plot of 100 × 100; ``heads`` name the values of a column in the table beside it."""

    columns: list[Column]
    heads: list[str]
    y_ticks: list[Tick]
    x_labels: list[Label]
    summary: str


Kind = tuple[str, str, str, str]


def stacks(points: Sequence[tuple[date, int, Mapping[str, int | None]]], kinds: Sequence[Kind]) -> Stacks | None:
    """Columns from (day, total, count by kind); None where nothing was counted.

    ``kinds`` are (name, label, css, colour), lowest first. What the counts leave of the total, unclear or hidden, goes
    on top.
    """
    top = max((total for _, total, _ in points), default=0)
    if not top:
        return None
    ticks = count_ticks(top)
    step = 100 / len(points)
    columns = []
    for place, (day, total, counts) in enumerate(points):
        x = step * (place + GAP / 2)
        columns.append(_column(day, x, step * (1 - GAP), total, counts, kinds, ticks[-1]))
    return Stacks(
        columns,
        [label for _, label, _, _ in (*kinds, REST)],
        [Tick(number_words(tick), round(100 - 100 * tick / ticks[-1], 2)) for tick in reversed(ticks)],
        _labels([day for day, _, _ in points], step),
        f"Comments by what they say, {day_words(points[0][0])} – {day_words(points[-1][0])}.",
    )


def _column(
    day: date, x: float, width: float, total: int, counts: Mapping[str, int | None], kinds: Sequence[Kind], top: float
) -> Column:
    known = {name: counts.get(name) for name, _, _, _ in kinds}
    rest = max(0, total - sum(count or 0 for count in known.values()))
    pieces, base, words, values = [], 0, [], []
    for name, label, css, colour in (*kinds, REST):
        count = rest if name == REST[0] else known[name]
        values.append("–" if count is None else number_words(count))
        if count:
            high = 100 * count / top
            pieces.append(Piece(css, colour, round(100 - 100 * base / top - high, 2), round(high, 2)))
            words.append(f"{label} {number_words(count)}")
            base += count
    told = f"{day_words(day)}: {number_words(total)} comments. {', '.join(words)}"
    return Column(day_words(day), round(x, 3), round(width, 3), pieces, told, values, total)


def _labels(days: Sequence[date], step: float) -> list[Label]:
    wanted = min(MOST_LABELS, len(days))
    places = sorted({round(i * (len(days) - 1) / max(1, wanted - 1)) for i in range(wanted)})
    years = days[0].year != days[-1].year
    found = []
    for place in places:
        x = step * (place + 0.5)
        anchor = "start" if x < 8 and len(days) > 1 else "end" if x > 92 else "middle"
        day = days[place]
        found.append(Label(day_words(day) if years else f"{day.day} {day:%b}", round(x, 2), anchor=anchor))
    return found
