"""Disclosure control of filtered reports (A7). Pure: shuffled counts in, publishable counts out.

Filtered reports can be asked for in thousands of overlapping ways. Exact counts would single people out by subtraction,
fresh noise would be averaged away, and noise that hangs on a cell's members alone would tell, by which cell changed,
what the one person is in whom two filters differ. So:

* Each person's value is replaced, with probability ``SHUFFLED``, by any value at random, decided for good by a secret
  number of the person (randomised response, Warner, J. Am. Stat. Assoc. 60 (1965) 63). Whatever is asked, in whatever
  combination, only shuffled values are counted, so nobody's own value ever follows for certain.
* The counts, right again on average, are rounded at random to multiples of ``k``. The randomness comes from the secret
  numbers of all people of the answer together (after the cell keys of Fraser & Wooton, UNECE 2005): the same people
  give the same answer, one person more draws every cell anew, not only the cell of that person.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from audience.anonymity.exact import UNKNOWN, Grid, Table
from audience.anonymity.noise import draw, rounded

SHUFFLED = 0.2
CAUTION = 2.0
"""Deviations of the shuffling by which a count must clear the threshold."""

Tensor = NDArray[np.float64]


def blurred(restored: float, true: float, k: int, key: int, *label: str, noise: float = 0.0) -> int | None:
    """The publishable form of one count: a multiple of ``k``, or None.

    Shown only above a threshold that is itself drawn between ``k`` and ``2 k``, so that crossing it tells nothing, and
    never for a group that really has fewer than ``k`` people.
    """
    threshold = k * (1 + draw(key, "show", *label)) + CAUTION * noise
    if true < k or restored < threshold:
        return None
    return max(k, rounded(restored, k, key, *label))


@dataclass(frozen=True, slots=True)
class Margin:
    """Counts over some of the dimensions: estimated from the shuffled ones, as they are, and the estimate's spread."""

    restored: Tensor
    true: Tensor
    noise: Tensor


@dataclass(slots=True)
class Census:
    """The people of a filtered answer by their shuffled values, and by their true ones only to hide small groups.

    ``axes`` are the values of each dimension; ``probability`` is with which the values were shuffled; ``key`` the XOR
    of the secret numbers of everybody counted.
    """

    axes: Mapping[str, Sequence[str]]
    probability: float = SHUFFLED
    key: int = 0
    seen: Tensor = field(init=False)
    true: Tensor = field(init=False)

    def __post_init__(self) -> None:
        shape = tuple(len(values) for values in self.axes.values())
        self.seen, self.true = np.zeros(shape), np.zeros(shape)

    def add(self, values: Sequence[str], people: int, *, true: bool) -> None:
        """Count people with these values, one of each dimension: their true ones, or their shuffled ones."""
        place = tuple(axis.index(value) for axis, value in zip(self.axes.values(), values, strict=True))
        (self.true if true else self.seen)[place] += people

    @property
    def people(self) -> int:
        return round(float(self.true.sum()))

    def margin(self, *names: str) -> Margin:
        """Counts over these dimensions, in the order of ``axes``; sums over the others need no correction."""
        others = tuple(place for place, name in enumerate(self.axes) if name not in names)
        restored, p = self.seen.sum(axis=others), self.probability
        for axis, size in enumerate(restored.shape):
            restored = (restored - p / size * restored.sum(axis=axis, keepdims=True)) / (1 - p)
        return Margin(restored, self.true.sum(axis=others), self._noise(restored))

    def _noise(self, counts: Tensor) -> Tensor:
        """Standard deviation of restored counts: each person adds the second moment of their weight, less its mean."""
        p, moments = self.probability, counts
        for axis, size in enumerate(counts.shape):
            hit, miss = (1 - p / size) / (1 - p), -p / size / (1 - p)
            stays, comes = 1 - p + p / size, p / size
            same = stays * hit**2 + (1 - stays) * miss**2
            other = comes * hit**2 + (1 - comes) * miss**2
            moments = (same - other) * moments + other * moments.sum(axis=axis, keepdims=True)
        return np.sqrt(np.clip(moments - counts, 0, None))


@dataclass(frozen=True, slots=True)
class Within:
    """A filter by value, answered from the census itself: only people whose ``dimension`` is ``value``."""

    dimension: str
    value: str


def _margin(census: Census, names: Sequence[str], within: Within | None) -> Margin:
    if within is None:
        return census.margin(*names)
    if within.dimension in names:
        found = census.margin(*names)
        return _only(found, names.index(within.dimension), census.axes[within.dimension].index(within.value))
    order = [name for name in census.axes if name in {*names, within.dimension}]
    found = census.margin(*order)
    axis, place = order.index(within.dimension), census.axes[within.dimension].index(within.value)
    return Margin(*(np.take(part, place, axis=axis) for part in (found.restored, found.true, found.noise)))


def _only(found: Margin, axis: int, place: int) -> Margin:
    mask = np.zeros(found.true.shape)
    np.moveaxis(mask, axis, 0)[place] = 1
    return Margin(found.restored * mask, found.true * mask, found.noise * mask)


def blurred_people(census: Census, within: Within | None, k: int) -> int | None:
    """How many people the answer is about, as a multiple of ``k``; None where too few.

    Who commented when is public, so without ``within`` the threshold itself may be.
    """
    if within is None:
        return None if census.people < k else max(k, rounded(census.people, k, census.key, "people"))
    found = census.margin(within.dimension)
    place = census.axes[within.dimension].index(within.value)
    restored, true, noise = (float(part[place]) for part in (found.restored, found.true, found.noise))
    return blurred(restored, true, k, census.key, "people", within.value, noise=noise)


def blurred_table(census: Census, dimension: str, within: Within | None, k: int) -> Table:
    """A publishable table of one dimension."""
    found = _margin(census, [dimension], within)
    label = (dimension, within.value if within else "")
    counts = {
        value: blurred(
            float(found.restored[place]),
            float(found.true[place]),
            k,
            census.key,
            *label,
            value,
            noise=float(found.noise[place]),
        )
        for place, value in enumerate(census.axes[dimension])
    }
    unknown = counts.pop(UNKNOWN, None)
    return Table(counts, unknown, noise=_spread(found, k))


def blurred_grid(census: Census, row: str, column: str, within: Within | None, k: int) -> Grid:
    """A publishable table of two dimensions; ``row`` stands before ``column`` in the census' axes."""
    found = _margin(census, [row, column], within)
    label, counts = (row, column, within.value if within else ""), {}
    for r, row_value in enumerate(census.axes[row]):
        for c, column_value in enumerate(census.axes[column]):
            restored, true, noise = (float(part[r, c]) for part in (found.restored, found.true, found.noise))
            if UNKNOWN not in (row_value, column_value):
                counts[row_value, column_value] = blurred(
                    restored, true, k, census.key, *label, row_value, column_value, noise=noise
                )
    return Grid(counts, k, noise=_spread(found, k))


def _spread(found: Margin, k: int) -> float:
    """Standard deviation of published counts: the shuffling's, and the random rounding's, at most k / 2."""
    return math.hypot(float(found.noise.max(initial=0.0)), k / math.sqrt(6))
