"""Reads comments with any server that speaks OpenAI's chat completions: many of them a request."""

from collections.abc import Iterator, Sequence

from aura.providers.configuration import VisionSettings
from aura.providers.metering import Usage
from aura.providers.openai_compatible.asking import ask
from aura.providers.openai_compatible.requests import PROVIDER, ROOM_EACH_COMMENT, expected_of_comments, room_of
from aura.providers.openai_compatible.vision import check_model
from aura.providers.profiles import CommentPrompt
from aura.providers.reading import Batch, Reply, Rounds, Stream, comments_question, judge_comments, read
from aura.providers.reading.retired import model_of
from aura.providers.text_ports import CommentOutcome, CommentText

Comments = Batch[CommentText]


class OpenAIReader:
    """The port ``Reader`` at ``settings.url``; see ``docs/comments.md``. ``api_key`` may be "" for a local server."""

    version = "1"
    paid = True

    def __init__(self, api_key: str, settings: VisionSettings, prompt: CommentPrompt, outlet: Stream) -> None:
        check_model(settings)
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
        """One answer, in a thread of its own. Raises ``ProviderError``."""
        asked = comments_question(batch.items)
        room = room_of(len(batch.items), batch.tries, ROOM_EACH_COMMENT)
        return ask(self._key, self._settings, asked, self._prompt, room, lambda model: self._usage(model, batch))
