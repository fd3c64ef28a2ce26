"""One call of Gemini, by the replacement where the service no longer knows the model."""

from collections.abc import Callable
from typing import Any

import structlog

from aura.providers.configuration import VisionSettings
from aura.providers.gemini.errors import MODEL_RETIRED, REQUEST_REFUSED, translated
from aura.providers.gemini.requests import PROVIDER
from aura.providers.reading.retired import model_of, retire

log = structlog.get_logger(__name__)


def asked(settings: VisionSettings, generate: Callable[[str], Any]) -> tuple[Any | None, str]:
    """What ``generate(model)`` answers, None where the service refuses the request, and the model that was asked.

    Raises ``ProviderError``.
    """
    for model in (model_of(settings), settings.replacement):
        try:
            return generate(model), model
        except Exception as error:
            trouble = translated(error)
            if trouble.code == REQUEST_REFUSED:
                return None, model
            if trouble.code != MODEL_RETIRED or not retire(settings, model):
                raise trouble from None
            log.warning("model_retired", provider=PROVIDER, model=model, replacement=settings.replacement)
    raise AssertionError("The second model either answers or fails.")
