"""How right a classifier is, each figure with its 95 % interval. Pure.

Shares have Wilson intervals (J. Am. Stat. Assoc. 22 (1927) 209) on Kish's effective sample size (Survey Sampling,
1965), which is the number of examples where none is weighted. Everything else has percentile bootstrap intervals
(Efron & Tibshirani, An Introduction to the Bootstrap, 1993, ch. 13), drawn from a seed, so that the same answers give
the same report. Differences of shares: Newcombe, Stat. Med. 17 (1998) 873, method 10.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from audience.evaluation.sample import NONE, Numbers, Sample
from audience.statistics import Z95, wilson

ROUNDS = 400
LOW, HIGH = 2.5, 97.5


@dataclass(frozen=True, slots=True)
class Figure:
    """A value with its 95 % interval and on how many examples it stands (``n``). NaN-free: None where undefined."""

    value: float | None
    low: float | None
    high: float | None
    n: int

    def as_json(self) -> dict[str, float | int | None]:
        """The four numbers, rounded to six places."""
        numbers = {"value": self.value, "low": self.low, "high": self.high}
        return {name: None if x is None else round(x, 6) for name, x in numbers.items()} | {"n": self.n}


NOTHING = Figure(None, None, None, 0)


def effective_size(weights: Numbers) -> float:
    """Kish's effective sample size: how many equally weighted examples would say as much."""
    square = float((weights**2).sum())
    return float(weights.sum()) ** 2 / square if square > 0 else 0.0


def share(hits: Numbers, weights: Numbers) -> Figure:
    """The weighted share of ``hits`` (0 or 1)."""
    total = float(weights.sum())
    if total <= 0:
        return NOTHING
    value = float((hits * weights).sum() / total)
    return Figure(value, *wilson(value, effective_size(weights)), len(hits))


def difference(one: Figure, other: Figure) -> Figure:
    """``one`` minus ``other``, two shares of different examples (Newcombe's hybrid interval)."""
    if None in (one.value, other.value):
        return NOTHING
    a, b = (_known(figure) for figure in (one, other))
    gap = a[0] - b[0]
    low = gap - math.hypot(a[0] - a[1], b[2] - b[0])
    high = gap + math.hypot(a[2] - a[0], b[0] - b[1])
    return Figure(gap, low, high, one.n + other.n)


def _known(figure: Figure) -> tuple[float, float, float]:
    return figure.value or 0.0, figure.low or 0.0, figure.high or 0.0


def coverage(sample: Sample) -> Figure:
    """Share of the examples that got an answer."""
    return share((sample.seen != NONE).astype(float), sample.weight)


def accuracy(sample: Sample) -> Figure:
    """Share of right answers among the answered examples."""
    answered = sample.answered
    return share((answered.seen == answered.truth).astype(float), answered.weight)


def strict_accuracy(sample: Sample) -> Figure:
    """Share of right answers among all examples; an abstention counts as wrong."""
    return share((sample.seen == sample.truth).astype(float), sample.weight)


def forced_accuracy(sample: Sample) -> Figure:
    """Share of examples whose likeliest value is right, answered or not: what the model can without abstaining."""
    return share((sample.best == sample.truth).astype(float), sample.weight)


def near_accuracy(sample: Sample) -> Figure:
    """Share of the answered examples that are right or one value off; for values with an order."""
    answered = sample.answered
    return share((np.abs(answered.seen - answered.truth) <= 1).astype(float), answered.weight)


def confusion(sample: Sample) -> Numbers:
    """Weights by ``[truth, seen]``; the last column holds the abstentions."""
    size = len(sample.values)
    table = np.zeros((size, size + 1))
    np.add.at(table, (sample.truth, np.where(sample.seen == NONE, size, sample.seen)), sample.weight)
    return table


def recall(sample: Sample, place: int) -> Figure:
    """Among the answered examples of one true value, the share that was recognised."""
    true = sample.answered
    true = true.take(true.truth == place)
    return share((true.seen == place).astype(float), true.weight)


def precision(sample: Sample, place: int) -> Figure:
    """Among the examples that were given one value, the share that have it."""
    given = sample.take(sample.seen == place)
    return share((given.truth == place).astype(float), given.weight)


def macro_f1(sample: Sample, *, strict: bool = False) -> float | None:
    """The mean F1 of the values that occur. ``strict`` counts abstentions as misses, else they are left out."""
    table = confusion(sample if strict else sample.answered)
    size = len(sample.values)
    hits = np.diagonal(table[:, :size])
    true, given = table.sum(axis=1), table[:, :size].sum(axis=0)
    occurs = true > 0
    if not occurs.any():
        return None
    scores = np.divide(2 * hits, true + given, out=np.zeros(size), where=(true + given) > 0)
    return float(scores[occurs].mean())


def bootstrap(size: int, statistic: Callable[[np.ndarray], float | None], seed: int, rounds: int = ROUNDS) -> Figure:
    """``statistic`` of all places 0..size-1, with the percentile interval over resampled places."""
    value = statistic(np.arange(size)) if size else None
    if value is None:
        return NOTHING
    random = np.random.default_rng(seed)
    drawn = [statistic(random.integers(0, size, size)) for _ in range(rounds)]
    known = np.array([one for one in drawn if one is not None])
    low, high = np.percentile(known, [LOW, HIGH]) if len(known) else (value, value)
    return Figure(float(value), float(min(low, value)), float(max(high, value)), size)


def of_sample(sample: Sample, statistic: Callable[[Sample], float | None], seed: int) -> Figure:
    """:func:`bootstrap` of a statistic of cases."""
    return bootstrap(len(sample), lambda places: statistic(sample.take(places)), seed)


def mean_absolute(errors: Numbers, seed: int) -> Figure:
    """The mean absolute error, in the errors' unit."""
    return bootstrap(len(errors), lambda places: float(np.abs(errors[places]).mean()), seed)


def mean(errors: Numbers, seed: int) -> Figure:
    """The mean error: negative where estimates are too low."""
    return bootstrap(len(errors), lambda places: float(errors[places].mean()), seed)


def labels_needed(figure: Figure, half_width: float, effect: float = 1.0) -> int:
    """How many labelled people in all make the range of a share ± ``half_width`` (0..1).

    The normal approximation (Cochran, Sampling Techniques, 1977, ch. 4) at the share's own value, drawn a little
    towards a half where there are few; ``effect`` is Kish's: people over effective sample size.
    """
    n = max(figure.n, 0)
    value = ((figure.value if figure.value is not None else 0.5) * n + 2) / (n + 4)
    return math.ceil(Z95**2 * value * (1 - value) / half_width**2 * max(effect, 1.0))
