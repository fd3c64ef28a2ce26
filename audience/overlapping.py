"""How many people the audiences of two to six accounts share (A6, A7). Pure: exact sets in, publishable counts out.

The counts are exact, so they have no interval: everybody who commented was counted. What needs care is that no group of
fewer than k people follows from them, not even by subtraction: each account's size is public, and whoever may ask about
accounts A, B and C may also ask about A and B alone. So an answer about some accounts is made together with the answers
about all fewer of them, and a figure stays hidden as long as those together would give away a small group (the shuttle
algorithm of Buzzigoli & Giusti, see ``audience.anonymity.bounds``, here for all sums at once).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from audience.anonymity import draw

LEAST, MOST = 2, 6
ROUNDS = 60

Accounts = frozenset[int]
Numbers = NDArray[np.float64]
Regions = Mapping[Accounts, int]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two accounts: the people of both, of either, and what share of each audience that is. None where hidden."""

    a: int
    b: int
    shared: int | None
    share_of_a: float | None
    share_of_b: float | None
    jaccard: float | None


@dataclass(frozen=True, slots=True)
class Region:
    """People of exactly these accounts and none of the others asked about; None where hidden."""

    members: tuple[int, ...]
    people: int | None


@dataclass(frozen=True, slots=True)
class Overlap:
    """A publishable answer: accounts are numbered as they were asked; a size is None below k."""

    sizes: tuple[int | None, ...]
    pairs: tuple[Pair, ...]
    regions: tuple[Region, ...]
    people: int | None


@dataclass(slots=True)
class Known:
    """What has been published so far, as sums over the finest regions."""

    cells: list[Accounts]
    sums: dict[frozenset[Accounts], int] = field(default_factory=dict)

    def ranges(self, more: Mapping[frozenset[Accounts], int]) -> tuple[Numbers, Numbers]:
        """The least and most people that each region can have, given all sums."""
        sums = self.sums | dict(more)
        places = {cell: place for place, cell in enumerate(self.cells)}
        matrix = np.zeros((len(sums), len(self.cells)))
        for row, cells in enumerate(sums):
            matrix[row, [places[cell] for cell in cells]] = 1
        return _shuttle(matrix, np.array(list(sums.values()), dtype=float))


def _shuttle(matrix: Numbers, totals: Numbers) -> tuple[Numbers, Numbers]:
    low, inside = np.zeros(matrix.shape[1]), matrix > 0
    high = np.full(matrix.shape[1], totals.max(initial=0.0))
    for _ in range(ROUNDS):
        most = np.where(inside, totals[:, None] - (matrix @ low)[:, None] + low, np.inf).min(axis=0, initial=np.inf)
        least = np.where(inside, totals[:, None] - (matrix @ high)[:, None] + high, -np.inf).max(axis=0, initial=0.0)
        new_low, new_high = np.maximum(low, least), np.minimum(high, most)
        if np.array_equal(new_low, low) and np.array_equal(new_high, high):
            break
        low, high = new_low, new_high
    return low, high


def _projected(cells: Sequence[Accounts], chosen: Accounts) -> dict[Accounts, frozenset[Accounts]]:
    """The regions of fewer accounts, each as the finest regions that it is made of."""
    found: dict[Accounts, set[Accounts]] = {}
    for cell in cells:
        if part := cell & chosen:
            found.setdefault(part, set()).add(cell)
    return {part: frozenset(members) for part, members in found.items()}


def _publish(known: Known, counts: Regions, chosen: Accounts, k: int, key: int) -> dict[Accounts, int | None]:
    """The regions of some accounts; what is shown is added to what is known."""
    parts = _projected(known.cells, chosen)
    people = {part: sum(counts[cell] for cell in cells) for part, cells in parts.items()}
    shown = {part for part, number in people.items() if number >= k or not number}
    small = [part for part, number in people.items() if 0 < number < k]
    label = ".".join(map(str, sorted(chosen)))
    order = sorted(shown, key=lambda part: people[part] * (1 + draw(key, "overlap", label, *map(str, sorted(part)))))
    while shown:
        sums = {parts[part]: people[part] for part in shown}
        if not _given_away(known.ranges(sums), known.cells, parts, small, k):
            known.sums |= sums
            break
        shown.discard(next(part for part in order if part in shown))
    return {part: people[part] if part in shown else None for part in parts}


def _given_away(
    ranges: tuple[Numbers, Numbers],
    cells: Sequence[Accounts],
    parts: Mapping[Accounts, frozenset[Accounts]],
    small: Sequence[Accounts],
    k: int,
) -> bool:
    """True where a small region can be worked out to within half of ``k``."""
    low, high = ranges
    places = {cell: place for place, cell in enumerate(cells)}
    for part in small:
        members = [places[cell] for cell in parts[part]]
        if high[members].sum() - low[members].sum() < k / 2:
            return True
    return False


def overlap(counts: Regions, accounts: int, k: int, key: int = 0) -> Overlap:
    """The publishable overlap of ``accounts`` audiences.

    ``counts`` maps each non-empty set of accounts (numbers from 0) to the people of exactly those; missing sets are
    empty. ``key`` is secret and decides which larger figures are hidden beside the small ones.
    """
    everyone = range(accounts)
    cells = [frozenset(c) for size in range(1, accounts + 1) for c in combinations(everyone, size)]
    full = {cell: counts.get(cell, 0) for cell in cells}
    known = Known(cells)
    # Every account's size, small ones too, counts as known: that is the careful way.
    sizes = [sum(number for cell, number in full.items() if one in cell) for one in everyone]
    for one in everyone:
        known.sums[frozenset(cell for cell in cells if one in cell)] = sizes[one]
    published: dict[Accounts, dict[Accounts, int | None]] = {}
    for size in range(2, accounts + 1):
        for chosen in map(frozenset, combinations(everyone, size)):
            published[chosen] = _publish(known, full, chosen, k, key)
    shown = [number if number >= k else None for number in sizes]
    finest = published[frozenset(everyone)]
    pairs = [_pair(published[frozenset(pair)], pair, shown) for pair in combinations(everyone, 2)]
    regions = [Region(tuple(sorted(cell)), finest[cell]) for cell in sorted(cells, key=lambda c: (len(c), sorted(c)))]
    people = sum(full.values())
    whole = people if all(region.people is not None for region in regions) else None
    return Overlap(tuple(shown), tuple(pairs), tuple(regions), whole)


def _pair(regions: Mapping[Accounts, int | None], pair: tuple[int, int], sizes: Sequence[int | None]) -> Pair:
    a, b = pair
    shared, of_a, of_b = regions[frozenset(pair)], sizes[a], sizes[b]
    if shared is None or not of_a or not of_b:
        return Pair(a, b, None, None, None, None)
    return Pair(a, b, shared, shared / of_a, shared / of_b, shared / (of_a + of_b - shared))
