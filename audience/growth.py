"""How the number of followers changes, and what came at the same time as a jump (A6). Pure.

Source: the modified z-score of Iglewicz & Hoaglin, "How to Detect and Handle Outliers" (ASQC, 1993): 0.6745 times the
distance from the median over the median absolute deviation (MAD), an outlier from 3.5 on; where the MAD is zero, the
mean absolute deviation times 1.253314 stands in.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean, median
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)

OUTLIER = 3.5
LEAST_CHANGES = 7
LEAST_FOLLOWERS = 5.0
"""A jump is at least so many followers a day: in a quiet account one follower more is no news."""
GAP_DAYS = 3
BEFORE = timedelta(days=2)
"""A post may bring followers on its day and for two days after."""
MAX_CANDIDATES = 3
POST, VIRAL, TALK, GAP = "post", "viral_post", "comments", "gap"


@dataclass(frozen=True, slots=True)
class Change:
    """From one snapshot to the next: followers on ``day``, how many more than ``days`` days before, and a day."""

    day: date
    days: int
    followers: int
    gained: int
    score: float = 0.0

    @property
    def since(self) -> date:
        return self.day - timedelta(days=self.days)

    @property
    def per_day(self) -> float:
        return self.gained / self.days

    @property
    def is_jump(self) -> bool:
        return abs(self.score) > OUTLIER and abs(self.per_day) >= LEAST_FOLLOWERS


@dataclass(frozen=True, slots=True)
class Published:
    """A post: the day it came out, its words, and how many comments it has."""

    day: date
    words: str
    comments: int = 0


@dataclass(frozen=True, slots=True)
class Candidate:
    """What came at the time of a jump. It may explain it; nothing here proves that."""

    what: str
    day: date
    words: str


@dataclass(frozen=True, slots=True)
class Jump:
    change: Change
    candidates: tuple[Candidate, ...]


def robust_scores(values: Sequence[float]) -> list[float]:
    """The modified z-score of each value; zeros where all values are the same or there are none."""
    if not values:
        return []
    middle = median(values)
    spread = median(abs(value - middle) for value in values) / 0.6745
    if spread == 0:
        spread = 1.253314 * fmean(abs(value - middle) for value in values)
    return [(value - middle) / spread if spread else 0.0 for value in values]


def changes(series: Iterable[tuple[date, int]]) -> list[Change]:
    """The change from each day to the next one known, with its score once there are seven of them.

    ``series`` is (day, followers), one a day. A gap is spread evenly over its days for the score.
    """
    points = sorted(series)
    found = [
        Change(day, (day - before).days, followers, followers - last)
        for (before, last), (day, followers) in zip(points, points[1:], strict=False)
    ]
    if len(found) < LEAST_CHANGES:
        return found
    scores = robust_scores([change.per_day for change in found])
    return [
        Change(change.day, change.days, change.followers, change.gained, score)
        for change, score in zip(found, scores, strict=True)
    ]


def jumps(found: Sequence[Change], posts: Sequence[Published], comments: Mapping[date, int]) -> list[Jump]:
    """The changes that stand out, newest first, each with what came at the same time (three candidates at most).

    ``comments`` are the comments of each day; a day stands out like a change does.
    """
    viral = _outliers({place: float(post.comments) for place, post in enumerate(posts)})
    loud = _outliers({day: float(count) for day, count in comments.items()})
    loud_posts = [posts[place] for place in viral]
    return [
        Jump(change, tuple(_candidates(change, posts, loud_posts, {day: comments[day] for day in loud})))
        for change in reversed(found)
        if change.is_jump
    ]


def _outliers(values: Mapping[Key, float]) -> list[Key]:
    if len(values) < LEAST_CHANGES:
        return []
    scores = robust_scores(list(values.values()))
    return [key for key, score in zip(values, scores, strict=True) if score > OUTLIER]


def _candidates(
    change: Change, posts: Sequence[Published], viral: Sequence[Published], loud: Mapping[date, int]
) -> list[Candidate]:
    first = change.since - BEFORE + timedelta(days=1)
    near = sorted(
        (p for p in posts if first <= p.day <= change.day), key=lambda p: (p not in viral, -p.comments, p.words)
    )
    found = []
    if change.days > GAP_DAYS:
        words = f"No figure for {change.days} days: the change may have come on any of them"
        found.append(Candidate(GAP, change.since, words))
    for post in near:
        words = f"Post with unusually many comments ({post.comments:,}): {post.words}"
        found.append(
            Candidate(VIRAL, post.day, words) if post in viral else Candidate(POST, post.day, f"Post: {post.words}")
        )
    talk = [day for day in sorted(loud) if change.since < day <= change.day]
    found += [Candidate(TALK, day, f"Unusually many comments that day: {loud[day]:,}") for day in talk]
    return found[:MAX_CANDIDATES]
