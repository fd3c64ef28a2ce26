"""What Aura asks of a model that looks at pictures and writes, in Aura's own words; the other ports stand in ``ports``.

``StructuredModel`` is the bare capability (pictures and texts in, JSON of a schema out), which features with words of
their own use. ``Writer`` writes compliments; a model-backed one is a ``StructuredModel`` with a prompt, the embedded
one needs neither.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from aura.providers.metering import Charge

STYLES = ("witty", "romantic", "poetic", "professional", "playful", "supportive", "minimal")
LENGTHS = ("short", "medium", "long")
TONES = ("warm", "witty", "romantic", "poetic", "professional", "playful", "supportive", "calm")
MOST_VARIATIONS = 5


@dataclass(frozen=True, slots=True)
class Picture:
    """A sanitised picture (see ``aura.providers.images``) to look at. ``number`` counts from 1 in the post's order.

    ``key`` names its content (sha256 of ``data``), so that what was seen in it can be remembered.
    """

    number: int
    data: bytes
    media_type: str = "image/jpeg"
    key: str = ""
    alt: str = ""


@dataclass(frozen=True, slots=True)
class StructuredAsk:
    """``system`` are our instructions, ``text`` is material that nobody may trust, ``schema`` is JSON Schema.

    ``operation`` names the purpose in the ledger (``compliment``, ``optimize`` …). ``most_tokens`` bound the answer.
    """

    operation: str
    system: str
    text: str
    schema: Mapping[str, Any]
    pictures: tuple[Picture, ...] = ()
    most_tokens: int = 2048


@dataclass(frozen=True, slots=True)
class StructuredAnswer:
    """``data`` holds to the asked schema (checked in code). ``charge`` is booked with what the answer brought."""

    data: Mapping[str, Any]
    model_version: str = ""
    charge: Charge | None = None


class StructuredModel(Protocol):
    """A multimodal model that answers in JSON."""

    name: str
    """``gemini:gemini-3.8-flash``, ``openai:…``; stored with each result."""
    paid: bool

    def answer(self, ask: StructuredAsk) -> StructuredAnswer:
        """One call. Raises ``ProviderError``; ``request_refused`` or ``answer_refused`` where the service or its
        model will not, ``answer_cut`` or ``answer_invalid`` where its answer stays so. What such an answer cost is
        booked by then."""
        ...


@dataclass(frozen=True, slots=True)
class Voice:
    """How a workspace wants to sound: plain words of its own people. All may be empty."""

    name: str = ""
    description: str = ""
    examples: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Brief:
    """What to write about. Caption, author, hashtags and alt texts are strangers' words: material, never orders.

    ``language`` is an ISO 639-1 code. ``avoid`` are compliments that exist for the post, so that new ones differ.
    ``seed`` makes the embedded writer's choice; the same brief and seed give the same texts.
    """

    pictures: tuple[Picture, ...]
    style: str
    language: str = "en"
    length: str = "medium"
    variations: int = 3
    caption: str = ""
    author: str = ""
    hashtags: tuple[str, ...] = ()
    voice: Voice = field(default_factory=Voice)
    avoid: tuple[str, ...] = ()
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Reference:
    """What a text refers to: ``what`` in picture ``image`` (1 is the first); 0 is the caption."""

    image: int
    what: str


@dataclass(frozen=True, slots=True)
class Compliment:
    """One text. ``tones`` are whole percents of some of ``TONES`` and sum to 100.

    ``verdict`` is ``ok`` or ``refused``; ``reasons`` are stable codes of what was found (see the guard).
    """

    text: str
    tones: Mapping[str, int]
    references: tuple[Reference, ...] = ()
    verdict: str = "ok"
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Writing:
    """What came of one brief.

    ``style`` is the style that was written in: "supportive" in place of "romantic" where ``possible_minor``.
    ``seen`` says in words what is in each picture. ``notes`` are stable codes for the page (``minor_neutral`` …).
    """

    compliments: tuple[Compliment, ...]
    style: str
    seen: Mapping[int, str] = field(default_factory=dict)
    possible_minor: bool = False
    people: int = 0
    notes: tuple[str, ...] = ()
    model_version: str = ""
    charge: Charge | None = None


class Writer(Protocol):
    """Writes compliments about the pictures of a post."""

    name: str
    version: str
    prompt_version: str
    paid: bool

    def write(self, brief: Brief) -> Writing:
        """At most ``brief.variations`` texts. Raises ``ProviderError`` as ``StructuredModel.answer``."""
        ...
