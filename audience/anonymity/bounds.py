"""What an attacker can work out: the range of every cell of a table, given ranges and sums that are known.

The shuttle algorithm (Buzzigoli & Giusti, Proc. Eurostat Conf. Statistical Data Protection, 1998): each sum narrows the
range of each of its cells by what the others can take or leave, until nothing moves.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

Cell = TypeVar("Cell", bound=Hashable)
Range = tuple[float, float]
ROUNDS = 30


def feasible_ranges(known: Mapping[Cell, Range], sums: Iterable[tuple[Sequence[Cell], int]]) -> dict[Cell, Range]:
    """The ranges narrowed by the sums. They hold every table that fits, and may be a little too wide."""
    ranges, equations = dict(known), list(sums)
    for _ in range(ROUNDS):
        before = dict(ranges)
        for cells, total in equations:
            _narrow(ranges, cells, total)
        if ranges == before:
            break
    return ranges


def _narrow(ranges: dict[Cell, Range], cells: Sequence[Cell], total: int) -> None:
    for cell in cells:
        least = sum(ranges[other][0] for other in cells if other != cell)
        most = sum(ranges[other][1] for other in cells if other != cell)
        low, high = ranges[cell]
        ranges[cell] = max(low, total - most), min(high, total - least)
