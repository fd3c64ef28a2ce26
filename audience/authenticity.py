"""How far the comments of an account look like what people write by themselves. Pure: counts in, figures out.

Four signals, each with its threshold, what else may explain it, and a share of the comments or posts that it concerns.
None of them says that somebody is a bot. Poisson and binomial tails are exact sums; the false discovery rate is held by
Benjamini & Hochberg, J. R. Stat. Soc. B 57 (1995) 289.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

from audience.statistics import wilson

COPY_PEOPLE = 3
"""A longer text that so many people wrote word for word counts as copied."""
EARLY_MINUTES = 10
BURST_COMMENTS, BURST_RATIO, BURST_POSTS, FALSE_BURSTS = 20, 3.0, 8, 0.01
"""A post bursts where at least so many early comments are so many times the usual, among so many posts, at this rate of
false alarms."""
NEAR_MINUTES = 30.0
POD_POSTS, POD_JACCARD, POD_PEOPLE, POD_CHANCE = 4, 0.6, 3, 0.01
MOST_PEOPLE = 1000
Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the score. ``points`` are lost of 100: none up to ``usual``, all of ``most`` from ``worst`` on."""

    name: str
    share: float
    low: float
    high: float
    of: int
    usual: float
    worst: float
    most: float
    points: float


@dataclass(frozen=True, slots=True)
class Early:
    """A post with its comments of the first minutes and of the first day."""

    post: str
    early: int
    day: int


@dataclass(frozen=True, slots=True)
class Burst:
    """A post with far more early comments than the account's others; ``chance`` of so many if it were a usual one."""

    post: str
    early: int
    expected: float
    chance: float


@dataclass(frozen=True, slots=True)
class Member:
    person: str
    posts: int
    together: int
    minutes: float


# name: usual share, worst share, points lost at the worst
SCALES = {
    "copies": (0.01, 0.15, 30.0),
    "generic": (0.45, 0.85, 20.0),
    "bursts": (0.02, 0.20, 20.0),
    "pods": (0.02, 0.20, 30.0),
}


def part(name: str, concerned: int, of: int) -> Part:
    """One signal's part of the score, from how many of how many comments (or posts) it concerns."""
    usual, worst, most = SCALES[name]
    share = concerned / of if of else 0.0
    low, high = wilson(share, of)
    return Part(name, share, low, high, of, usual, worst, most, lost(share, usual, worst, most))


def lost(share: float, usual: float, worst: float, most: float) -> float:
    """Points lost: a straight line between the usual and the worst share."""
    return most * min(1.0, max(0.0, (share - usual) / (worst - usual)))


def score(parts: Sequence[Part]) -> tuple[float, float, float]:
    """(score, low, high) of 100: the points that no part took. The range puts each share at an end of its own."""
    best = sum(lost(one.low, one.usual, one.worst, one.most) for one in parts)
    worst = sum(lost(one.high, one.usual, one.worst, one.most) for one in parts)
    return 100 - sum(one.points for one in parts), 100 - worst, 100 - best


def poisson_tail(count: int, mean: float) -> float:
    """The probability of ``count`` or more where ``mean`` are expected."""
    if count <= 0:
        return 1.0
    if mean <= 0:
        return 0.0
    if mean > 500:
        return 0.5 * math.erfc((count - 0.5 - mean) / math.sqrt(2 * mean))
    term = total = math.exp(-mean)
    for number in range(1, count):
        term *= mean / number
        total += term
    return max(0.0, 1.0 - total)


def bursts(posts: Sequence[Early]) -> list[Burst]:
    """Posts whose first minutes had far more comments than the account's other posts lead to expect, largest first.

    Expected is the median share of early comments in the other posts times the post's comments of the first day; counts
    scatter more than Poisson's, so both are divided by the scatter that the other posts show (quasi-Poisson).
    """
    known = [one for one in posts if one.day >= BURST_COMMENTS]
    if len(known) < BURST_POSTS:
        return []
    rates = [one.early / one.day for one in known]
    usual = median(rates)
    scatter = _scatter(known, usual)
    found = []
    for one in known:
        expected = max(1.0, usual * one.day)
        chance = poisson_tail(math.ceil(one.early / scatter), expected / scatter)
        found.append(Burst(one.post, one.early, expected, chance))
    telling = [b for b in found if b.early >= BURST_COMMENTS and b.early >= BURST_RATIO * b.expected]
    return sorted(_discovered(telling, len(found)), key=lambda burst: (burst.chance, -burst.early))


def _scatter(posts: Sequence[Early], usual: float) -> float:
    """Median of (seen - expected)² / expected, as a multiple of what Poisson gives; at least 1. The median, because a
    few bursts would hide themselves in a mean."""
    terms = [(one.early - usual * one.day) ** 2 / max(1.0, usual * one.day) for one in posts]
    return max(1.0, median(terms) / 0.455)


