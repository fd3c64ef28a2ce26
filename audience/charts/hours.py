"""Comments by weekday and hour."""

from collections.abc import Iterable
from dataclasses import dataclass

from audience.charts.axes import number_words

COLOURS = ("#f1f3f4", "#cfe7e3", "#97cbc4", "#55aaa0", "#12877a", "#084c44")
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
WEEKDAY_WORDS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")


@dataclass(frozen=True)
class Cell:
    value: int
    level: int
    colour: str
    words: str


@dataclass(frozen=True)
class HeatRow:
    day: str
    cells: list[Cell]


@dataclass(frozen=True)
class Heat:
    """Comments by weekday and hour: seven rows of 24 cells, each with its step from 0 (none) to 5 (most)."""

    rows: list[HeatRow]
    hours: list[int]
    scale: list[tuple[str, str]]
    finding: str


def heat(counts: Iterable[tuple[int, int, int]]) -> Heat | None:
    """From ``(weekday, hour, comments)`` with Monday as 0 and hours from 0 to 23; None where there was no comment."""
    grid = [[0] * 24 for _ in WEEKDAYS]
    for weekday, hour, comments in counts:
        grid[weekday][hour] += comments
    top = max(max(row) for row in grid)
    if top <= 0:
        return None
    rows = [
        HeatRow(day, [_cell(value, top, f"{day} {hour:02}:00") for hour, value in enumerate(row)])
        for day, row in zip(WEEKDAYS, grid, strict=True)
    ]
    best = max(((v, -d, -h) for d, row in enumerate(grid) for h, v in enumerate(row)))
    start = -best[2]
    finding = f"Busiest: {WEEKDAY_WORDS[-best[1]]} from {start:02}:00 to {(start + 1) % 24:02}:00"
    return Heat(rows, list(range(24)), [(f"au-h{i}", colour) for i, colour in enumerate(COLOURS)], finding)


def _cell(value: int, top: int, when: str) -> Cell:
    level = 0 if value <= 0 else min(5, 1 + int(5 * (value - 1) / top))
    return Cell(value, level, COLOURS[level], f"{when}, {number_words(value)}")
