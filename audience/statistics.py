"""Shares with 95 % intervals, corrected for what the classifier gets wrong. Pure: counts in, shares out.

Sources: Wilson, J. Am. Stat. Assoc. 22 (1927) 209; Rogan & Gladen, Am. J. Epidemiol. 107 (1978) 71; Lang & Reiczigel,
Prev. Vet. Med. 113 (2014) 13; D'Agostini, Nucl. Instrum. Methods A 362 (1995) 487.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

Z95 = 1.959964
AGES = ("13-17", "18-24", "25-34", "35-44", "45-54", "55-64", "65+")
AGE_EDGES = (13.0, 18.0, 25.0, 35.0, 45.0, 55.0, 65.0, 85.0)
GENDERS = ("woman", "man")
ITERATIONS = 6
FURTHER = 60
"""Of the unfolding: where the figure is taken, and where it would drift to. Further on it follows the noise, because
the age matrix has a condition number of about 40."""
MEASURED_FROM = 30
"""Labels of each true value from which on a workspace's own error matrix is used."""
PRIOR_LABELS = 5.0
DRAWS = 60
"""How often a measured matrix is drawn anew to see what its finite sample leaves open."""
MISFIT = 0.05
"""How far (total variation) seen shares may lie from anything the error matrix can produce, sampling noise aside."""

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Share:
    """A share of people (0..1) with its 95 % interval."""

    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class ErrorMatrix:
    """What a classifier makes of the truth: ``matrix[seen, true]`` is a probability, every column adds up to 1.

    ``measured`` is on how many labelled examples of each true value the column stands; 0 for a modelled one.
    """

    values: tuple[str, ...]
    matrix: Matrix
    measured: tuple[int, ...]


