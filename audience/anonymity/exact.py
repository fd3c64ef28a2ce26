"""Disclosure control of the unfiltered report (A7). Pure: exact counts in, publishable counts out.

``k`` is the smallest group shown. Small cells are hidden, with as many others as it takes that no small group follows
by subtraction. Filtered reports, which can be asked for in thousands of overlapping ways, stand in ``shuffled``.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from audience.anonymity.bounds import feasible_ranges
from audience.anonymity.noise import draw, rounded

UNKNOWN = "unknown"
OTHER = "other"

Pair = tuple[str, str]


def hidden_cells(cells: Mapping[str, int], k: int, key: int = 0) -> frozenset[str]:
    """Which cells of a table with a known total must be hidden.

    All below ``k`` (nobody looks like somebody). Where they follow from the total even so (together fewer than ``k``
    people, or nearly the most that small cells can hold), larger ones as well, until one and a half times ``k`` people
    are hidden. Which larger ones, the smallest mostly, hangs on a secret ``key``: whoever knew it to be the smallest
    could work backwards from the smallest shown.
    """
    hidden = {cell for cell, count in cells.items() if count < k}
    rest = sum(cells[cell] for cell in hidden)
    if rest == 0 or k <= rest <= len(hidden) * (k - 1) - k / 2:
        return frozenset(hidden)
    larger = sorted(cells.keys() - hidden, key=lambda cell: (cells[cell] * (1 + draw(key, "hide", cell)), cell))
    for place, cell in enumerate(larger):
        if place and rest >= 1.5 * k:
            break
        hidden.add(cell)
        rest += cells[cell]
    return frozenset(hidden)


@dataclass(frozen=True, slots=True)
class Table:
    """A publishable table: None for hidden counts. ``rest`` are the people in hidden cells, where that is public.

    Shares and intervals are computed from this alone, so that nothing follows from them that does not follow from it.
    ``noise`` is the standard deviation of what was added to the counts.
    """

    counts: dict[str, int | None]
    unknown: int | None
    rest: float = 0.0
    noise: float = 0.0

    def filled(self) -> dict[str, float]:
        """The counts with the hidden people spread evenly over the hidden cells: a guess from public figures."""
        places = sum(count is None for count in self.counts.values()) + (self.unknown is None)
        each = self.rest / places if places else 0.0
        return {value: each if count is None else float(count) for value, count in self.counts.items()}


def exact_table(counts: Mapping[str, int], values: Sequence[str], total: int, k: int, key: int = 0) -> Table:
    """An exact table of these values and ``unknown`` whose total is public."""
    cells = {value: counts.get(value, 0) for value in values}
    cells[UNKNOWN] = total - sum(cells.values())
    hidden = hidden_cells(cells, k, key)
    shown = {value: None if value in hidden else cells[value] for value in values}
    return Table(shown, None if UNKNOWN in hidden else cells[UNKNOWN], sum(cells[cell] for cell in hidden))


def merged_small(counts: Mapping[str, int], k: int) -> dict[str, int]:
    """An open list of values (languages), largest first; those with fewer than ``k`` people stand together as

    ``other`` at its end, so that not even their being there is told. Unknown is left out.
    """
    large = {value: count for value, count in counts.items() if count >= k and value != UNKNOWN}
    small = sum(count for value, count in counts.items() if value not in large and value != UNKNOWN)
    order = sorted(large, key=lambda value: (-large[value], value))
    return {value: large[value] for value in order} | ({OTHER: small} if small else {})


@dataclass(frozen=True, slots=True)
class Grid:
    """A publishable table of two properties, None for hidden counts; ``rounded_to`` is 1 where counts are exact."""

    counts: dict[Pair, int | None]
    rounded_to: int = 1
    noise: float = 0.0

    def filled(self, guess: float) -> dict[Pair, float]:
        """The counts, with ``guess`` people in each hidden cell."""
        return {cell: guess if count is None else float(count) for cell, count in self.counts.items()}


def exact_grid(counts: Mapping[Pair, int], rows: Table, columns: Table, k: int, *, key: int = 0) -> Grid:
    """Two properties at once, beside exact tables of each. ``counts`` include the unknown of either.

    The tables give away by subtraction what the grid leaves out (age known, gender unknown), so counts are exact only
    where every group, the left out ones included, is empty or has ``k`` people. Else they are rounded at random (by a
    secret ``key``) to multiples of half of ``k``, and hidden one by one until no small group can be worked out to
    within half of ``k``.
    """
    inside = {(row, column): counts.get((row, column), 0) for row in rows.counts for column in columns.counts}
    if all(count == 0 or count >= k for count in counts.values()):
        return Grid({cell: count or None for cell, count in inside.items()})
    base, about = max(2, math.ceil(k / 2)), repr(sorted(counts.items()))
    lowest = base * math.ceil(k / base)
    shown = {
        cell: max(lowest, rounded(count, base, key, about, *cell))
        for cell, count in inside.items()
        if count >= k and rows.counts[cell[0]] is not None and columns.counts[cell[1]] is not None
    }
    small = [
        cell for cell in product([*rows.counts, UNKNOWN], [*columns.counts, UNKNOWN]) if 0 < counts.get(cell, 0) < k
    ]
    sums = _known_sums(counts, rows, columns)
    while shown and (known := _worked_out(shown, small, sums, k, base)):
        near = [cell for cell in shown if any(set(cell) & set(other) for other in known)]
        del shown[min(near or shown, key=lambda cell: (inside[cell], cell))]
    return Grid({cell: shown.get(cell) for cell in inside}, base, base / math.sqrt(6))


def _known_sums(counts: Mapping[Pair, int], rows: Table, columns: Table) -> list[tuple[list[Pair], int]]:
    across, down = [*rows.counts, UNKNOWN], [*columns.counts, UNKNOWN]
    by_row = {row: [(row, column) for column in down] for row in across}
    by_column = {column: [(row, column) for row in across] for column in down}
    margins = [*rows.counts.values(), rows.unknown, *columns.counts.values(), columns.unknown]
    lines = [*by_row.values(), *by_column.values(), list(product(across, down))]
    known = [*margins, sum(counts.values())]
    return [(line, total) for line, total in zip(lines, known, strict=True) if total is not None]


def _worked_out(
    shown: Mapping[Pair, int], small: Sequence[Pair], sums: Sequence[tuple[list[Pair], int]], k: int, base: int
) -> list[Pair]:
    """Small groups whose size follows to within half of ``k`` from what is shown."""
    everything: dict[Pair, tuple[float, float]] = {cell: (0, math.inf) for cells, _ in sums for cell in cells}
    everything |= {cell: (max(k, count - base + 1), count + base - 1) for cell, count in shown.items()}
    ranges = feasible_ranges(everything, sums)
    return [cell for cell in small if ranges[cell][1] - ranges[cell][0] < k / 2]
