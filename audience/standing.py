"""How a post stands against its account's usual post. Pure: counts in, ratios with 95 % ranges out.

Sources: Byar's limits of a Poisson count (Breslow & Day, Statistical Methods in Cancer Research II, 1987, p. 69); the
interval of a median by order statistics (Conover, Practical Nonparametric Statistics, 1999, p. 143).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import median

Z95 = 1.959964
FEW = 6
"""Of fewer posts no interval of the median reaches 95 %."""
MARKED = 3
"""So many posts at each end are marked at most."""


@dataclass(frozen=True, slots=True)
class Usual:
    """Comments of an account's usual post: the median of ``posts`` posts with its 95 % range (None: too few posts)."""

    value: float
    low: float | None
    high: float | None
    posts: int


@dataclass(frozen=True, slots=True)
class Standing:
    """A post's comments as a multiple of the usual post's, with the range that both counts leave open."""

    times: float
    low: float | None
    high: float | None

    @property
    def is_above(self) -> bool:
        """True where the post certainly brought more than the usual one."""
        return self.low is not None and self.low > 1

    @property
    def is_below(self) -> bool:
        """True where it certainly brought less."""
        return self.high is not None and self.high < 1


def count_range(count: int) -> tuple[float, float]:
    """The 95 % range of what a count of independent events stands for (Byar)."""
    more = count + 1
    low = count * (1 - 1 / (9 * count) - Z95 / (3 * math.sqrt(count))) ** 3 if count else 0.0
    return max(0.0, low), more * (1 - 1 / (9 * more) + Z95 / (3 * math.sqrt(more))) ** 3


def usual(counts: Sequence[int]) -> Usual | None:
    """The median of the posts' counts; None without a post."""
    if not counts:
        return None
    ordered, size = sorted(counts), len(counts)
    middle = float(median(ordered))
    if size < FEW:
        return Usual(middle, None, None, size)
    cut = _order(size)
    return Usual(middle, float(ordered[cut - 1]), float(ordered[size - cut]), size)


@lru_cache(maxsize=1024)
def _order(size: int) -> int:
    """The rank r such that the r-th smallest and r-th largest of ``size`` values hold the median 95 times in 100."""
    if size > 200:
        return max(1, math.floor((size - Z95 * math.sqrt(size)) / 2))
    below, rank = 0.0, 0
    while below + math.comb(size, rank) / 2**size <= 0.025:
        below += math.comb(size, rank) / 2**size
        rank += 1
    return max(1, rank)


def standing(count: int, against: Usual | None) -> Standing | None:
    """A post's count over the usual one; None where there is no usual one above zero."""
    if against is None or against.value <= 0:
        return None
    low, high = count_range(count)
    if against.low is None or against.high is None:
        return Standing(count / against.value, None, None)
    return Standing(
        count / against.value,
        low / against.high if against.high else None,
        high / against.low if against.low else None,
    )


def marks(counts: Sequence[tuple[str, int]], against: Usual | None) -> dict[str, str]:
    """``best`` and ``worst`` of the posts (key, count): the outermost three at each end that certainly differ."""
    known = [(count, key, found) for key, count in counts if (found := standing(count, against))]
    ordered = sorted(known, key=lambda one: (one[0], one[1]))
    worst = {key: "worst" for _, key, found in ordered[:MARKED] if found.is_below}
    return worst | {key: "best" for _, key, found in ordered[-MARKED:] if found.is_above}
