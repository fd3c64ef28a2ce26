"""Who comes back, and how much of the talk a few people make (A6). Pure: counts in, figures with intervals out.

Sources: Gini, "Variabilità e mutabilità" (1912), in the sorted form of Dixon et al., Ecology 68 (1987) 1548; Lorenz,
Publ. Am. Stat. Assoc. 9 (1905) 209; Efron, Ann. Stat. 7 (1979) 1 (percentile bootstrap); Cochran, "Sampling
Techniques", 3rd ed. (1977), §2.4 (mean) and §6.4 (ratio of two totals).
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from audience.statistics import Z95

LOYAL_POSTS = 3
LOYAL_WEEKS = 3
"""Loyal is who commented on so many different posts, or in so many different weeks (Monday to Sunday, UTC)."""
DRAWS = 400
SEED = 1912
TOP = 0.1

Counts = NDArray[np.float64]
Histogram = Mapping[int, int]
Cohorts = Mapping[tuple[date, date], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its 95 % interval; the interval holds the number."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Month:
    """The people who commented in one month, each in one of three classes."""

    month: date
    new: int
    returning: int
    loyal: int

    @property
    def people(self) -> int:
        return self.new + self.returning + self.loyal


def is_loyal(posts: int, weeks: int) -> bool:
    """True for somebody who commented on ``posts`` different posts in ``weeks`` different weeks."""
    return posts >= LOYAL_POSTS or weeks >= LOYAL_WEEKS


def months(cohorts: Cohorts) -> list[Month]:
    """New, returning and loyal people of each month, oldest first; months without anybody are left out.

    ``cohorts`` maps (month of the first comment, month) to (people who commented in that month, those of them who are
    loyal). New: the first comment ever fell into this month. Loyal: came back, and is loyal in all the data. Returning:
    came back, and is not (yet).
    """
    found: dict[date, list[int]] = {}
    for (first, month), (people, loyal) in cohorts.items():
        row = found.setdefault(month, [0, 0, 0])
        if first == month:
            row[0] += people
        else:
            row[1] += people - loyal
            row[2] += loyal
    return [Month(month, *found[month]) for month in sorted(found)]


def retention(cohorts: Cohorts) -> dict[date, dict[int, int]]:
    """People of each cohort (month of the first comment) who commented so many months later; 0 is its size."""
    found: dict[date, dict[int, int]] = {}
    for (first, month), (people, _) in sorted(cohorts.items()):
        later = 12 * (month.year - first.year) + month.month - first.month
        found.setdefault(first, {})[later] = people
    return found


def _sorted(histogram: Histogram) -> tuple[Counts, Counts]:
    pairs = sorted((value, people) for value, people in histogram.items() if people > 0 and value > 0)
    return np.array([p[0] for p in pairs], dtype=float), np.array([p[1] for p in pairs], dtype=float)


def gini(histogram: Histogram) -> float:
    """Gini's coefficient of comments among people: 0 where all write as much, near 1 where one writes all.

    ``histogram`` maps a number of comments to how many people wrote so many. 0.0 where nobody wrote.
    """
    values, people = _sorted(histogram)
    return float(_gini(values, people[None, :])[0]) if len(values) else 0.0


def _gini(values: Counts, people: Counts) -> Counts:
    """Of many histograms over the same sorted values: ``people`` has one a row."""
    total = people.sum(axis=1, keepdims=True)
    before = people.cumsum(axis=1) - people
    weighted = (values * people * (2 * before + people - total)).sum(axis=1)
    found: Counts = weighted / (total[:, 0] * (values * people).sum(axis=1))
    return found


def top_share(histogram: Histogram, part: float = TOP) -> float:
    """Share of all comments written by the most active ``part`` of the people (a fraction of a person counts so)."""
    values, people = _sorted(histogram)
    return float(_top(values, people[None, :], part)[0]) if len(values) else 0.0


def _top(values: Counts, people: Counts, part: float) -> Counts:
    most = people[:, ::-1]
    room = part * people.sum(axis=1, keepdims=True)
    taken = np.clip(room - (most.cumsum(axis=1) - most), 0, most)
    found: Counts = (taken * values[::-1]).sum(axis=1) / (values * people).sum(axis=1)
    return found


def _bootstrapped(histogram: Histogram, statistic: Callable[[Counts, Counts], Counts]) -> Figure:
    values, people = _sorted(histogram)
    if not len(values):
        return Figure(0.0, 0.0, 1.0)
    point = float(statistic(values, people[None, :])[0])
    total = int(people.sum())
    draws = np.random.default_rng(SEED).multinomial(total, people / total, size=DRAWS).astype(float)
    low, high = np.quantile(statistic(values, draws), [0.025, 0.975])
    return Figure(point, min(point, float(low)), max(point, float(high)))


def gini_range(histogram: Histogram) -> Figure:
    """:func:`gini` with its percentile bootstrap interval: people drawn anew 400 times, by a fixed seed."""
    return _bootstrapped(histogram, _gini)


def top_range(histogram: Histogram, part: float = TOP) -> Figure:
    """:func:`top_share` with its percentile bootstrap interval."""
    return _bootstrapped(histogram, lambda values, people: _top(values, people, part))


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums over the people of a group: of comments c and likes l, of their squares and of their product."""

    people: int
    comments: int
    likes: int
    comments_squared: int
    likes_squared: int
    likes_comments: int
    loyal: int = 0
    copies: int = 0

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


NOBODY = Sums(0, 0, 0, 0, 0, 0)


def summed(parts: Iterable[Sums]) -> Sums:
    """All of these groups together."""
    return sum(parts, NOBODY)


def comments_a_person(sums: Sums) -> Figure | None:
    """Mean comments of a person with its normal interval; None for fewer than two people."""
    if sums.people < 2:
        return None
    mean = sums.comments / sums.people
    spread = max(0.0, sums.comments_squared - sums.people * mean**2) / (sums.people - 1)
    half = Z95 * math.sqrt(spread / sums.people)
    return Figure(mean, max(0.0, mean - half), mean + half)


def likes_a_comment(sums: Sums) -> Figure | None:
    """Likes of a comment, as the ratio of two totals over people (Cochran §6.4); None for fewer than two people."""
    if sums.people < 2 or not sums.comments:
        return None
    ratio = sums.likes / sums.comments
    residual = sums.likes_squared - 2 * ratio * sums.likes_comments + ratio**2 * sums.comments_squared
    variance = max(0.0, residual) / (sums.people - 1) / sums.people / (sums.comments / sums.people) ** 2
    half = Z95 * math.sqrt(variance)
    return Figure(ratio, max(0.0, ratio - half), ratio + half)
