"""How many people the audiences of two to six accounts share (A6, A7). Pure: exact sets in, publishable counts out.

Everybody who commented was counted, so the counts are exact and have no interval. What needs care is that no group of
fewer than k people follows from them, not even by subtraction: each account's size is public, and whoever may ask about
accounts A, B and C may also ask about A and B alone. So an answer about some accounts is made together with the answers
about all fewer of them, and a figure stays hidden as long as those together would give away a small group (the shuttle
algorithm of Buzzigoli & Giusti, see ``audience.anonymity.bounds``, here for all sums at once).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
    about: bool = False


@dataclass(frozen=True, slots=True)
class Region:
    """People of exactly these accounts and none of the others asked about; None where hidden.

    ``about`` where the count is rounded.
    """

    members: tuple[int, ...]
    people: int | None
    about: bool = False


@dataclass(frozen=True, slots=True)
class Overlap:
    """A publishable answer: accounts are numbered as they were asked; a size is None below k."""

    sizes: tuple[int | None, ...]
    pairs: tuple[Pair, ...]
    regions: tuple[Region, ...]
    people: int | None


@dataclass(frozen=True, slots=True)
class Told:
    """A published count, and the range that it leaves for the true one."""

    people: int
    low: int
    high: int


def _shuttle(matrix: Numbers, least: Numbers, most: Numbers) -> tuple[Numbers, Numbers]:
    """The range of every cell, given rows of cells whose sums lie between ``least`` and ``most``."""
    low, inside = np.zeros(matrix.shape[1]), matrix > 0
    high = np.full(matrix.shape[1], most.max(initial=0.0))
    for _ in range(ROUNDS):
        above = np.where(inside, most[:, None] - (matrix @ low)[:, None] + low, np.inf).min(axis=0, initial=np.inf)
        below = np.where(inside, least[:, None] - (matrix @ high)[:, None] + high, -np.inf).max(axis=0, initial=0.0)
        new_low, new_high = np.maximum(low, below), np.minimum(high, above)
        if np.array_equal(new_low, low) and np.array_equal(new_high, high):
            break
        low, high = new_low, new_high
    return low, high


class _Book:
    """The answers about every set of accounts, each made with those about its subsets in view and no other.

    So an answer is the same whether it is asked for alone or stands inside a larger one.
    """

    def __init__(self, counts: Regions, keys: Sequence[int], k: int) -> None:
        everyone = range(len(keys))
        self.cells = [frozenset(c) for size in range(1, len(keys) + 1) for c in combinations(everyone, size)]
        self.people = np.array([counts.get(cell, 0) for cell in self.cells], dtype=float)
        self.keys, self.k = keys, k
        self.told: dict[Accounts, dict[Accounts, Told]] = {}
        self.small: dict[Accounts, list[Accounts]] = {}

    def count(self, part: Accounts, chosen: Accounts) -> int:
        return round(float(_row(part, chosen, self.cells) @ self.people))

    def publish(self, chosen: Accounts) -> None:
        """Decide what is told about some accounts, after all sets of fewer of them were decided.

        Exact counts where they are safe; else counts rounded at random to multiples of ``k``, hidden one by one.
        """
        counts = {part: self.count(part, chosen) for part in _parts(chosen)}
        self.small[chosen] = [part for part, number in counts.items() if 0 < number < self.k]
        exact = {part: Told(n, n, n) for part, n in counts.items() if n >= self.k or not n}
        if len(exact) < len(counts) or self._given_away(chosen, exact):
            exact = {part: self._rounded(part, chosen, n) for part, n in counts.items() if n >= self.k}
        order = sorted(exact, key=lambda part: counts[part] * (1 + self._draw("hide", part, chosen)))
        for part in order:
            if not self._given_away(chosen, exact):
                break
            del exact[part]
        self.told[chosen] = exact

    def _rounded(self, part: Accounts, chosen: Accounts, people: int) -> Told:
        value = max(self.k, self.k * int(people / self.k + self._draw("round", part, chosen)))
        return Told(value, max(self.k, value - self.k + 1), value + self.k - 1)

    def _draw(self, what: str, part: Accounts, chosen: Accounts) -> float:
        """A number in 0..1 that is the same whenever the same accounts are asked about, with whichever others.

        Rounding hangs on the counts as well: else the same fraction would be cut off after every change.
        """
        secret = 0
        for one in chosen:
            secret ^= self.keys[one]
        about = [str(self.keys[one]) for one in sorted(part, key=self.keys.__getitem__)]
        return draw(secret, "overlap", what, *about, str(self.count(part, chosen)))

    def _given_away(self, chosen: Accounts, told: Mapping[Accounts, Told]) -> bool:
        """True where a small region can be worked out to within half of ``k`` from this and all smaller answers.

        Worked out over the regions of ``chosen`` alone: over the finer ones of a larger question the ranges would add
        up to wider ones, and that question would be told more about these accounts than they are alone.
        """
        cells = _parts(chosen)
        small = [_row(part, of, cells) for of, parts in self.small.items() if of <= chosen for part in parts]
        if not small:
            return False
        known = [(part, fewer, t) for fewer in self.told if fewer < chosen for part, t in self.told[fewer].items()]
        known += [(part, chosen, t) for part, t in told.items()]
        rows = [_row(part, of, cells) for part, of, _ in known]
        # Every account's size, small ones too, counts as known: that is the careful way.
        singles = [frozenset([one]) for one in sorted(chosen)]
        sizes = [_row(one, one, cells) for one in singles]
        totals = [self.count(one, one) for one in singles]
        least, most = [t.low for *_, t in known] + totals, [t.high for *_, t in known] + totals
        low, high = _shuttle(np.array(rows + sizes), np.array(least, dtype=float), np.array(most, dtype=float))
        return any(float(row @ (high - low)) < self.k / 2 for row in small)


def _row(part: Accounts, chosen: Accounts, cells: Sequence[Accounts]) -> Numbers:
    """Which cells make up a region of some accounts: a row of zeros and ones."""
    return np.array([float(cell & chosen == part) for cell in cells])


def _parts(chosen: Accounts) -> list[Accounts]:
    """The regions of some accounts: every set of them that somebody may belong to."""
    members = sorted(chosen)
    return [frozenset(c) for size in range(1, len(members) + 1) for c in combinations(members, size)]


def overlap(counts: Regions, keys: Sequence[int], k: int) -> Overlap:
    """The publishable overlap of some accounts' audiences.

    ``counts`` maps each non-empty set of accounts (numbers from 0) to the people of exactly those; missing sets are
    empty. ``keys`` has a secret number for each account, which decides which larger figures are hidden beside the
    small ones.
    """
    everyone = frozenset(range(len(keys)))
    book = _Book(counts, keys, k)
    for chosen in _parts(everyone):
        if len(chosen) > 1:
            book.publish(chosen)
    sizes = [book.count(frozenset([one]), frozenset([one])) for one in sorted(everyone)]
    shown = [number if number >= k else None for number in sizes]
    pairs = [_pair(book.told[frozenset(pair)], pair, shown) for pair in combinations(sorted(everyone), 2)]
    finest = book.told[everyone]
    regions = [_region(part, finest.get(part)) for part in _parts(everyone)]
    whole = len(finest) == len(regions) and all(told.low == told.high for told in finest.values())
    people = sum(told.people for told in finest.values()) if whole else None
    return Overlap(tuple(shown), tuple(pairs), tuple(regions), people)


def _region(part: Accounts, told: Told | None) -> Region:
    members = tuple(sorted(part))
    return Region(members, None) if told is None else Region(members, told.people, told.low < told.high)


def _pair(regions: Mapping[Accounts, Told], pair: tuple[int, int], sizes: Sequence[int | None]) -> Pair:
    a, b = pair
    both, of_a, of_b = regions.get(frozenset(pair)), sizes[a], sizes[b]
    if both is None or not of_a or not of_b:
        return Pair(a, b, None, None, None, None)
    shared = min(both.people, of_a, of_b)
    shares = shared / of_a, shared / of_b, shared / (of_a + of_b - shared)
    return Pair(a, b, shared, *shares, about=both.low < both.high)
