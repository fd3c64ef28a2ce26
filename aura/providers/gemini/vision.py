"""Reads profiles with Google's Gemini: many of them a request, several requests at once."""

from collections.abc import Iterator, Sequence
from typing import Any

from aura.providers.configuration import VisionSettings
from aura.providers.gemini.asking import asked
from aura.providers.gemini.client import client_of
from aura.providers.gemini.requests import (
    MAX_BYTES,
    PROVIDER,
    config_of,
    contents_of,
    expected_usage,
    most_bytes,
    nothing,
    reply_of,
)
from aura.providers.metering import Usage
from aura.providers.ports import ProfileEvidence, ReadOutcome
from aura.providers.profiles import ProfilePrompt
from aura.providers.reading import Batch, Question, Reply, Rounds, Stream, question, read
from aura.providers.reading.retired import model_of


class GeminiVision:
    """Classifies profiles with one key; see ``docs/vision-models.md`` for what is sent and what each error means.

    ``name`` keeps the model that was chosen, also where its replacement answers, so that nobody is paid for twice; each
    reading says which model answered it.
    """

    version = "1"
    paid = True

    def __init__(self, api_key: str, settings: VisionSettings, prompt: ProfilePrompt, outlet: Stream) -> None:
        self._key, self._settings, self._prompt, self._outlet = api_key, settings, prompt, outlet
        self.name = f"{PROVIDER}:{settings.model}"
        self.prompt_version = prompt.version

    def read(self, profiles: Sequence[ProfileEvidence]) -> Iterator[ReadOutcome]:
        """See ``Vision.read``; ``settings.in_flight`` requests of ``settings.profiles`` profiles go at once."""
        rounds = Rounds(profiles, self._settings.profiles, self.prompt_version, fits)
        return read(rounds, self._outlet, self._ask, self._expected, self._settings.in_flight)

    def _expected(self, batch: Batch) -> Usage:
        return expected_usage(model_of(self._settings), self._prompt, batch.profiles, batch=False)

    def _ask(self, batch: Batch) -> Reply:
        """One request, in a thread of its own. Raises ``ProviderError``."""
        about = question(batch.profiles)
        expected = self._expected(batch)
        answer, model = asked(self._settings, lambda model: self._generate(model, about, batch))
        if answer is None:
            return Reply("", nothing(expected), {}, problem="refused")
        return reply_of(answer, about, expected_usage(model, self._prompt, batch.profiles, batch=False))

    def _generate(self, model: str, about: Question, batch: Batch) -> Any:
        config = config_of(self._prompt, len(batch.profiles), batch.tries)
        client = client_of(self._key, self._settings)
        return client.models.generate_content(model=model, contents=contents_of(about), config=config)


def fits(profiles: Sequence[ProfileEvidence]) -> bool:
    """Whether a request about them stays below the service's 20 MB, before their pictures are made smaller."""
    return sum(most_bytes(one) for one in profiles) <= MAX_BYTES
