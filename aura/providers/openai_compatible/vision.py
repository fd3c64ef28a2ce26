"""Reads profiles with any server that speaks OpenAI's chat completions: OpenAI, Ollama, vLLM, LM Studio, LocalAI."""

from collections.abc import Iterator, Sequence
from typing import Any

from aura.providers.configuration import VisionSettings
from aura.providers.errors import ProviderError
from aura.providers.metering import Usage
from aura.providers.openai_compatible.abilities import FORMATS, abilities_of, form_of
from aura.providers.openai_compatible.asking import asked
from aura.providers.openai_compatible.client import client_of
from aura.providers.openai_compatible.requests import (
    PROVIDER,
    expected_usage,
    messages_of,
    nothing,
    reply_of,
    room_of,
)
from aura.providers.ports import ProfileEvidence, ReadOutcome
from aura.providers.profiles import ProfilePrompt
from aura.providers.reading import Batch, Question, Reply, Rounds, Stream, question, read
from aura.providers.reading.retired import model_of


class OpenAIVision:
    """Classifies profiles at ``settings.url``; see ``docs/vision-models.md``. ``api_key`` may be "" for a local server.

    ``name`` keeps the model that was chosen, also where its replacement answers.
    """

    version = "1"
    paid = True

    def __init__(self, api_key: str, settings: VisionSettings, prompt: ProfilePrompt, outlet: Stream) -> None:
        if not settings.model:
            raise ProviderError("No model is chosen for the OpenAI-compatible server.", code="model_missing")
        self._key, self._settings, self._prompt, self._outlet = api_key, settings, prompt, outlet
        self.name = f"{PROVIDER}:{settings.model}"
        self.prompt_version = prompt.version

    def read(self, profiles: Sequence[ProfileEvidence]) -> Iterator[ReadOutcome]:
        """See ``Vision.read``; ``settings.in_flight`` requests of ``settings.profiles`` profiles go at once."""
        rounds = Rounds(profiles, self._settings.profiles, self.prompt_version, self._fits)
        return read(rounds, self._outlet, self._ask, self._expected, self._settings.in_flight)

    def _fits(self, profiles: Sequence[ProfileEvidence]) -> bool:
        """Whether the server takes so many pictures, as far as it has said."""
        most = abilities_of(self._settings.url, model_of(self._settings)).pictures
        return most is None or sum(one.picture is not None for one in profiles) <= most

    def _expected(self, batch: Batch) -> Usage:
        return expected_usage(model_of(self._settings), self._prompt, batch.profiles)

    def _ask(self, batch: Batch) -> Reply:
        """One answer, in a thread of its own, after as many refusals as it takes to learn what the server can do."""
        about = question(batch.profiles)
        answer, model = asked(
            self._settings, about.images, lambda model, form, tokens: self._create(model, about, batch, form, tokens)
        )
        if answer is None:
            return Reply("", nothing(self._expected(batch)), {}, problem="refused")
        return reply_of(answer, about, expected_usage(model, self._prompt, batch.profiles))

    def _create(self, model: str, about: Question, batch: Batch, form: int, tokens: str) -> Any:
        create: Any = client_of(self._key, self._settings).chat.completions.create
        return create(
            model=model,
            messages=messages_of(about, self._prompt, with_schema=FORMATS[form] != "json_schema"),
            **{tokens: room_of(len(batch.profiles), batch.tries)},
            **form_of(form, self._prompt),
        )
