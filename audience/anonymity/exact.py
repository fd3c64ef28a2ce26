"""Disclosure control of the unfiltered report (A7). Pure: exact counts in, publishable counts out.

``k`` is the smallest group shown. Small cells are hidden, with as many others as it takes that no small group follows
by subtraction. Filtered reports, which can be asked for in thousands of overlapping ways, stand in ``shuffled``.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

UNKNOWN = "unknown"
OTHER = "other"


def hidden_cells(cells: Mapping[str, int], k: int) -> frozenset[str]:
    """Which cells of a table with a known total must be hidden.

    All below ``k`` (nobody looks like somebody), and, where the hidden ones together are fewer than ``k`` people,
    the smallest shown cells too: what is left of the total is then at least ``k`` people, or nobody at all.
    """
    hidden = {cell for cell, count in cells.items() if count < k}
    for cell in sorted(cells, key=lambda cell: (cells[cell], cell)):
        rest = sum(cells[cell] for cell in hidden)
        if rest == 0 or rest >= k:
            break
        hidden.add(cell)
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


def exact_table(counts: Mapping[str, int], values: Sequence[str], total: int, k: int) -> Table:
    """An exact table of these values and ``unknown`` whose total is public."""
    cells = {value: counts.get(value, 0) for value in values}
    cells[UNKNOWN] = total - sum(cells.values())
    hidden = hidden_cells(cells, k)
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

    counts: dict[tuple[str, str], int | None]
    rounded_to: int = 1
    noise: float = 0.0

    def filled(self, guess: float) -> dict[tuple[str, str], float]:
        """The counts, with ``guess`` people in each hidden cell."""
        return {cell: guess if count is None else float(count) for cell, count in self.counts.items()}


def exact_grid(
    counts: Mapping[tuple[str, str], int],
    rows: Sequence[str],
    columns: Sequence[str],
    k: int,
    hidden: Collection[str] = (),
) -> Grid:
    """Two properties at once, beside exact tables of each, of which ``hidden`` are the values hidden there.

    The tables give away by subtraction what the grid leaves out (age known, gender unknown), so counts are exact only
    where every group, the left out ones included, is empty or has ``k`` people. Else they are rounded to half of ``k``:
    every subtraction then ends in a range about ``k`` wide.
    """
    inside = {(row, column): counts.get((row, column), 0) for row in rows for column in columns}
    if all(count == 0 or count >= k for count in counts.values()):
        return Grid({cell: count or None for cell, count in inside.items()})
    base = max(2, math.ceil(k / 2))
    shown = {cell for cell, count in inside.items() if count >= k and not set(cell) & set(hidden)}
    nearest = {cell: max(base * math.ceil(k / base), base * round(count / base)) for cell, count in inside.items()}
    return Grid({cell: nearest[cell] if cell in shown else None for cell in inside}, base, base / math.sqrt(12))
