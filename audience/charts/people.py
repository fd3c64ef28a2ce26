"""Columns of months, retention, ranges side by side, shared people."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from audience.charts.axes import count_ticks, number_words, percent_words
from audience.charts.bars import COLOURS, ROOM, TOO_FEW, Bar
from audience.charts.time import Label, Tick

Entry = Mapping[str, Any]
CLASSES = (("loyal", "Loyal", 0), ("returning", "Returning", 1), ("new", "New", 2))
GAP = 0.28
MOST_MONTHS = 24
MOST_COHORTS = 12
MOST_LATER = 11


@dataclass(frozen=True)
class Block:
    """A piece of a column, in percent of the plot."""

    css: str
    colour: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Column:
    """One month: what its blocks say, in words ("" where hidden)."""

    label: str
    people: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Columns:
    """People by month in three classes, on a plot of 100 × 100."""

    blocks: list[Block]
    columns: list[Column]
    y_ticks: list[Tick]
    x_labels: list[Label]
    legend: list[tuple[str, str]]
    summary: str
    finding: str
    has_hidden: bool


def month_words(month: str) -> str:
    """``2026-03-01`` as “Mar 2026”."""
    return f"{date.fromisoformat(month):%b %Y}"


def columns(months: Sequence[Entry]) -> Columns | None:
    """From the API's months: the last 24 of them; None where no month may be shown."""
    shown = list(months)[-MOST_MONTHS:]
    top = max((int(m.get("people", 0)) for m in shown), default=0)
    if not top:
        return None
    ticks = count_ticks(top)
    step = 100 / len(shown)
    blocks = [b for place, month in enumerate(shown) for b in _blocks(month, place * step, step, ticks[-1])]
    best = max((m for m in shown if m.get("people")), key=lambda m: m["people"])
    return Columns(
        blocks,
        [_column(month) for month in shown],
        [Tick(number_words(t), round(100 - 100 * t / ticks[-1], 2)) for t in reversed(ticks)],
        _month_labels(shown, step),
        [(f"au-c{index + 1}", label) for _, label, index in CLASSES],
        f"People who commented, by month, {month_words(shown[0]['month'])} to {month_words(shown[-1]['month'])}. "
        f"Most in {month_words(best['month'])}, {number_words(best['people'])}.",
        f"Most people in {month_words(best['month'])}: {number_words(best['people'])}",
        any(m.get("suppressed") or any(m[name].get("suppressed") for name, *_ in CLASSES) for m in shown),
    )


def _blocks(month: Entry, left: float, step: float, top: float) -> Iterable[Block]:
    if month.get("suppressed"):
        return
    x, width = round(left + step * GAP / 2, 2), round(step * (1 - GAP), 2)
    parts = [(index, int(month[name].get("count", 0))) for name, _, index in CLASSES]
    rest = int(month["people"]) - sum(count for _, count in parts)
    bottom = 100.0
    for index, count in [*parts, (len(COLOURS) - 1, rest)]:
        height = 100 * count / top
        if height > 0:
            bottom -= height
            yield Block(f"au-c{index + 1}", COLOURS[index], x, round(bottom, 2), width, round(height, 2))


def _column(month: Entry) -> Column:
    if month.get("suppressed"):
        return Column(month_words(month["month"]), "", ("", "", ""))
    counts = [month[name].get("count") for name, *_ in CLASSES]
    words = tuple("" if count is None else number_words(count) for count in counts)
    return Column(month_words(month["month"]), number_words(month["people"]), words)


def _month_labels(shown: Sequence[Entry], step: float) -> list[Label]:
    every = max(1, -(-len(shown) // 6))
    return [
        Label(month_words(m["month"]), round((place + 0.5) * step, 2))
        for place, m in enumerate(shown)
        if place % every == every // 2
    ]


@dataclass(frozen=True)
class Kept:
    """One cell of the retention table; ``width`` is the share in percent of the cell. Hidden ones carry no number."""

    words: str
    width: float = 0.0
    hidden: bool = False
    there: bool = True


@dataclass(frozen=True)
class Cohort:
    label: str
    people: str
    cells: list[Kept]


@dataclass(frozen=True)
class Retention:
    """Of the people who first commented in a month: how many commented so many months later."""

    rows: list[Cohort]
    later: list[int]
    finding: str


def retention(cohorts: Sequence[Entry]) -> Retention | None:
    """From the API's cohorts: the last twelve that have a later month; None where there is none to show."""
    given = [c for c in cohorts if not c.get("suppressed")][-MOST_COHORTS:]
    longest = min(MOST_LATER, max((len(c["later"]) for c in given), default=0))
    if not longest:
        return None
    top = max((cell.get("share", 0) for c in given for cell in c["later"]), default=0) or 1
    rows = [
        Cohort(
            month_words(c["cohort"]),
            number_words(c["people"]),
            [_kept(c["later"][n] if n < len(c["later"]) else None, top) for n in range(longest)],
        )
        for c in given
    ]
    nexts = [(c["people"], c["later"][0]) for c in given if c["later"] and "people" in c["later"][0]]
    back, people = sum(cell["people"] for _, cell in nexts), sum(size for size, _ in nexts)
    finding = f"{percent_words(back / people)} commented again in the month after their first comment" if people else ""
    return Retention(rows, list(range(1, longest + 1)), finding)


def _kept(cell: Entry | None, top: float) -> Kept:
    if cell is None:
        return Kept("", there=False)
    if cell.get("suppressed"):
        return Kept("–", hidden=True)
    return Kept(percent_words(cell["share"]), round(100 * cell["share"] / top, 2))


def ranged_bars(figures: Sequence[tuple[float, float, float] | None], words: Sequence[str]) -> list[Bar]:
    """Bars of (value, low, high) on one axis from zero; None is one with too few people."""
    top = ROOM * max((f[2] for f in figures if f), default=0) or 1
    return [_ranged(figure, word, top) for figure, word in zip(figures, words, strict=True)]


def _ranged(figure: tuple[float, float, float] | None, words: str, top: float) -> Bar:
    if figure is None:
        return TOO_FEW
    width, low, high = (_on_axis(part, top) for part in figure)
    return Bar(words, "", width, low, high, value=figure[0])


def _on_axis(value: float, top: float) -> float:
    return round(min(100.0, max(0.0, 100 * value / top)), 2)


@dataclass(frozen=True)
class Shared:
    """One row of the overlap: which accounts it is of (by place), and its bar."""

    members: list[bool]
    names: str
    bar: Bar
    words: str
    only: bool


@dataclass(frozen=True)
class Overlap:
    rows: list[Shared] = field(default_factory=list)
    hidden: int = 0


def overlap(regions: Sequence[Entry], accounts: Sequence[str]) -> Overlap:
    """The regions that may be told, largest first; empty ones are left out, hidden ones counted."""
    told = sorted((r for r in regions if r.get("people")), key=lambda r: (-r["people"], r["accounts"]))
    top = ROOM * max((r["people"] for r in told), default=0) or 1
    rows = [
        Shared(
            [name in r["accounts"] for name in accounts],
            " and ".join(f"@{name}" for name in r["accounts"]),
            Bar("", width=_on_axis(r["people"], top), value=r["people"]),
            ("about " if r.get("about") else "") + number_words(r["people"]),
            len(r["accounts"]) == 1,
        )
        for r in told
    ]
    return Overlap(rows, sum(bool(r.get("suppressed")) for r in regions))
