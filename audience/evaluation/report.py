"""All figures of one question, or of a whole evaluation, as one JSON-able answer. Pure."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from audience.evaluation import curves
from audience.evaluation import measures as m
from audience.evaluation.ages import bracket_of, middle_of
from audience.evaluation.sample import Case, Sample
from aura.providers.ports import AGES, GENDERS, UNKNOWN

SMALL_GROUP = 30
"""A group of fewer labelled people is marked as too small to rank."""


def question(values: Sequence[str], cases: Iterable[Case], *, ordered: bool = False, seed: int = 0) -> dict[str, Any]:
    """Every figure about one question (gender, age bracket …) over the labelled cases.

    ``ordered`` adds what is right within one value. Figures are ``{"value", "low", "high", "n"}`` with 95 % intervals.
    """
    sample = Sample.of(values, cases)
    found = {
        "labelled": len(sample),
        "effective_labels": round(m.effective_size(sample.weight), 1),
        "coverage": m.coverage(sample).as_json(),
        "accuracy": m.accuracy(sample).as_json(),
        "accuracy_abstentions_wrong": m.strict_accuracy(sample).as_json(),
        "accuracy_without_abstaining": m.forced_accuracy(sample).as_json(),
        "macro_f1": m.of_sample(sample, m.macro_f1, seed).as_json(),
        "macro_f1_abstentions_missed": m.of_sample(sample, _strict_f1, seed).as_json(),
    }
    if ordered:
        found["accuracy_within_one"] = m.near_accuracy(sample).as_json()
    return found | {
        "classes": [_class(sample, place) for place in range(len(values))],
        "confusion": _confusion(sample),
        "calibration_error": m.of_sample(sample, curves.calibration_error, seed).as_json(),
        "reliability": [one.as_json() for one in curves.reliability(sample)],
        "aurc": m.of_sample(sample, curves.aurc, seed).as_json(),
        "risk_coverage": curves.risk_coverage(sample),
        "groups": groups(sample),
    }


def _strict_f1(sample: Sample) -> float | None:
    return m.macro_f1(sample, strict=True)


def _class(sample: Sample, place: int) -> dict[str, Any]:
    true = sample.take(sample.truth == place)
    return {
        "value": sample.values[place],
        "labelled": len(true),
        "precision": m.precision(sample, place).as_json(),
        "recall": m.recall(sample, place).as_json(),
        "recall_abstentions_missed": m.strict_accuracy(true).as_json(),
        "coverage": m.coverage(true).as_json(),
    }


def _confusion(sample: Sample) -> dict[str, dict[str, float]]:
    """``{truth: {seen: weight}}`` with "unknown" among what was seen; whole numbers where nothing is weighted."""
    table = m.confusion(sample)
    names = (*sample.values, UNKNOWN)
    return {
        truth: {seen: round(float(weight), 3) for seen, weight in zip(names, row, strict=True)}
        for truth, row in zip(sample.values, table, strict=True)
    }


def groups(sample: Sample) -> list[dict[str, Any]]:
    """Coverage and accuracy by group, and how far each group is from all others. Empty where no group is named."""
    names = sorted({name for name in sample.groups if name})
    found = []
    for name in names if len(names) > 1 else ():
        inside = np.array([one == name for one in sample.groups])
        mine, others = sample.take(inside), sample.take(~inside)
        found.append(
            {
                "group": name,
                "labelled": len(mine),
                "too_small": len(mine) < SMALL_GROUP,
                "coverage": m.coverage(mine).as_json(),
                "accuracy": m.accuracy(mine).as_json(),
                "against_the_rest": m.difference(m.accuracy(mine), m.accuracy(others)).as_json(),
            }
        )
    return found


def by(cases: Iterable[Case], names: Iterable[str]) -> list[Case]:
    """The same cases in other groups."""
    fields = ("truth", "seen", "confidence", "best", "weight")
    return [
        Case(**{field: getattr(case, field) for field in fields}, group=name)
        for case, name in zip(cases, names, strict=True)
    ]


def years(cases: Iterable[Case], seed: int = 0) -> dict[str, Any]:
    """Errors in years over the cases with a true age and an estimate. An estimate is the model's own years where it

    gives any, else the middle of its bracket; ``answered`` holds only the cases in which it named a bracket.
    """
    known = [case for case in cases if case.age is not None]
    every = [(case, guess) for case in known if (guess := _estimate(case)) is not None]
    answered = [(case, guess) for case, guess in every if case.seen != UNKNOWN]
    return {
        "estimated_by": "years of the model" if any(case.years is not None for case in known) else "middle of bracket",
        "mean_absolute_error": m.mean_absolute(_errors(every), seed).as_json(),
        "mean_error": m.mean(_errors(every), seed).as_json(),
        "mean_absolute_error_answered": m.mean_absolute(_errors(answered), seed).as_json(),
        "by_bracket": [_bracket_years(bracket, every, seed) for bracket in AGES],
    }


def _estimate(case: Case) -> float | None:
    if case.years is not None:
        return case.years
    value = case.best or case.seen
    return middle_of(value) if value in AGES else None


def _errors(pairs: Sequence[tuple[Case, float]]) -> Any:
    return np.array([guess - (case.age or 0.0) for case, guess in pairs], dtype=np.float64)


def _bracket_years(bracket: str, pairs: Sequence[tuple[Case, float]], seed: int) -> dict[str, Any]:
    inside = _errors([pair for pair in pairs if bracket_of(pair[0].age or 0.0) == bracket])
    error, drift = m.mean_absolute(inside, seed), m.mean(inside, seed)
    return {"bracket": bracket, "mean_absolute_error": error.as_json(), "mean_error": drift.as_json()}


def evaluation(gender: Sequence[Case], age: Sequence[Case], *, seed: int = 0) -> dict[str, Any]:
    """The whole answer about gender and age. ``gender`` and ``age`` are cases of the same model over the same list."""
    return {
        "gender": question(GENDERS, gender, seed=seed),
        "age": question(AGES, age, ordered=True, seed=seed) | {"years": years(age, seed)},
    }
