"""Which model stands behind a provider's name, for work outside a run: with the installation's key, booked nowhere."""

from collections.abc import Callable
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts.services.asking import needs_no_key
from audience.prompts import CURRENT
from audience.services.vision import ADAPTERS, Reader
from aura.providers.configuration import VisionSettings
from aura.providers.errors import ProviderError
from aura.providers.gate import Gate, Pass, Service, never
from aura.providers.local import LocalVision
from aura.providers.metering import Usage
from aura.providers.outlet import Outlet, Policy, Unmetered
from aura.providers.ports import Vision
from aura.providers.prices import price_of

Maker = Callable[[], Vision]


class Priced(Unmetered):
    """A meter that sets nothing aside and books nowhere, and still says what a call costs."""

    def settle(self, reservation: UUID, used: Usage) -> Decimal:
        """US dollars by the price table."""
        return price_of(used, timezone.now(), settings.AURA_OUTSIDE.prices).amount


class OpenGate(Gate):
    """A gate for a command that runs where no Redis may be: the calls at once are bounded by their stream alone."""

    def __init__(self) -> None:
        """No connection."""

    def enter(self, service: Service, *, until: float, stop: Callable[[], bool] = never) -> Pass:
        """Let everybody through."""
        return Pass(self, service, "")

    def left(self, passed: Pass, error: ProviderError | None, seconds: float, asked: bool) -> None:
        """Remember nothing."""


def _paid(reader: str) -> Vision:
    placed: VisionSettings = getattr(settings.AURA_OUTSIDE, reader)
    key = str(settings.AURA_PROVIDER_SECRETS.get(reader, ""))
    if not placed.model or not (key or needs_no_key(reader, placed.url)):
        words = f"{reader} is not set up here: its key and model are settings of the installation."
        raise ProviderError(words, code="provider_not_configured")
    service = Service(reader, key, placed.model, per_minute=placed.per_minute, in_flight=placed.in_flight)
    policy = Policy(in_flight=placed.in_flight, deadline=float(placed.timeout))
    outlet = Outlet(service, OpenGate(), Priced(), policy)
    made: Vision = import_string(ADAPTERS[Reader(reader)])(key, placed, CURRENT, outlet)
    return made


MAKERS: Final[dict[str, Maker]] = {
    "local": LocalVision,
    "gemini": lambda: _paid("gemini"),
    "openai": lambda: _paid("openai"),
}
"""By the names that commands take; each call makes a model that is ready to read."""
NAMES: Final = tuple(MAKERS)


def vision_named(name: str) -> Vision:
    """The model of that name. Raises ``ProviderError`` with ``provider_not_configured`` where it cannot be had."""
    return MAKERS[name]()
