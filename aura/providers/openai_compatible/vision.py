"""Reads profiles with any server that speaks OpenAI's chat completions: OpenAI, Ollama, vLLM, LM Studio, LocalAI."""

from collections.abc import Iterator, Sequence
from functools import partial

from aura.providers.configuration import VisionSettings
from aura.providers.errors import ProviderError
from aura.providers.metering import Usage
from aura.providers.openai_compatible.abilities import abilities_of
from aura.providers.openai_compatible.asking import ask
from aura.providers.openai_compatible.requests import PROVIDER, expected_usage, room_of
from aura.providers.ports import ProfileEvidence, ReadOutcome
from aura.providers.profiles import ProfilePrompt
from aura.providers.reading import Batch, Reply, Rounds, Stream, judge, question, read
from aura.providers.reading.retired import model_of

Profiles = Batch[ProfileEvidence]


class OpenAIVision:
    """Classifies profiles at ``settings.url``; see ``docs/vision-models.md``. ``api_key`` may be "" for a local server.

    ``name`` keeps the model that was chosen, also where its replacement answers.
    """

    version = "1"
    paid = True

    def __init__(self, api_key: str, settings: VisionSettings, prompt: ProfilePrompt, outlet: Stream) -> None:
        check_model(settings)
        self._key, self._settings, self._prompt, self._outlet = api_key, settings, prompt, outlet
        self.name = f"{PROVIDER}:{settings.model}"
        self.prompt_version = prompt.version

    def read(self, profiles: Sequence[ProfileEvidence]) -> Iterator[ReadOutcome]:
        """See ``Vision.read``; ``settings.in_flight`` requests of ``settings.profiles`` profiles go at once."""
        judged = partial(judge, prompt_version=self.prompt_version)
        rounds = Rounds(profiles, self._settings.profiles, judged, self._fits)
        return read(rounds, self._outlet, self._ask, self._expected, self._settings.in_flight, ReadOutcome)

    def _fits(self, profiles: Sequence[ProfileEvidence]) -> bool:
        """Whether the server takes so many pictures, as far as it has said."""
        most = abilities_of(self._settings.url, model_of(self._settings)).pictures
        return most is None or sum(one.picture is not None for one in profiles) <= most

    def _expected(self, batch: Profiles) -> Usage:
        return self._usage(model_of(self._settings), batch)

    def _usage(self, model: str, batch: Profiles) -> Usage:
        return expected_usage(model, self._prompt, batch.items)

    def _ask(self, batch: Profiles) -> Reply:
        """One answer, in a thread of its own. Raises ``ProviderError``."""
        asked, room = question(batch.items), room_of(len(batch.items), batch.tries)
        return ask(self._key, self._settings, asked, self._prompt, room, lambda model: self._usage(model, batch))


def check_model(settings: VisionSettings) -> None:
    """Raises ``ProviderError`` where no model is chosen: such servers have no usual one."""
    if not settings.model:
        raise ProviderError("No model is chosen for the OpenAI-compatible server.", code="model_missing")
