"""Is the classifier as right as it says (calibration), and does abstaining pay (risk against coverage)? Pure.

Expected calibration error: Naeini, Cooper & Hauskrecht, AAAI 2015; Guo et al., ICML 2017, with bins of equal width.
Risk–coverage curve and the area under it: El-Yaniv & Wiener, J. Mach. Learn. Res. 11 (2010) 1605; Geifman, Uziel &
El-Yaniv, ICLR 2019.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from audience.evaluation.measures import Figure, share
from audience.evaluation.sample import NONE, Numbers, Sample

BINS = 10
POINTS = 50


@dataclass(frozen=True, slots=True)
class Bin:
    """Examples with a confidence of ``low``..``high``: how sure the model was on average, how often it was right."""

    low: float
    high: float
    confidence: float
    accuracy: Figure

    def as_json(self) -> dict[str, Any]:
        """The numbers of the bin."""
        edges = {"from": self.low, "to": self.high, "confidence": round(self.confidence, 6)}
        return edges | {"accuracy": self.accuracy.as_json()}


def _judged(sample: Sample) -> Sample:
    """The examples with a likeliest value, answered or not."""
    return sample.take(sample.best != NONE)


def reliability(sample: Sample, bins: int = BINS) -> list[Bin]:
    """Bins of equal width over the confidence of the likeliest value; empty ones are left out."""
    judged = _judged(sample)
    places = np.clip((judged.confidence * bins).astype(int), 0, bins - 1)
    found = []
    for place in range(bins):
        inside = judged.take(places == place)
        if len(inside):
            sure = float(np.average(inside.confidence, weights=inside.weight))
            right = share((inside.best == inside.truth).astype(float), inside.weight)
            found.append(Bin(place / bins, (place + 1) / bins, sure, right))
    return found


def calibration_error(sample: Sample, bins: int = BINS) -> float | None:
    """The mean distance between confidence and accuracy over the bins, weighted by their examples; 0 is perfect."""
    judged = _judged(sample)
    if not len(judged):
        return None
    places = np.clip((judged.confidence * bins).astype(int), 0, bins - 1)
    off = judged.weight * (judged.confidence - (judged.best == judged.truth))
    return float(np.abs(np.bincount(places, weights=off, minlength=bins)).sum() / judged.weight.sum())


def _curve(sample: Sample) -> tuple[Numbers, Numbers]:
    """Coverage and risk as the threshold falls; examples of the same confidence come in together."""
    judged = _judged(sample)
    order = np.argsort(-judged.confidence, kind="stable")
    sure, weight = judged.confidence[order], judged.weight[order]
    wrong = (judged.best != judged.truth)[order] * weight
    ends = np.append(np.flatnonzero(np.diff(sure)), len(sure) - 1)
    covered, errors = np.cumsum(weight)[ends], np.cumsum(wrong)[ends]
    return covered / sample.weight.sum(), errors / covered


def aurc(sample: Sample) -> float | None:
    """Area under the risk–coverage curve over the coverage that the model reaches at all, as a mean risk; less is

    better. Ties count with the risk of their whole group.
    """
    if not len(_judged(sample)):
        return None
    covered, risk = _curve(sample)
    steps = np.diff(covered, prepend=0.0)
    return float((steps * risk).sum() / covered[-1])


def risk_coverage(sample: Sample, points: int = POINTS) -> list[dict[str, float]]:
    """At most ``points`` points of the curve, from the surest answers to all: threshold, coverage, risk."""
    judged = _judged(sample)
    if not len(judged):
        return []
    covered, risk = _curve(sample)
    thresholds = np.unique(judged.confidence)[::-1]
    chosen = np.unique(np.linspace(0, len(covered) - 1, min(points, len(covered))).round().astype(int))
    names = ("threshold", "coverage", "risk")
    return [
        dict(zip(names, (round(float(column[at]), 6) for column in (thresholds, covered, risk)), strict=True))
        for at in chosen
    ]
