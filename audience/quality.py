"""One score for an audience, 0 to 100, and everything it is made of (A6). Pure: shares with intervals in, score out.

The score is the weighted mean of its parts, each turned into a mark from 0 to 1. The weights and the marks are a choice
of this product, written down here and shown beside the score; no study gave them. Its interval takes the parts as
independent: the variance of a weighted mean is the sum of the squared weights times the variances. A part without
enough data is left out and its weight spread over the others; below ``LEAST_WEIGHT`` there is no score.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from audience.statistics import Z95

LEAST_PEOPLE = 100
LEAST_WEIGHT = 60
LOYAL_FULL = 0.2
TOP_NONE = 1.0
TOP_FULL = 0.1


@dataclass(frozen=True, slots=True)
class Rule:
    """A part of the score: its weight in percent, and from which share on its mark is 0 and 1."""

    name: str
    label: str
    weight: int
    none: float
    full: float
    words: str


RULES = (
    Rule("genuine", "Real accounts", 35, 0.0, 1.0, "Real people and influencers among those with follower figures"),
    Rule("human", "Not bots", 15, 0.0, 1.0, "People whose profile does not read like a bot"),
    Rule("loyal", "Loyal people", 25, 0.0, LOYAL_FULL, f"Loyal commenters; full marks from {LOYAL_FULL:.0%} on"),
    Rule("spread", "Talk is spread", 15, TOP_NONE, TOP_FULL, "Comments of the most active tenth; full marks at 10%"),
    Rule("original", "Own words", 10, 0.0, 1.0, "Comments that their writer had not posted before, word for word"),
)


@dataclass(frozen=True, slots=True)
class Share:
    """What a part stands on: a share (0..1) with its 95 % interval, of ``people`` people."""

    share: float
    low: float
    high: float
    people: int


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a score. ``points`` are what it gives to the 100; None, with a reason, where it is left out."""

    rule: Rule
    given: Share | None
    weight: float = 0.0
    mark: float | None = None
    points: float | None = None
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Quality:
    """A score with its 95 % interval, or None and why; the parts stand there either way."""

    score: float | None
    low: float | None
    high: float | None
    parts: tuple[Part, ...]
    refused: str = ""


def mark(rule: Rule, share: float) -> float:
    """A share on the part's scale: 0 at ``none`` and beyond, 1 at ``full`` and beyond."""
    return min(1.0, max(0.0, (share - rule.none) / (rule.full - rule.none)))


def _why_missing(given: Share | None) -> str:
    if given is None:
        return "Not known"
    return f"Known of {given.people:,} people, {LEAST_PEOPLE} are needed" if given.people < LEAST_PEOPLE else ""


def score(shares: Mapping[str, Share | None], people: int) -> Quality:
    """The score from the shares of the parts (by the names of :data:`RULES`) and how many people commented."""
    missing = {rule.name: _why_missing(shares.get(rule.name)) for rule in RULES}
    known = sum(rule.weight for rule in RULES if not missing[rule.name])
    parts, variance = [], 0.0
    for rule in RULES:
        given = shares.get(rule.name)
        if given is None or missing[rule.name]:
            parts.append(Part(rule, None, missing=missing[rule.name]))
            continue
        weight = 100 * rule.weight / known
        ends = (mark(rule, given.low), mark(rule, given.high))
        variance += (weight * abs(ends[1] - ends[0]) / (2 * Z95)) ** 2
        reached = mark(rule, given.share)
        parts.append(Part(rule, given, weight, reached, weight * reached))
    if refused := _refusal(people, known):
        return Quality(None, None, None, tuple(parts), refused)
    value = sum(part.points or 0.0 for part in parts)
    half = Z95 * math.sqrt(variance)
    return Quality(value, max(0.0, value - half), min(100.0, value + half), tuple(parts))


def _refusal(people: int, known: int) -> str:
    if people < LEAST_PEOPLE:
        return f"A score needs {LEAST_PEOPLE} people who commented; there are {people:,} so far."
    if known < LEAST_WEIGHT:
        return f"Only parts worth {known} of 100 are known so far; a score needs {LEAST_WEIGHT}."
    return ""
