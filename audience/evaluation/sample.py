"""Labelled examples of one question, as columns. Pure: truth and answers in, arrays out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aura.providers.ports import UNKNOWN

Numbers = NDArray[np.float64]
Places = NDArray[np.int64]
NONE = -1


@dataclass(frozen=True, slots=True)
class Case:
    """One labelled example. ``seen`` is "unknown" where the model abstained; ``best`` is its likeliest value all the

    same ("" where it had none), ``confidence`` how sure it was of that (0..1). ``weight`` is one over the probability
    with which the example came into the sample. ``age`` and ``years`` are true and estimated years, where known.
    """

    truth: str
    seen: str
    confidence: float = 0.0
    best: str = ""
    weight: float = 1.0
    group: str = ""
    age: float | None = None
    years: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Cases as arrays of one length; values are places in ``values``, -1 for "none"."""

    values: tuple[str, ...]
    truth: Places
    seen: Places
    best: Places
    confidence: Numbers
    weight: Numbers
    groups: tuple[str, ...] = ()

    @classmethod
    def of(cls, values: Sequence[str], cases: Iterable[Case]) -> "Sample":
        """The cases whose truth is one of ``values``; other answers count as abstentions."""
        place = {value: number for number, value in enumerate(values)}
        found = [case for case in cases if case.truth in place]

        def places(words: Iterable[str]) -> Places:
            return np.array([place.get(word, NONE) for word in words], dtype=np.int64)

        return cls(
            tuple(values),
            places(case.truth for case in found),
            places(case.seen for case in found),
            places(case.best or (case.seen if case.seen != UNKNOWN else "") for case in found),
            np.array([case.confidence for case in found], dtype=np.float64),
            np.array([case.weight for case in found], dtype=np.float64),
            tuple(case.group for case in found),
        )

    def __len__(self) -> int:
        return len(self.truth)

    def take(self, chosen: NDArray[np.bool_] | Places) -> "Sample":
        """The cases at these places, or where the mask is true."""
        groups = tuple(np.array(self.groups, dtype=object)[chosen]) if self.groups else ()
        truth, seen, best = self.truth[chosen], self.seen[chosen], self.best[chosen]
        return Sample(self.values, truth, seen, best, self.confidence[chosen], self.weight[chosen], groups)

    @property
    def answered(self) -> "Sample":
        """The cases in which the model did not abstain."""
        return self.take(self.seen != NONE)
