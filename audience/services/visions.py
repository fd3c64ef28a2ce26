"""Which model stands behind a provider's name, for work outside a run."""

from collections.abc import Callable
from typing import Final

from aura.providers.errors import ProviderError
from aura.providers.local import LocalVision
from aura.providers.ports import Vision

Maker = Callable[[], Vision]
MAKERS: Final[dict[str, Maker]] = {"local": LocalVision}
"""By the names that commands take; each call makes a model that is ready to read."""
NAMES: Final = ("local", "gemini", "openai")


def vision_named(name: str) -> Vision:
    """The model of that name. Raises ``ProviderError`` with ``provider_not_configured`` where it cannot be had."""
    maker = MAKERS.get(name)
    if maker is None:
        raise ProviderError(f"The provider “{name}” is not set up here.", code="provider_not_configured")
    return maker()
