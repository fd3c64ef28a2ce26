"""One outside call on its way, and how it ended. Pure."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, TypeVar
from uuid import UUID

from aura.providers.errors import ProviderError
from aura.providers.gate import Pass
from aura.providers.metering import Charge, Usage

I = TypeVar("I")  # noqa: E741
T = TypeVar("T")
Outcome = tuple[I, T | ProviderError, Charge | None]
"""An item, its result or error, and what it cost, if anything."""


@dataclass(slots=True, eq=False)
class Call(Generic[I]):
    """One item on its way: its reservation, and what its earlier tries may have cost."""

    item: I
    expected: Usage
    reservation: UUID
    tries: int = 0
    kept: Decimal = Decimal(0)
    passed: Pass | None = None
    began: float = 0.0


@dataclass(frozen=True, slots=True)
class Ended(Generic[I, T]):
    """The end of the try number ``tries``; exactly one of ``result`` and ``error`` counts. ``seconds`` it took."""

    call: Call[I]
    tries: int
    result: T | None = None
    error: BaseException | None = None
    seconds: float = 0.0
