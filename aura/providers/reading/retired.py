"""Which models a service no longer knows, remembered for this process. Knows no SDK."""

from aura.providers.configuration import Placed

_retired: set[tuple[str, str]] = set()


def model_of(settings: Placed) -> str:
    """The model to ask: the one that was chosen, or its replacement where it was retired."""
    gone = (settings.url, settings.model) in _retired
    return settings.replacement if gone and settings.replacement else settings.model


def retire(settings: Placed, model: str) -> bool:
    """Note that the service no longer knows ``model``. True where there is another one to ask."""
    _retired.add((settings.url, model))
    return bool(settings.replacement) and model == settings.model != settings.replacement
