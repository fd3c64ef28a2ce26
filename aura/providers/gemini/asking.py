"""One request to Gemini: the chosen model, or its replacement where the service no longer knows it."""

from collections.abc import Callable
from typing import Any

import structlog
from google.genai import types

from aura.providers.configuration import VisionSettings
from aura.providers.gemini.client import client_of
from aura.providers.gemini.errors import MODEL_RETIRED, REQUEST_REFUSED, translated
from aura.providers.gemini.requests import PROVIDER, contents_of, nothing, reply_of
from aura.providers.metering import Usage
from aura.providers.reading import Question, Reply
from aura.providers.reading.retired import model_of, retire

log = structlog.get_logger(__name__)


def ask(
    api_key: str,
    settings: VisionSettings,
    asked: Question,
    config: types.GenerateContentConfig,
    expected: Callable[[str], Usage],
    watch: Callable[[types.GenerateContentResponse], None] | None = None,
) -> Reply:
    """The answer, in the caller's thread; ``expected`` says what a model will take. Raises ``ProviderError``.

    ``watch`` is given the service's whole answer, for what a ``Reply`` does not hold.
    """
    chosen = model_of(settings)
    for model in (chosen, settings.replacement):
        try:
            answer: Any = client_of(api_key, settings).models.generate_content(
                model=model, contents=contents_of(asked), config=config
            )
        except Exception as error:
            trouble = translated(error)
            if trouble.code == REQUEST_REFUSED:
                return Reply("", nothing(expected(chosen)), {}, problem="refused")
            if trouble.code != MODEL_RETIRED or not retire(settings, model):
                raise trouble from None
            log.warning("model_retired", provider=PROVIDER, model=model, replacement=settings.replacement)
        else:
            if watch is not None:
                watch(answer)
            return reply_of(answer, asked, expected(model))
    raise AssertionError("The second model either answers or fails.")
