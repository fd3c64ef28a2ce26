"""Reads profiles with Google's Gemini: many of them a request, several requests at once."""

from collections.abc import Iterator, Sequence
from functools import partial

from aura.providers.configuration import VisionSettings
from aura.providers.gemini.asking import ask
from aura.providers.gemini.requests import MAX_BYTES, PROVIDER, config_of, expected_usage, most_bytes
from aura.providers.metering import Usage
from aura.providers.ports import ProfileEvidence, ReadOutcome
from aura.providers.profiles import ProfilePrompt
from aura.providers.reading import Batch, Reply, Rounds, Stream, judge, question, read
from aura.providers.reading.retired import model_of

Profiles = Batch[ProfileEvidence]


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
        rounds = Rounds(profiles, self._settings.profiles, partial(judge, prompt_version=self.prompt_version), fits)
        return read(rounds, self._outlet, self._ask, self._expected, self._settings.in_flight, ReadOutcome)

    def _expected(self, batch: Profiles) -> Usage:
        return self._usage(model_of(self._settings), batch)

    def _usage(self, model: str, batch: Profiles) -> Usage:
        return expected_usage(model, self._prompt, batch.items, batch=False)

    def _ask(self, batch: Profiles) -> Reply:
        """One request, in a thread of its own. Raises ``ProviderError``."""
        config = config_of(self._prompt, len(batch.items), batch.tries)
        asked = question(batch.items)
        return ask(self._key, self._settings, asked, config, lambda model: self._usage(model, batch))


def fits(profiles: Sequence[ProfileEvidence]) -> bool:
    """Whether a request about them stays below the service's 20 MB, before their pictures are made smaller."""
    return sum(most_bytes(one) for one in profiles) <= MAX_BYTES
