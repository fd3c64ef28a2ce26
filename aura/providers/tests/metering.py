"""A meter that keeps its books in memory and watches who writes in them."""

import threading
from contextlib import AbstractContextManager, nullcontext
from decimal import Decimal
from uuid import UUID, uuid4

from aura.providers.errors import BUDGET_REACHED, ProviderError
from aura.providers.metering import Usage


class Book:
    """Each call is expected to cost a dollar; ``budget`` is what may be booked and set aside together."""

    def __init__(self, budget: int = 1000) -> None:
        self.budget = budget
        self.states: dict[UUID, str] = {}
        self.used: dict[UUID, Usage] = {}
        self.codes: dict[UUID, str] = {}
        self._thread = threading.get_ident()

    def reserve(self, expected: Usage) -> UUID:
        self._check()
        if sum(state != "released" for state in self.states.values()) >= self.budget:
            raise ProviderError("The budget is spent.", code=BUDGET_REACHED)
        name = uuid4()
        self.states[name] = "reserved"
        return name

    def together(self) -> AbstractContextManager[object]:
        return nullcontext()

    def settle(self, reservation: UUID, used: Usage) -> Decimal:
        self._check()
        self.states[reservation] = "settled"
        self.used[reservation] = used
        return Decimal(1)

    def release(self, reservation: UUID, error_code: str = "") -> None:
        self._check()
        assert self.states[reservation] == "reserved"
        self.states[reservation] = "released"
        self.codes[reservation] = error_code

    def keep(self, reservation: UUID, error_code: str) -> Decimal:
        self._check()
        assert self.states[reservation] in {"reserved", "uncertain"}
        self.states[reservation] = "uncertain"
        self.codes[reservation] = error_code
        return Decimal(1)

    @property
    def tally(self) -> dict[str, int]:
        found = list(self.states.values())
        return {state: found.count(state) for state in sorted(set(found))}

    def _check(self) -> None:
        assert threading.get_ident() == self._thread, "Only the calling thread writes the books."
