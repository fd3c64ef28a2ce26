"""Any server that speaks OpenAI's chat completions behind the port ``StructuredModel``."""

import math
from functools import partial

from aura.providers.configuration import VisionSettings
from aura.providers.errors import ProviderError
from aura.providers.metering import Usage
from aura.providers.openai_compatible.abilities import abilities_of
from aura.providers.openai_compatible.asking import ask as ask_model
from aura.providers.openai_compatible.requests import (
    CHARACTERS_A_TOKEN,
    PROVIDER,
)
from aura.providers.profiles import Prompt
from aura.providers.reading import Question, Reply, Stream
from aura.providers.reading.retired import model_of
from aura.providers.structured import Try, answered, asked_of, room_of
from aura.providers.writer_ports import StructuredAnswer, StructuredAsk

IMAGE_TOKENS = {"low": 300, "medium": 1200, "high": 1200}
"""Expected of a picture; servers differ, and the answer names what it was."""
DETAILS = {"low": "low", "medium": "auto", "high": "high"}


class OpenAIStructured:
    """Answers in JSON at ``settings.url``; ``api_key`` may be "" for a local server.

    ``name`` keeps the model that was chosen, also where its replacement answers.
    """

    paid = True

    def __init__(self, api_key: str, settings: VisionSettings, outlet: Stream) -> None:
        if not settings.model:
            raise ProviderError("No model is chosen for the OpenAI-compatible server.", code="model_missing")
        self._key, self._settings, self._outlet = api_key, settings, outlet
        self.name = f"{PROVIDER}:{settings.model}"

    def answer(self, ask: StructuredAsk) -> StructuredAnswer:
        """See ``StructuredModel.answer``. Where the server takes fewer pictures, the first of them are sent."""
        return answered(ask, self._outlet, self._ask, self._expected)

    def _expected(self, one: Try) -> Usage:
        return self._usage(model_of(self._settings), one, self._about(one))

    def _about(self, one: Try) -> Question:
        """The question with as many pictures as the server has said that it takes."""
        about = asked_of(one)
        most = abilities_of(self._settings.url, model_of(self._settings)).pictures
        return about if most is None else Question(about.opening, about.turns[:most], about.closing)

    def _usage(self, model: str, one: Try, about: Question) -> Usage:
        letters = len(one.ask.system) + len(str(one.ask.schema)) + about.characters
        return Usage(
            PROVIDER,
            model,
            one.ask.operation,
            input_tokens=math.ceil(letters / CHARACTERS_A_TOKEN)
            + IMAGE_TOKENS[self._settings.resolution] * about.images,
            output_tokens=one.ask.most_tokens,
            images=about.images,
        )

    def _ask(self, one: Try) -> Reply:
        """One answer, in a thread of its own; with fewer pictures where the server refuses so many."""
        told = Prompt("", one.ask.system, one.ask.schema)
        detail = DETAILS[self._settings.resolution]
        while True:
            about = self._about(one)
            expected = partial(self._usage, one=one, about=about)
            reply = ask_model(self._key, self._settings, about, told, room_of(one), expected, detail)
            if reply.problem != "refused" or self._about(one).images >= about.images:
                return reply
