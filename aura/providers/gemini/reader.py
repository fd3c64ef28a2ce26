"""Reads comments with Google's Gemini: many of them a request, several requests at once."""

from collections.abc import Iterator, Sequence

from aura.providers.configuration import VisionSettings
from aura.providers.gemini.asking import ask
from aura.providers.gemini.requests import PROVIDER, config_of, expected_of_comments
from aura.providers.metering import Usage
from aura.providers.profiles import CommentPrompt
from aura.providers.reading import Batch, Reply, Rounds, Stream, comments_question, judge_comments, read
from aura.providers.reading.retired import model_of
from aura.providers.text_ports import CommentOutcome, CommentText

Comments = Batch[CommentText]


class GeminiReader:
    """The port ``Reader`` with one key; see ``docs/comments.md``. ``name`` keeps the model that was chosen."""

    version = "1"
    paid = True

    def __init__(self, api_key: str, settings: VisionSettings, prompt: CommentPrompt, outlet: Stream) -> None:
        self._key, self._settings, self._prompt, self._outlet = api_key, settings, prompt, outlet
        self.name = f"{PROVIDER}:{settings.model}"
        self.prompt_version = prompt.version

    def read(self, comments: Sequence[CommentText]) -> Iterator[CommentOutcome]:
        """See ``Reader.read``; ``settings.in_flight`` requests of ``settings.comments`` comments go at once."""
        rounds = Rounds(comments, self._settings.comments, judge_comments)
        return read(rounds, self._outlet, self._ask, self._expected, self._settings.in_flight, CommentOutcome)

    def _expected(self, batch: Comments) -> Usage:
        return self._usage(model_of(self._settings), batch)

    def _usage(self, model: str, batch: Comments) -> Usage:
        return expected_of_comments(model, self._prompt, batch.items)

    def _ask(self, batch: Comments) -> Reply:
        """One request, in a thread of its own. Raises ``ProviderError``."""
        config = config_of(self._prompt, len(batch.items), batch.tries)
        asked = comments_question(batch.items)
        return ask(self._key, self._settings, asked, config, lambda model: self._usage(model, batch))
