"""What Aura asks of a capability that reads texts, in Aura's own words; the other ports stand in ``ports``."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from aura.providers.errors import ProviderError
from aura.providers.metering import Charge

SENTIMENTS = ("positive", "neutral", "negative")
UNCLEAR = "unclear"
"""The sentiment of a comment whose words say too little, or say both."""
PRAISE = ("generic", "specific")
"""Praise that would fit any post ("nice", "🔥🔥") and praise that says what it is about; "" for no praise."""


@dataclass(frozen=True, slots=True)
class CommentText:
    """One comment to read. ``id`` is opaque and is echoed in the answer."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class CommentReading:
    """What one comment says.

    ``sentiment`` is one of ``SENTIMENTS`` or "unclear"; ``score`` goes from -1 (negative) to 1 (positive); ``praise``
    is one of ``PRAISE`` or ""; ``language`` is an ISO 639-1 code or "unknown".
    """

    id: str
    sentiment: str
    score: float
    is_question: bool
    praise: str
    language: str


@dataclass(frozen=True, slots=True)
class CommentOutcome:
    """What came of one call: readings, and by id why a comment could not be read. ``charge`` as in `ReadOutcome`."""

    readings: tuple[CommentReading, ...]
    failed: Mapping[str, ProviderError] = field(default_factory=dict)
    charge: Charge | None = None


class Reader(Protocol):
    """Reads what comments say."""

    name: str
    """Stable name of the model, stored with each result."""
    version: str
    """Version of the model or of its rules; a new version means that everything is read again."""
    prompt_version: str
    """Version of the words sent to the model; "" where there are none."""
    paid: bool
    """True where each reading costs money, so that nothing is read twice."""

    def read(self, comments: Sequence[CommentText]) -> Iterator[CommentOutcome]:
        """Every comment is in exactly one outcome, in any order. Raises ``ProviderError`` as :meth:`Vision.read`."""
        ...


class Embedder(Protocol):
    """Turns texts into vectors that are close where the meanings are."""

    name: str
    version: str
    languages: frozenset[str]
    """The languages it knows, and "unknown" where short texts of no clear language do no harm."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row a text, each of length 1 (L2). Slow (milliseconds a text): only for bounded samples."""
        ...
