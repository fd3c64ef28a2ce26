"""Two audiences, or two periods of one, side by side: what differs beyond chance, in words (A6). Pure.

Sources: pooled test of two proportions (Fleiss, Levin & Paik, "Statistical Methods for Rates and Proportions", 3rd ed.,
§3.1), with the variance of disclosure control's noise added; range of a difference from the ranges of its two parts
(Newcombe, Stat. Med. 17 (1998) 873, method 10; for any ranges Zou & Donner, Stat. Med. 27 (2008) 1693); many tests at
once by Holm, Scand. J. Stat. 6 (1979) 65, and Benjamini & Hochberg, J. R. Stat. Soc. B 57 (1995) 289; effect size h by
Cohen, "Statistical Power Analysis", 2nd ed. (1988), §6.2.

Whoever comments on both sides is counted on both. That makes two sides more alike than independent samples would be, so
the tests err on the careful side.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from audience.statistics import Z95

LEVEL = 0.05
CLEAR, LIKELY, CHANCE, UNTESTED = "clear", "likely", "chance", "untested"
VERDICTS = {
    CLEAR: "Clearly different",
    LIKELY: "Probably different",
    CHANCE: "Could be chance",
    UNTESTED: "Too few to tell",
}
SIZES = ((0.8, "large"), (0.5, "medium"), (0.2, "small"), (0.0, "tiny"))
SHARE, PART, MEAN = "share", "part", "mean"
"""What a row measures: a share of people; a share of something else, tested by its range; a mean."""


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a row: the published figure with its 95 % range.

    ``count`` of ``people`` (with ``noise``, the standard deviation of what was added to it) is what a share is tested
    on: the figure as it was seen, which the same model errs about equally on both sides.
    """

    value: float
    low: float
    high: float
    count: float = 0.0
    people: float = 0.0
    noise: float = 0.0


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that is compared; a side is None where it may not be shown. Shares are 0..1."""

    topic: str
    name: str
    label: str
    a: Side | None
    b: Side | None
    measure: str = SHARE
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    effect: float | None = None
    p: float | None = None
    adjusted: float | None = None
    verdict: str = UNTESTED

    @property
    def words(self) -> str:
        return VERDICTS[self.verdict]

    @property
    def size(self) -> str:
        """Cohen's word for the effect of a share; "" for a mean."""
        if self.effect is None or self.measure != SHARE:
            return ""
        return next(words for least, words in SIZES if abs(self.effect) >= least)


def two_sided(z: float) -> float:
    """The probability of a standard normal value at least this far from zero."""
    return math.erfc(abs(z) / math.sqrt(2))


def proportions_p(a: Side, b: Side) -> float:
    """The p value of the pooled test that both shares are the same, with the noise of the counts in the variance."""
    pooled = (a.count + b.count) / (a.people + b.people)
    variance = pooled * (1 - pooled) * (1 / a.people + 1 / b.people)
    variance += (a.noise / a.people) ** 2 + (b.noise / b.people) ** 2
    gap = a.count / a.people - b.count / b.people
    return two_sided(gap / math.sqrt(variance)) if variance > 0 else 1.0


def means_p(a: Side, b: Side) -> float:
    """The p value that two means are the same, their standard errors read from their ranges."""
    spread = math.hypot(a.high - a.value, b.high - b.value) / Z95
    return two_sided((a.value - b.value) / spread) if spread > 0 else 1.0


def difference(a: Side, b: Side) -> tuple[float, float, float]:
    """``a`` less ``b`` with its 95 % range from theirs (Newcombe's method 10)."""
    gap = a.value - b.value
    below = math.hypot(a.value - a.low, b.high - b.value)
    above = math.hypot(a.high - a.value, b.value - b.low)
    return gap, gap - below, gap + above


def cohens_h(a: float, b: float) -> float:
    """The difference of two shares on the scale where its spread hangs on the number of people alone."""
    return 2 * math.asin(math.sqrt(min(1.0, max(0.0, a)))) - 2 * math.asin(math.sqrt(min(1.0, max(0.0, b))))


def holm(values: Sequence[float]) -> list[float]:
    """p values adjusted by Holm, in the given order: below 0.05 they are wrong in no place at all, 19 times of 20."""
    order = sorted(range(len(values)), key=lambda place: values[place])
    adjusted, running = [1.0] * len(values), 0.0
    for rank, place in enumerate(order):
        running = max(running, min(1.0, (len(values) - rank) * values[place]))
        adjusted[place] = running
    return adjusted


def benjamini_hochberg(values: Sequence[float]) -> list[float]:
    """p values adjusted by Benjamini and Hochberg: of those below 0.05, one in twenty is wrong."""
    order = sorted(range(len(values)), key=lambda place: -values[place])
    adjusted, running = [1.0] * len(values), 1.0
    for number, place in enumerate(order):
        running = min(running, values[place] * len(values) / (len(values) - number))
        adjusted[place] = running
    return adjusted


def _tested(row: Row) -> Row:
    if row.a is None or row.b is None:
        return row
    gap, low, high = difference(row.a, row.b)
    if row.measure != SHARE:
        return replace(row, difference=gap, low=low, high=high, p=means_p(row.a, row.b))
    tested = min(row.a.people, row.b.people) > 0
    p = proportions_p(row.a, row.b) if tested else None
    return replace(row, difference=gap, low=low, high=high, effect=cohens_h(row.a.value, row.b.value), p=p)


def compared(rows: Sequence[Row]) -> list[Row]:
    """The rows with their differences and verdicts; all tests of a page count as one family.

    “Clearly different” withstands Holm's correction, “probably different” that of Benjamini and Hochberg alone.
    """
    tested = [_tested(row) for row in rows]
    values = [row.p for row in tested if row.p is not None]
    strict, mild = iter(holm(values)), iter(benjamini_hochberg(values))
    return [row if row.p is None else _judged(row, next(strict), next(mild)) for row in tested]


def _judged(row: Row, strict: float, mild: float) -> Row:
    verdict = CLEAR if strict < LEVEL else LIKELY if mild < LEVEL else CHANCE
    return replace(row, adjusted=strict, verdict=verdict)


def counted_words(rows: Sequence[Row]) -> str:
    """How many rows differ, in one sentence."""
    tested: Mapping[str, int] = {verdict: sum(row.verdict == verdict for row in rows) for verdict in VERDICTS}
    total = len(rows) - tested[UNTESTED]
    if not total:
        return "Too few people on one side to compare anything."
    if not tested[CLEAR] + tested[LIKELY]:
        return f"None of {total} figures differs by more than chance could bring about."
    words = f"{tested[CLEAR]} of {total} figures are clearly different"
    return words + (f", {tested[LIKELY]} more probably so." if tested[LIKELY] else ".")
