"""One question to a server that speaks chat completions, after as many refusals as it takes to learn what it can do."""

from collections.abc import Callable
from typing import Any

import structlog

from aura.providers.configuration import VisionSettings
from aura.providers.metering import Usage
from aura.providers.openai_compatible.abilities import FORMATS, Abilities, abilities_of, form_of
from aura.providers.openai_compatible.client import client_of
from aura.providers.openai_compatible.errors import MODEL_RETIRED, REQUEST_REFUSED, refusal_of, translated
from aura.providers.openai_compatible.requests import PROVIDER, messages_of, nothing, reply_of
from aura.providers.profiles import Prompt
from aura.providers.reading import Question, Reply
from aura.providers.reading.retired import model_of, retire

log = structlog.get_logger(__name__)

MOST_CALLS = 6
"""Of one batch: the forms of an answer, the names of its limit and the replacement, one after the other."""


def ask(
    api_key: str,
    settings: VisionSettings,
    asked: Question,
    prompt: Prompt,
    room: int,
    expected: Callable[[str], Usage],
    detail: str = "low",
) -> Reply:
    """The answer of at most ``room`` tokens, in the caller's thread. Raises ``ProviderError``."""
    model, form, unclear = model_of(settings), 0, False
    for _ in range(MOST_CALLS):
        able = abilities_of(settings.url, model)
        form, tokens = max(form, able.form), able.tokens
        messages = messages_of(asked, prompt, with_schema=FORMATS[form] != "json_schema", detail=detail)
        try:
            create: Any = client_of(api_key, settings).chat.completions.create
            answer = create(model=model, messages=messages, **{tokens: room}, **form_of(form, prompt))
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
            elif not _learnt(able, kind, form, tokens, asked):
                break
        else:
            if unclear:
                able.lower(form - 1)
            return reply_of(answer, asked, expected(model))
    return Reply("", nothing(expected(model_of(settings))), {}, problem="refused")


def _learnt(able: Abilities, kind: str, form: int, tokens: str, asked: Question) -> bool:
    """Remember what a refusal says about the server. True where the same items may be asked about differently."""
    if kind == "format":
        return able.lower(form)
    if kind == "tokens":
        if able.tokens == tokens:
            able.other_name()
        return True
    if kind == "images" and asked.images > 1:
        able.fewer(asked.images)
    return False