def _discovered(found: Sequence[Burst], tested: int) -> list[Burst]:
    ordered = sorted(found, key=lambda burst: burst.chance)
    passed = [
        place for place, one in enumerate(ordered, start=1) if one.chance <= FALSE_BURSTS * place / max(1, tested)
    ]
    return ordered[: max(passed, default=0)]


def pods(comments: Mapping[str, Mapping[str, float]], posts: int) -> list[list[Member]]:
    """Groups of at least three people who comment together: on nearly the same posts, within half an hour.

    ``comments`` gives for each person the minutes (since any fixed time) of their first comment on each post; only
    people with at least ``POD_POSTS`` posts should be in it, at most ``MOST_PEOPLE`` of them, which bounds the memory
    (1,000² numbers). ``posts`` is how many posts there are. Two people are tied where they were near on ``POD_POSTS``
    posts, near on most of all posts of either (Jaccard), and more often than chance would have it.
    """
    people = sorted((one for one, at in comments.items() if len(at) >= POD_POSTS), key=lambda p: (-len(comments[p]), p))
    people = people[:MOST_PEOPLE]
    if len(people) < POD_PEOPLE:
        return []
    near, both = _meetings(people, comments)
    sizes = np.array([len(comments[person]) for person in people], dtype=np.float64)
    jaccard = near / np.maximum(1.0, sizes[:, None] + sizes[None, :] - both)
    tied = (near >= POD_POSTS) & (jaccard >= POD_JACCARD)
    np.fill_diagonal(tied, False)
    _keep_unlikely(tied, near, both, sizes, posts)
    return [_members(group, people, comments) for group in _groups(tied)]


def _meetings(people: Sequence[str], comments: Mapping[str, Mapping[str, float]]) -> tuple[Matrix, Matrix]:
    """For each two people: on how many posts they were near each other, and on how many both commented."""
    size = len(people)
    near, both = np.zeros((size, size)), np.zeros((size, size))
    by_post: dict[str, list[tuple[int, float]]] = {}
    for place, person in enumerate(people):
        for post, minute in comments[person].items():
            by_post.setdefault(post, []).append((place, minute))
    for entries in by_post.values():
        places = np.array([place for place, _ in entries])
        minutes = np.array([minute for _, minute in entries])
        close = np.abs(minutes[:, None] - minutes[None, :]) <= NEAR_MINUTES
        both[np.ix_(places, places)] += 1
        near[np.ix_(places, places)] += close
    return near, both


def _keep_unlikely(tied: NDArray[np.bool_], near: Matrix, both: Matrix, sizes: Matrix, posts: int) -> None:
    """Untie who meet as often as chance would have it: both sizes over all posts, times how often two who meet are
    near each other at all; over all pairs together at most ``POD_CHANCE`` ties are by chance."""
    off = ~np.eye(len(sizes), dtype=bool)
    rate = float(near[off].sum() / max(1.0, both[off].sum()))
    pairs = len(sizes) * (len(sizes) - 1) / 2
    for first, second in np.argwhere(np.triu(tied)):
        expected = sizes[first] * sizes[second] / max(1, posts) * min(1.0, rate)
        if poisson_tail(int(near[first, second]), float(expected)) * pairs > POD_CHANCE:
            tied[first, second] = tied[second, first] = False


def _groups(tied: NDArray[np.bool_]) -> list[list[int]]:
    """Connected people of whom each is tied to at least half of the others; loose ends fall off."""
    left, found = set(np.flatnonzero(tied.any(axis=1)).tolist()), []
    while left:
        group, open_ = set(), [min(left)]
        while open_:
            one = open_.pop()
            group.add(one)
            open_ += [
                int(other) for other in np.flatnonzero(tied[one]) if int(other) in left and int(other) not in group
            ]
        left -= group
        while group and (loose := [one for one in group if 2 * tied[one, sorted(group)].sum() < len(group) - 1]):
            group -= {min(loose, key=lambda one: (int(tied[one, sorted(group)].sum()), one))}
        if len(group) >= POD_PEOPLE:
            found.append(sorted(group))
    return found


def _members(group: Sequence[int], people: Sequence[str], comments: Mapping[str, Mapping[str, float]]) -> list[Member]:
    at_post: dict[str, list[float]] = {}
    for place in group:
        for post, minute in comments[people[place]].items():
            at_post.setdefault(post, []).append(minute)
    middle = {post: median(times) for post, times in at_post.items() if 2 * len(times) >= len(group)}
    found = []
    for place in group:
        own = comments[people[place]]
        apart = [abs(own[post] - at) for post, at in middle.items() if post in own]
        together = sum(gap <= NEAR_MINUTES for gap in apart)
        found.append(Member(people[place], len(own), together, round(median(apart), 1) if apart else 0.0))
    return found
