"""Asks about items in batches until each has a reading or is given up, through one stream of calls. Pure."""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from typing import Generic, Protocol, Self, TypeVar

from aura.providers.errors import ProviderError
from aura.providers.metering import Charge, Usage
from aura.providers.reading.answers import Judged
from aura.providers.reading.batches import Batch, Item, Reply, halves

I = TypeVar("I")  # noqa: E741
T = TypeVar("T")
A = TypeVar("A", bound=Item)
B = TypeVar("B")
O = TypeVar("O")  # noqa: E741
FRUITLESS = 64
"""After so many answers in a row without one usable reading nobody is asked any more."""


class Stream(Protocol):
    """The way out, ``aura.providers.outlet.Outlet``: it pulls an item whenever a call may go, also after a pause."""

    def stream(
        self,
        items: Iterable[I],
        work: Callable[[I], T],
        *,
        expected: Callable[[I], Usage],
        used: Callable[[T], Usage],
        in_flight: int | None = None,
    ) -> Generator[tuple[I, T | ProviderError, Charge | None], None, None]:
        """Each item with its result or error and what it cost, as they come."""
        ...


class Rounds(Generic[A, B]):
    """The batches that wait, and ``judge``, which says what an answer brought.

    Iterating takes the next batch; it may go on after its end, once an answer was taken. A batch that does not ``fit``
    into one request is divided before it goes.
    """

    def __init__(
        self,
        items: Sequence[A],
        size: int,
        judge: Callable[[Batch[A], Reply], Judged[A, B]],
        fits: Callable[[Sequence[A]], bool] = bool,
    ) -> None:
        self._judge, self._fits = judge, fits
        self._waiting = deque(Batch(tuple(items[at : at + size])) for at in range(0, len(items), size))
        self._most_fruitless = max(FRUITLESS, 4 * size)
        self._fruitless = 0
        self.halt: ProviderError | None = None

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Batch[A]:
        if self.halt is not None or not self._waiting:
            raise StopIteration
        batch = self._waiting.popleft()
        while len(batch.items) > 1 and not self._fits(batch.items):
            batch, rest = halves(batch)
            self._waiting.appendleft(rest)
        return batch

    def take(self, batch: Batch[A], reply: Reply) -> Judged[A, B]:
        """Judge an answer and put what must be asked again in front."""
        judged = self._judge(batch, reply)
        self._waiting.extendleft(reversed(judged.again))
        if judged.readings:
            self._fruitless = 0
        elif reply.problem != "refused" or len(batch.items) == 1:
            # A larger batch that the service does not take at all says nothing about its answers.
            self._fruitless += 1
        if self._fruitless >= self._most_fruitless:
            words = f"The last {self._fruitless} answers held nothing usable. Is this model able to do this?"
            self.end(ProviderError(words, code="answers_unusable"))
        return judged

    def end(self, error: ProviderError) -> None:
        """Ask nothing more; the first reason counts."""
        self.halt = self.halt or error


def read(
    rounds: Rounds[A, B],
    stream: Stream,
    ask: Callable[[Batch[A]], Reply],
    expected: Callable[[Batch[A]], Usage],
    in_flight: int,
    outcome: Callable[[tuple[B, ...], Mapping[str, ProviderError], Charge | None], O],
) -> Iterator[O]:
    """The port's outcomes as they come. Raises ``ProviderError`` where no more can be read, once all under way came."""
    calls = stream.stream(rounds, ask, expected=expected, used=_used, in_flight=in_flight)
    with closing(calls):
        for batch, result, charge in calls:
            if isinstance(result, ProviderError):
                rounds.end(result)
                if charge is not None:
                    yield outcome((), {}, charge)
                continue
            judged = rounds.take(batch, result)
            yield outcome(judged.readings, judged.failed, charge)
    if rounds.halt is not None:
        raise rounds.halt


def _used(reply: Reply) -> Usage:
    return reply.usage
