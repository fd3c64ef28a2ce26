"""Several calls for the pictures of one order, all under way at once; what some of them bring is kept. Knows no SDK."""

from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Protocol, TypeVar

from aura.providers.errors import ProviderError
from aura.providers.image_ports import MadeImage, Making
from aura.providers.metering import Charge, Usage

I = TypeVar("I")  # noqa: E741
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Drawn:
    """The answer to one call: its pictures, or why there are none. It was answered, so it is paid for as ``used``."""

    used: Usage
    images: tuple[MadeImage, ...] = ()
    model_version: str = ""
    code: str = ""
    message: str = ""
    retryable: bool = False


class Shots(Protocol):
    """The part of :class:`aura.providers.outlet.Outlet` that makes many calls."""

    def stream(
        self,
        items: Iterable[I],
        work: Callable[[I], T],
        *,
        expected: Callable[[I], Usage],
        used: Callable[[T], Usage],
        in_flight: int | None = None,
    ) -> Generator[tuple[I, T | ProviderError, Charge | None], None, None]:
        """See ``Outlet.stream``."""
        ...


def made(
    outlet: Shots,
    ask: Callable[[int], Drawn],
    expected: Callable[[int], Usage],
    numbers: Sequence[int],
    *,
    model: str,
    in_flight: int,
) -> Making:
    """One making of the calls ``ask(number)``: done where at least one brought a picture, with the pictures in order.

    Where all answers were empty for a reason that may pass, all are asked once more, and then no more. Raises
    ``ProviderError`` where no call was answered; what may have been billed all the same is booked then.
    """
    first = _round(outlet, ask, expected, numbers, model, in_flight)
    if first.state == "done" or not first.retryable:
        return first
    try:
        again = _round(outlet, ask, expected, numbers, model, in_flight)
    except ProviderError:
        if first.charge is not None:
            first.charge.book()
        raise
    charges = [one.charge for one in (first, again) if one.charge is not None]
    return replace(again, charge=_together(charges), retryable=False)


def _round(
    outlet: Shots,
    ask: Callable[[int], Drawn],
    expected: Callable[[int], Usage],
    numbers: Sequence[int],
    model: str,
    in_flight: int,
) -> Making:
    answers: dict[int, Drawn] = {}
    charges: list[Charge] = []
    trouble: ProviderError | None = None
    try:
        for number, result, charge in outlet.stream(
            numbers, ask, expected=expected, used=lambda drawn: drawn.used, in_flight=in_flight
        ):
            if charge is not None:
                charges.append(charge)
            if isinstance(result, ProviderError):
                trouble = trouble or result
            else:
                answers[number] = result
    except ProviderError as halted:
        trouble = trouble or halted
    found = [answers[number] for number in sorted(answers)]
    images = tuple(image for one in found for image in one.images)
    version = next((one.model_version for one in found if one.model_version), "")
    if images:
        return Making("done", model=model, model_version=version, images=images, charge=_together(charges))
    if trouble is not None or not found:
        for charge in charges:
            charge.book()
        raise trouble or ProviderError("The call was stopped before it was made.", code="stopped", retryable=True)
    worst = next((one for one in found if not one.retryable), found[0])
    return Making(
        "failed",
        model=model,
        model_version=version,
        code=worst.code,
        message=worst.message,
        retryable=worst.retryable,
        charge=_together(charges),
    )


def _together(charges: Sequence[Charge]) -> Charge | None:
    """Several charges as one."""
    if not charges:
        return None
    used = [charge.used for charge in charges]
    first = used[0]
    summed = Usage(
        first.provider,
        first.model,
        first.operation,
        input_tokens=sum(one.input_tokens for one in used),
        output_tokens=sum(one.output_tokens for one in used),
        cached_tokens=sum(one.cached_tokens for one in used),
        images=sum(one.images for one in used),
        latency_ms=max(one.latency_ms for one in used),
    )

    def book() -> Decimal:
        return sum((charge.book() for charge in charges), Decimal(0))

    return Charge(summed, book)
