"""One answer of a server, after as many refusals as it takes to learn what it can do."""

from collections.abc import Callable
from typing import Any, Final

import structlog

from aura.providers.configuration import VisionSettings
from aura.providers.openai_compatible.abilities import FORMATS, Abilities, abilities_of
from aura.providers.openai_compatible.errors import MODEL_RETIRED, REQUEST_REFUSED, refusal_of, translated
from aura.providers.openai_compatible.requests import PROVIDER
from aura.providers.reading.retired import model_of, retire

log = structlog.get_logger(__name__)

MOST_CALLS: Final = 6
"""Of one question: the forms of an answer, the names of its limit and the replacement, one after the other."""
Create = Callable[[str, int, str], Any]
"""``create(model, place in FORMATS, name of the limit on tokens)``."""


def asked(settings: VisionSettings, images: int, create: Create) -> tuple[Any | None, str]:
    """What ``create`` answers, None where the server refuses the request, and the model that was asked.

    Raises ``ProviderError``.
    """
    model, form, unclear = model_of(settings), 0, False
    for _ in range(MOST_CALLS):
        able = abilities_of(settings.url, model)
        form, tokens = max(form, able.form), able.tokens
        try:
            answer = create(model, form, tokens)
        except Exception as error:
            trouble = translated(error)
            if trouble.code == MODEL_RETIRED and retire(settings, model):
                log.warning("model_retired", provider=PROVIDER, model=model, replacement=settings.replacement)
                model = settings.replacement
                continue
            if trouble.code != REQUEST_REFUSED:
                raise trouble from None
            kind = refusal_of(error)
            if kind == "other" and form + 1 < len(FORMATS):
                # Not said why: a plainer form is tried, and remembered only if that was it.
                form, unclear = form + 1, True
            elif not _learnt(able, kind, form, tokens, images):
                break
        else:
            if unclear:
                able.lower(form - 1)
            return answer, model
    return None, model


def _learnt(able: Abilities, kind: str, form: int, tokens: str, images: int) -> bool:
    """Remember what a refusal says about the server. True where the same may be asked differently."""
    if kind == "format":
        return able.lower(form)
    if kind == "tokens":
        if able.tokens == tokens:
            able.other_name()
        return True
    if kind == "images" and images > 1:
        able.fewer(images)
    return False
