"""What tests of language models that read profiles share: people, a way out with threads, and a meter that adds up."""

import io
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from decimal import Decimal
from functools import cache
from typing import TypeVar
from uuid import uuid4

from PIL import Image

from aura.providers.errors import ProviderError
from aura.providers.metering import Charge, Usage
from aura.providers.ports import ProfileEvidence, ProfileReading, ReadOutcome, Vision

I = TypeVar("I")  # noqa: E741
T = TypeVar("T")


@cache
def face(side: int = 150, kind: str = "JPEG") -> bytes:
    output = io.BytesIO()
    Image.new("RGB", (side, side), (200, 160, 140)).save(output, kind)
    return output.getvalue()


def people(count: int, *, pictures: bool = True) -> list[ProfileEvidence]:
    """Profiles ``0`` to ``count - 1`` with names, comments and pictures."""
    return [
        ProfileEvidence(
            str(number),
            f"user{number}",
            full_name="Anna Example",
            bio="Potter in Berlin",
            comments=("What a lovely glaze!",),
            picture=face() if pictures else None,
            followers=number,
        )
        for number in range(count)
    ]


class Threads:
    """The shape of the outlet without gate, retries and books: each call goes out at once in a thread of its own."""

    def __init__(self) -> None:
        self.booked: list[Usage] = []
        self.expected: list[Usage] = []

    def stream(
        self,
        items: Iterable[I],
        work: Callable[[I], T],
        *,
        expected: Callable[[I], Usage],
        used: Callable[[T], Usage],
        in_flight: int | None = None,
    ) -> Generator[tuple[I, T | ProviderError, Charge | None], None, None]:
        source, flying = iter(items), dict[Future[T], I]()
        with ThreadPoolExecutor(in_flight or 4) as pool:
            while True:
                while len(flying) < (in_flight or 4) and (item := next(source, None)) is not None:
                    self.expected.append(expected(item))
                    flying[pool.submit(work, item)] = item
                if not flying:
                    return
                for future in wait(flying, return_when=FIRST_COMPLETED).done:
                    item = flying.pop(future)
                    error = future.exception()
                    if isinstance(error, ProviderError):
                        yield item, error, None
                    else:
                        yield item, future.result(), self._charge(used(future.result()))

    def _charge(self, cost: Usage) -> Charge:
        def book() -> Decimal:
            self.booked.append(cost)
            return Decimal(0)

        return Charge(cost, book)

    def call(
        self, work: Callable[[], T], *, expected: Usage, used: Callable[[T], Usage], retries: int | None = None
    ) -> T:
        return work()


def read_all(vision: Vision, profiles: Sequence[ProfileEvidence]) -> tuple[dict[str, ProfileReading], dict[str, str]]:
    """Readings and the codes of failures by profile id; asserts that nobody comes twice."""
    readings: dict[str, ProfileReading] = {}
    failed: dict[str, str] = {}
    for outcome in vision.read(profiles):
        take(outcome, readings, failed)
    return readings, failed


def take(outcome: ReadOutcome, readings: dict[str, ProfileReading], failed: dict[str, str]) -> None:
    """Store an outcome and book it, as a job does."""
    names = [one.id for one in outcome.readings] + list(outcome.failed)
    assert len(set(names)) == len(names)
    assert not set(names) & (set(readings) | set(failed))
    readings |= {one.id: one for one in outcome.readings}
    failed |= {name: error.code for name, error in outcome.failed.items()}
    if outcome.charge:
        outcome.charge.book()


def fresh_model() -> str:
    """A model's name that nothing is remembered of."""
    return f"model-{uuid4().hex[:8]}"
