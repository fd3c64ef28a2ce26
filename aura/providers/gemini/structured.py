"""Google's Gemini behind the port ``StructuredModel``."""

import math

from aura.providers.configuration import VisionSettings
from aura.providers.errors import ProviderError
from aura.providers.gemini.asking import ask as ask_model
from aura.providers.gemini.requests import (
    CHARACTERS_A_TOKEN,
    MAX_BYTES,
    PROVIDER,
    RESOLUTION_TOKENS,
    THOUGHT_TOKENS,
    json_config,
)
from aura.providers.metering import Usage
from aura.providers.profiles import Prompt
from aura.providers.reading import Question, Reply, Stream
from aura.providers.reading.retired import model_of
from aura.providers.structured import Try, answered, asked_of, room_of
from aura.providers.writer_ports import StructuredAnswer, StructuredAsk

THINKING_ROOM = 2048
"""Thinking takes from the room of the answer."""


class GeminiStructured:
    """Answers in JSON with one key; ``settings.resolution`` says how closely pictures are looked at.

    ``name`` keeps the model that was chosen, also where its replacement answers.
    """

    paid = True

    def __init__(self, api_key: str, settings: VisionSettings, outlet: Stream) -> None:
        self._key, self._settings, self._outlet = api_key, settings, outlet
        self.name = f"{PROVIDER}:{settings.model}"

    def answer(self, ask: StructuredAsk) -> StructuredAnswer:
        """See ``StructuredModel.answer``; ``request_too_large`` from 18 MB of pictures on."""
        size = sum(len(picture.data) for picture in ask.pictures) * 4 // 3 + 4 * len(ask.text)
        if size > MAX_BYTES:
            raise ProviderError("The pictures are too large for one request.", code="request_too_large")
        return answered(ask, self._outlet, self._ask, self._expected)

    def _expected(self, one: Try) -> Usage:
        return self._usage(model_of(self._settings), one, asked_of(one))

    def _usage(self, model: str, one: Try, about: Question) -> Usage:
        letters = len(one.ask.system) + len(str(one.ask.schema)) + about.characters
        images = len(one.ask.pictures) * RESOLUTION_TOKENS[self._settings.resolution]
        return Usage(
            PROVIDER,
            model,
            one.ask.operation,
            input_tokens=math.ceil(letters / CHARACTERS_A_TOKEN) + images,
            output_tokens=one.ask.most_tokens + THOUGHT_TOKENS,
            images=len(one.ask.pictures),
        )

    def _ask(self, one: Try) -> Reply:
        """One request, in a thread of its own. Raises ``ProviderError``."""
        about = asked_of(one)
        told = Prompt("", one.ask.system, one.ask.schema)
        config = json_config(told, room_of(one, THINKING_ROOM), self._settings.resolution)
        return ask_model(self._key, self._settings, about, config, lambda model: self._usage(model, one, about))