def wilson(share: float, n: float, z: float = Z95) -> tuple[float, float]:
    """Wilson's score interval of a share among ``n`` people; ``n`` may be a fraction (an effective size)."""
    if n <= 0:
        return 0.0, 1.0
    centre = share + z * z / (2 * n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return max(0.0, (centre - half) / scale), min(1.0, (centre + half) / scale)


def effective_size(share: float, n: float, noise: float) -> float:
    """How many people would give the same spread without the noise added to a count (``noise``: its deviation)."""
    spread = max(share * (1 - share), 1 / (4 * n))
    return n * spread / (spread + noise * noise / n)


def rogan_gladen(seen: float, sensitivity: float, specificity: float) -> float:
    """The true share behind an apparent one, clipped to 0..1. Needs ``sensitivity + specificity > 1``."""
    youden = sensitivity + specificity - 1
    if youden <= 0:
        raise ValueError("A classifier that is no better than chance cannot be corrected.")
    return min(1.0, max(0.0, (seen + specificity - 1) / youden))


def _corrected_pair(seen: float, size: float, errors: ErrorMatrix) -> Share:
    """Share of the first of two values. The interval is Wilson's, widened by 1 / (sensitivity + specificity - 1) and

    by what is not known of the two rates themselves (their labelled samples are finite).
    """
    sensitivity, specificity = float(errors.matrix[0, 0]), float(errors.matrix[1, 1])
    youden = sensitivity + specificity - 1
    share = rogan_gladen(seen, sensitivity, specificity)
    low, high = wilson(seen, size)
    rates = 0.0
    if all(errors.measured):
        rates += share**2 * sensitivity * (1 - sensitivity) / errors.measured[0]
        rates += (1 - share) ** 2 * specificity * (1 - specificity) / errors.measured[1]
    spread = Z95 * math.sqrt(rates)
    below = math.hypot(seen - low, spread) / youden
    above = math.hypot(high - seen, spread) / youden
    return Share(share, max(0.0, share - below), min(1.0, share + above))


def unfold(seen: Matrix, matrix: Matrix, iterations: int = ITERATIONS) -> Matrix:
    """True shares behind apparent ones by D'Agostini's iteration, which never leaves 0..1.

    ``seen`` has the values in its last axis and adds up to 1 along it; so does the answer.
    """
    truth = seen.copy()
    for _ in range(iterations):
        folded = truth @ matrix.T
        ratio = np.divide(seen, folded, out=np.zeros_like(seen), where=folded > 0)
        truth = truth * (ratio @ matrix)
    total: Matrix = truth.sum(axis=-1, keepdims=True)
    return np.divide(truth, total, out=truth, where=total > 0)


def _spread_of_errors(seen: Matrix, errors: ErrorMatrix, truth: Matrix) -> Matrix:
    """Variance of the corrected shares because the columns were measured on finite samples: matrices drawn from the

    Dirichlet distribution around each column, always the same ones. 0 for a modelled matrix.
    """
    if not any(errors.measured):
        return np.zeros_like(seen)
    random = np.random.default_rng(7)
    sizes = np.array(errors.measured, dtype=np.float64)
    moved = []
    for _ in range(DRAWS):
        drawn = random.standard_gamma(np.maximum(errors.matrix * np.maximum(sizes, 1.0), 1e-3))
        drawn = np.where(sizes > 0, drawn / drawn.sum(axis=0), errors.matrix)
        moved.append(unfold(seen, drawn) - truth)
    return np.asarray((np.array(moved) ** 2).mean(axis=0))


def _unfolded(seen: Matrix, sizes: Matrix, errors: ErrorMatrix) -> list[Share]:
    """Corrected shares of many values. The interval holds the spread of ``seen`` carried through the unfolding, that of

    a measured error matrix, twice the drift that more iterations would bring (what stopping early may have left
    uncorrected), and the apparent share.
    """
    matrix = errors.matrix
    step = 1e-4
    moved = (seen[None, :] + step * np.eye(len(seen))) / (1 + step)
    unfolded = unfold(np.vstack([seen[None, :], moved]), matrix)
    truth = unfolded[0]
    slopes = (unfolded[1:] - truth) / step
    variances = (slopes**2 * (seen * (1 - seen) / sizes + 1 / (4 * sizes**2))[:, None]).sum(axis=0)
    variances += _spread_of_errors(seen, errors, truth)
    half = np.sqrt(Z95**2 * variances + (2 * (unfold(seen, matrix, FURTHER) - truth)) ** 2)
    low, high = np.minimum(truth - half, seen).clip(0), np.maximum(truth + half, seen).clip(max=1)
    return [Share(float(a), float(b), float(c)) for a, b, c in zip(truth, low, high, strict=True)]


def shares(counts: Mapping[str, float], errors: ErrorMatrix | None = None, *, noise: float = 0.0) -> dict[str, Share]:
    """The share of each value among the people counted, corrected where an error matrix of the same values is given.

    ``counts`` are people by value, only those whose value is known. ``noise`` is the standard deviation of what
    disclosure control added to each count. Empty where nobody is counted.
    """
    n = float(sum(counts.values()))
    if n <= 0:
        return {}
    order = errors.values if errors else tuple(counts)
    seen = np.array([counts.get(value, 0.0) / n for value in order])
    sizes = np.array([effective_size(float(share), n, noise) for share in seen])
    if errors is None:
        return {
            value: Share(float(p), *wilson(float(p), float(m))) for value, p, m in zip(order, seen, sizes, strict=True)
        }
    if len(order) == 2:
        first = _corrected_pair(float(seen[0]), float(sizes[0]), errors)
        return {order[0]: first, order[1]: Share(1 - first.share, 1 - first.high, 1 - first.low)}
    return dict(zip(order, _unfolded(seen, sizes, errors), strict=True))


def explains(errors: ErrorMatrix, counts: Mapping[str, float]) -> bool:
    """True where these counts can have come out of this error matrix. Where not, correcting with it would mislead."""
    n = float(sum(counts.values()))
    if n <= 0:
        return False
    seen = np.array([counts.get(value, 0.0) / n for value in errors.values])
    distance = float(np.abs(unfold(seen, errors.matrix, FURTHER) @ errors.matrix.T - seen).sum()) / 2
    return distance <= MISFIT + 0.5 * math.sqrt(len(seen) / n)


def _below(limit: float, mean: Matrix, deviation: float) -> Matrix:
    scaled = (limit - mean) / (deviation * math.sqrt(2))
    return np.array([0.5 * (1 + math.erf(value)) for value in scaled])


@cache
def age_errors(mean_absolute_error: float) -> ErrorMatrix:
    """Age brackets read with a normal error of this mean size in years, true ages even within each bracket.

    7.0 years gives 48.8 % exact and 95 % within one bracket; 408 labelled faces gave 46.9 % and 90.1 %.
    """
    deviation = mean_absolute_error * math.sqrt(math.pi / 2)
    columns = []
    for low, high in zip(AGE_EDGES, AGE_EDGES[1:], strict=False):
        ages = np.linspace(low, high, 101)[:-1] + (high - low) / 200
        below = [_below(edge, ages, deviation).mean() for edge in AGE_EDGES[1:-1]]
        columns.append(np.diff([0.0, *below, 1.0]))
    return ErrorMatrix(AGES, np.array(columns, dtype=np.float64).T, (0,) * len(AGES))


@cache
def gender_errors(women: float, men: float, measured: int) -> ErrorMatrix:
    """Which share of women and of men is recognised, among ``measured`` labelled faces of each."""
    return ErrorMatrix(GENDERS, np.array([[women, 1 - men], [1 - women, men]], dtype=np.float64), (measured, measured))


def measured_errors(
    values: tuple[str, ...],
    table: Sequence[Sequence[float]],
    squares: Sequence[float],
    built_in: ErrorMatrix | None = None,
    *,
    least: int = 30,
) -> ErrorMatrix | None:
    """The error matrix of labelled people: ``table[seen][true]`` holds the sums of their weights, ``squares`` those of

    the squared weights by true value. None where a value has fewer than ``least`` labels (Kish's effective number).
    Each column is drawn towards ``built_in`` with the force of five labels, so that a kind of error that has not been
    seen yet is not taken for impossible. Possible minors are never labelled: where ages are measured, the row and the
    column of 13-17 are those of ``built_in``, or of an error of 7 years.
    """
    weights = np.array(table, dtype=np.float64)
    totals = weights.sum(axis=0)
    sizes = np.divide(totals**2, squares, out=np.zeros(len(values)), where=np.array(squares) > 0)
    is_age = values == AGES
    if (sizes[1:] if is_age else sizes).min() < least:
        return None
    base = built_in or (age_errors(7.0) if is_age else None)
    prior = base.matrix if base else np.full(weights.shape, 1 / len(values))
    shares = np.divide(weights, totals, out=np.zeros_like(weights), where=totals > 0)
    matrix = (shares * sizes + prior * PRIOR_LABELS) / (sizes + PRIOR_LABELS)
    if is_age:
        matrix = _with_minors(matrix, prior)
    return ErrorMatrix(values, matrix, tuple(int(size) for size in sizes))


def _with_minors(matrix: Matrix, prior: Matrix) -> Matrix:
    """``matrix`` with the first row and column of ``prior``; the other rows share what the first one leaves."""
    adults = matrix[1:] / matrix[1:].sum(axis=0)
    joined: Matrix = np.vstack([prior[:1], adults * (1 - prior[0])])
    joined[:, 0] = prior[:, 0]
    return joined


@cache
def joint_errors(first: ErrorMatrix, second: ErrorMatrix) -> ErrorMatrix:
    """Both properties at once, values named ``first|second``; the two errors are taken as independent."""
    values = tuple(f"{a}|{b}" for a in first.values for b in second.values)
    measured = tuple(min(a, b) for a in first.measured for b in second.measured)
    return ErrorMatrix(values, np.kron(first.matrix, second.matrix).astype(np.float64), measured)


def error_matrices(model: str, measured: Mapping[str, ErrorMatrix] | None = None) -> dict[str, ErrorMatrix]:
    """What is known of a model's errors, by dimension; empty for a model nobody has measured. What the workspace has

    ``measured`` on its own people goes before what is built in.

    ``local``: on 408 labelled faces, pictures of 150 px, gender was right for 97.1 % of women and 91.1 % of men.
    Leaving out the least certain 7 % took the mean from 94.1 % to 97.4 %, errors times 0.44: 98.7 % and 96.1 %.
    """
    built_in = {"gender": gender_errors(0.987, 0.961, 190), "age": age_errors(7.0)} if model == "local" else {}
    return built_in | dict(measured or {})
