"""The one way out to a paid or limited service: money set aside, through the gate, called, booked.

An adapter hands over ``work``, the bare call of its SDK with the SDK's own retries switched off, which turns what
that raises into ``ProviderError``. ``work`` runs in a thread of its own: it must not touch the database.
"""

import time
from collections.abc import Callable, Generator, Iterable
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar
from uuid import UUID, uuid4

from aura.providers.errors import STOPPED, ProviderError
from aura.providers.flights import Flights
from aura.providers.gate import Gate, Service, never
from aura.providers.metering import Charge, Meter, Usage
from aura.providers.policy import Policy

I = TypeVar("I")  # noqa: E741
T = TypeVar("T")

__all__ = ["Outlet", "Policy", "Unmetered"]


class Unmetered:
    """A meter for calls that nobody pays for, such as the check of a key."""

    def reserve(self, expected: Usage) -> UUID:
        """A name for nothing."""
        return uuid4()

    def together(self) -> AbstractContextManager[object]:
        """Nothing."""
        return nullcontext()

    def settle(self, reservation: UUID, used: Usage) -> Decimal:
        """Nothing."""
        return Decimal(0)

    def release(self, reservation: UUID, error_code: str = "") -> None:
        """Nothing."""

    def keep(self, reservation: UUID, error_code: str) -> Decimal:
        """Nothing."""
        return Decimal(0)


class Outlet:
    """Calls of one service with one key, for one workspace and purpose. For the thread that made ``meter``."""

    def __init__(self, service: Service, gate: Gate, meter: Meter | None = None, policy: Policy | None = None) -> None:
        self.service = service
        self._gate = gate
        self._meter: Meter = meter or Unmetered()
        self._policy = policy or Policy(in_flight=service.in_flight)

    def call(
        self,
        work: Callable[[], T],
        *,
        expected: Usage,
        used: Callable[[T], Usage],
        deadline: float | None = None,
        stop: Callable[[], bool] = never,
        retries: int | None = None,
    ) -> T:
        """One call, booked when it returns. ``deadline`` seconds hold for everything: waits, tries and the answer.

        Raises ``ProviderError``: what ``work`` raised, ``timeout``, ``stopped``, ``budget_reached``, or what
        :meth:`aura.providers.gate.Gate.enter` raises. A call that may have been billed though no answer came stays
        booked as expected. ``retries=0`` is for calls that must not be made twice.
        """
        whole = self._policy.deadline if deadline is None else deadline
        policy = replace(
            self._policy,
            in_flight=1,
            deadline=whole,
            until=time.monotonic() + whole,
            retries=self._policy.retries if retries is None else retries,
        )
        flights: Flights[None, T] = Flights(
            self._gate, self.service, self._meter, policy, lambda _: work(), lambda _: expected, used, stop
        )
        with closing(flights):
            for _, result, charge in flights.outcomes([None]):
                if charge is not None:
                    charge.book()
                if isinstance(result, ProviderError):
                    raise result
                return result
        raise ProviderError("The call was stopped before it was made.", code=STOPPED, retryable=True)

    def stream(
        self,
        items: Iterable[I],
        work: Callable[[I], T],
        *,
        expected: Callable[[I], Usage],
        used: Callable[[T], Usage],
        in_flight: int | None = None,
        stop: Callable[[], bool] = never,
        deadline: float | None = None,
    ) -> Generator[tuple[I, T | ProviderError, Charge | None], None, None]:
        """``work(item)`` for each item, ``in_flight`` at once; yields them as they come, pulling ``items`` as needed.

        The consumer calls ``Charge.book`` in the transaction that stores the result, also where the result is an error
        (then the call may have been billed). ``deadline`` (seconds) holds for each try, once it is through the gate.

        An item that cannot be asked now ends the stream: those under way are still yielded, then ``ProviderError`` is
        raised (``budget_reached``, ``provider_down``, ``provider_busy``, ``limits_unavailable``, or the code of the
        pause that the service asked for). Items that were not yielded have no result and cost nothing. Once ``stop()``
        is true (only this thread asks it) those under way are yielded and the stream ends. Closing it waits for
        ``policy.grace`` seconds and books what was asked.
        """
        policy = replace(
            self._policy,
            in_flight=in_flight or self._policy.in_flight,
            deadline=self._policy.deadline if deadline is None else deadline,
        )
        flights: Flights[I, T] = Flights(self._gate, self.service, self._meter, policy, work, expected, used, stop)
        with closing(flights):
            yield from flights.outcomes(items)
