"""Profiles or comments that are asked about together, and what came back. Pure."""

from dataclasses import dataclass
from typing import Generic, Literal, Protocol, TypeVar

from aura.providers.errors import ProviderError
from aura.providers.metering import Usage

Problem = Literal["", "blocked", "cut", "refused"]
"""Why an answer is not whole: the model would not answer, it ran out of tokens, the service refused the request."""

MOST_TRIES = 2
"""How often a single item is asked about before it is given up."""

WORDS = {
    "blocked": ("answer_refused", "The model refused to answer about this {thing}."),
    "cut": ("answer_cut", "The model's answer about this {thing} was cut off."),
    "refused": ("request_refused", "The service refused the request about this {thing}."),
    "": ("answer_invalid", "The model's answer about this {thing} cannot be used."),
}


class Item(Protocol):
    """Something to ask about: a profile, a comment."""

    @property
    def id(self) -> str:
        """Opaque, and different for each."""
        ...


A = TypeVar("A", bound=Item)


@dataclass(frozen=True, slots=True)
class Batch(Generic[A]):
    """``tries`` counts those before with exactly these items, ``splits`` how often they were divided."""

    items: tuple[A, ...]
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


def again(batch: Batch[A], left: tuple[A, ...], problem: Problem) -> tuple[Batch[A], ...]:
    """How to ask about those of a batch who have no reading yet; nothing where there is no point.

    Halves down to single items; a single one once more, unless the model will not have it. So a batch of n is never
    asked more than 3 n times, whatever comes back.
    """
    if len(left) > 1:
        return halves(Batch(left, 0, batch.splits))
    if not left or (len(batch.items) == 1 and not _is_worth_another(batch, problem)):
        return ()
    if len(batch.items) > 1:
        return (Batch(left, 0, batch.splits + 1),)
    return (Batch(left, batch.tries + 1, batch.splits),)


def halves(batch: Batch[A]) -> tuple[Batch[A], Batch[A]]:
    """A batch of more than one as two."""
    half = (len(batch.items) + 1) // 2
    first, second = batch.items[:half], batch.items[half:]
    return Batch(first, 0, batch.splits + 1), Batch(second, 0, batch.splits + 1)


def _is_worth_another(batch: Batch[A], problem: Problem) -> bool:
    return batch.tries + 1 < MOST_TRIES and problem not in ("blocked", "refused")


def given_up(problem: Problem, thing: str = "profile") -> ProviderError:
    """Why a profile or comment has no reading after all."""
    code, words = WORDS[problem]
    return ProviderError(words.format(thing=thing), code=code)
