"""Profiles that are asked about together, and what came back. Pure."""

from dataclasses import dataclass
from typing import Literal

from aura.providers.errors import ProviderError
from aura.providers.metering import Usage
from aura.providers.ports import ProfileEvidence

Problem = Literal["", "blocked", "cut", "refused"]
"""Why an answer is not whole: the model would not answer, it ran out of tokens, the service refused the request."""

MOST_TRIES = 2
"""How often a single profile is asked about before it is given up."""

WORDS = {
    "blocked": ("answer_refused", "The model refused to answer about this profile."),
    "cut": ("answer_cut", "The model's answer about this profile was cut off."),
    "refused": ("request_refused", "The service refused the request about this profile."),
    "": ("answer_invalid", "The model's answer about this profile cannot be used."),
}


@dataclass(frozen=True, slots=True)
class Batch:
    """``tries`` counts those before with exactly these profiles, ``splits`` how often they were divided."""

    profiles: tuple[ProfileEvidence, ...]
    tries: int = 0
    splits: int = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of a service. ``model`` is what it says it answered with; ``ids`` what each echoed id stands for."""

    text: str
    usage: Usage
    ids: dict[str, str]
    model: str = ""
    problem: Problem = ""


def again(batch: Batch, left: tuple[ProfileEvidence, ...], problem: Problem) -> tuple[Batch, ...]:
    """How to ask about those of a batch who have no reading yet; nothing where there is no point.

    Halves down to single profiles; a single one once more, unless the model will not have it. So a batch of n is never
    asked more than 3 n times, whatever comes back.
    """
    if len(left) > 1:
        return halves(Batch(left, 0, batch.splits))
    if not left or (len(batch.profiles) == 1 and not _is_worth_another(batch, problem)):
        return ()
    if len(batch.profiles) > 1:
        return (Batch(left, 0, batch.splits + 1),)
    return (Batch(left, batch.tries + 1, batch.splits),)


def halves(batch: Batch) -> tuple[Batch, Batch]:
    """A batch of more than one as two."""
    half = (len(batch.profiles) + 1) // 2
    first, second = batch.profiles[:half], batch.profiles[half:]
    return Batch(first, 0, batch.splits + 1), Batch(second, 0, batch.splits + 1)


def _is_worth_another(batch: Batch, problem: Problem) -> bool:
    return batch.tries + 1 < MOST_TRIES and problem not in ("blocked", "refused")


def given_up(problem: Problem) -> ProviderError:
    """Why a profile has no reading after all."""
    code, words = WORDS[problem]
    return ProviderError(words, code=code)
