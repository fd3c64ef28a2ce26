"""Lines over time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from audience.charts.axes import count_ticks, day_words, number_words

MAX_POINTS = 1500


@dataclass(frozen=True)
class Spark:
    """Paths of a tiny line in a box of 100 × 28."""

    line: str
    area: str


def spark(values: Sequence[float]) -> Spark | None:
    """A line without axes beside a total; None where two points would not make a line."""
    if len(values) < 2:
        return None
    top = max(max(values) * 1.05, 1e-9)
    points = [(100 * i / (len(values) - 1), 28 - 28 * max(0.0, v) / top) for i, v in enumerate(values)]
    return Spark(*_paths(points, 100, 28))


def _paths(points: Sequence[tuple[float, float]], width: float, height: float) -> tuple[str, str]:
    line = "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in points)
    return line, f"{line}L{points[-1][0]:.2f} {height:g}L{points[0][0]:.2f} {height:g}Z"


@dataclass(frozen=True)
class Point:
    label: str
    value: int
    x: float
    y: float


@dataclass(frozen=True)
class Label:
    """Words at a place on the plot; ``anchor`` and ``dx`` keep them inside it."""

    words: str
    x: float
    y: float = 0.0
    anchor: str = "middle"
    dx: int = 0


@dataclass(frozen=True)
class Tick:
    words: str
    y: float


@dataclass(frozen=True)
class Line:
    """Comments over time on a plot of 100 × 100."""

    line: str
    area: str
    points: list[Point]
    y_ticks: list[Tick]
    x_labels: list[Label]
    marks: list[Label]
    summary: str
    finding: str
    bucket: str

    @property
    def data(self) -> list[dict[str, Any]]:
        """The points for the pointer's read-out, as JSON data."""
        return [{"label": p.label, "value": p.value, "x": p.x, "y": p.y} for p in self.points]


def line(
    series: Iterable[tuple[date, int]], marks: Mapping[date, str] | None = None, *, bucket: str = "day"
) -> Line | None:
    """Comments a ``bucket`` ("day" or "week"; a week is named by its Monday). None without any point.

    Missing buckets between the first and the last count as zero: a line straight across a silent week would lie.
    ``marks`` gives words for days that need explaining ("Giveaway post"); its value is added to them.
    """
    points = _complete(dict(series), timedelta(days=7 if bucket == "week" else 1))
    if not points:
        return None
    days = [day for day, _ in points]
    span = max(1, (days[-1] - days[0]).days)
    ticks = count_ticks(max(value for _, value in points))
    placed = [_point(day, value, days[0], span, ticks[-1], len(points)) for day, value in points]
    drawn = [(0.0, placed[0].y), (100.0, placed[0].y)] if len(placed) == 1 else [(p.x, p.y) for p in placed]
    high = max(range(len(points)), key=lambda i: points[i][1])
    low = min(value for _, value in points)
    peak = f"{number_words(points[high][1])} comments"
    return Line(
        *_paths(drawn, 100, 100),
        points=placed,
        y_ticks=[Tick(number_words(t), round(100 - 100 * t / ticks[-1], 2)) for t in reversed(ticks)],
        x_labels=_x_labels(placed, days),
        marks=[_mark(words, placed[days.index(day)]) for day, words in (marks or {}).items() if day in days],
        summary=f"Comments a {bucket}, {day_words(days[0])} – {day_words(days[-1])}. "
        f"Lowest {number_words(low)}, highest {number_words(points[high][1])}, {placed[high].label}.",
        finding=f"Busiest {bucket}: {'from ' if bucket == 'week' else ''}{placed[high].label}, with {peak}",
        bucket=bucket,
    )


def _complete(values: dict[date, int], step: timedelta) -> list[tuple[date, int]]:
    if not values:
        return []
    day, last = min(values), max(values)
    if (last - day) / step > MAX_POINTS:
        return sorted(values.items())
    filled = dict(values)
    while day < last:
        filled.setdefault(day, 0)
        day += step
    return sorted(filled.items())


def _point(day: date, value: int, start: date, span: int, top: float, count: int) -> Point:
    x = 50.0 if count == 1 else 100 * (day - start).days / span
    return Point(day_words(day), value, round(x, 2), round(100 - 100 * value / top, 2))


def _x_labels(points: Sequence[Point], days: Sequence[date]) -> list[Label]:
    """At most five days at their true place, the first and the last among them."""
    parts_wanted = min(4, len(points) - 1)
    chosen = (
        sorted({round(i * (len(points) - 1) / parts_wanted) for i in range(parts_wanted + 1)}) if parts_wanted else [0]
    )
    years = days[0].year != days[-1].year
    labels = []
    for i in chosen:
        x = points[i].x
        anchor = "start" if x < 5 else "end" if x > 95 else "middle"
        labels.append(Label(day_words(days[i]) if years else f"{days[i].day} {days[i]:%b}", x, anchor=anchor))
    return labels


def _mark(words: str, point: Point) -> Label:
    left = point.x > 50
    text = f"{words}, {number_words(point.value)}"
    return Label(text, point.x, point.y, "end" if left else "start", -12 if left else 12)
