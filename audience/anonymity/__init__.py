"""Disclosure control (A7): nothing is told about groups of fewer than k people. Pure.

``exact`` is for the one unfiltered report, ``shuffled`` for the many filtered ones.
"""

from audience.anonymity.exact import OTHER, UNKNOWN, Grid, Table, exact_grid, exact_table, hidden_cells, merged_small
from audience.anonymity.noise import draw, rounded
from audience.anonymity.shuffled import (
    SHUFFLED,
    Census,
    Within,
    blurred,
    blurred_grid,
    blurred_people,
    blurred_table,
)

__all__ = [
    "OTHER",
    "SHUFFLED",
    "UNKNOWN",
    "Census",
    "Grid",
    "Table",
    "Within",
    "blurred",
    "blurred_grid",
    "blurred_people",
    "blurred_table",
    "draw",
    "exact_grid",
    "exact_table",
    "hidden_cells",
    "merged_small",
    "rounded",
]
