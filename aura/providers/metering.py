"""What outside calls use and cost, in the words of the adapters. Pure: the ledger itself is in ``accounts``."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Usage:
    """One call, expected or made. ``cost`` (US dollars) only where the service itself names it; else it is priced.

    ``output_tokens`` include thinking; ``cached_tokens`` are part of ``input_tokens``. ``items`` are results of a
    scrape or profiles read. ``batch`` is a call at the price of a batch.
    """

    provider: str
    model: str
    operation: str
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    images: int = 0
    items: int = 0
    latency_ms: int = 0
    batch: bool = False
    cost: Decimal | None = None


class Meter(Protocol):
    """Books outside calls of one workspace for one purpose. Only for the thread that made it (it writes the ledger)."""

    def reserve(self, expected: Usage) -> UUID:
        """Set money aside before a call. Raises ``ProviderError`` with ``budget_reached`` where there is not enough."""
        ...

    def together(self) -> AbstractContextManager[object]:
        """What is done inside becomes lasting at once at its end, and costs less than one by one."""
        ...

    def settle(self, reservation: UUID, used: Usage) -> Decimal:
        """Book what the call cost in place of what was set aside; returns it. Booking twice changes nothing."""
        ...

    def release(self, reservation: UUID, error_code: str = "") -> None:
        """Give back what was set aside for a call that was not made or cost nothing."""
        ...

    def keep(self, reservation: UUID, error_code: str) -> Decimal:
        """Book what was set aside, as uncertain: the call may have been billed though no answer came. Returns it."""
        ...


@dataclass(frozen=True, slots=True)
class Charge:
    """A call that was answered and is to be booked together with what it brought."""

    used: Usage
    book: Callable[[], Decimal]
    """Books it, in the caller's transaction; returns US dollars."""
