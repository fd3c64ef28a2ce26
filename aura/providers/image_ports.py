"""What Aura asks of a model that makes pictures, in Aura's own words; the other ports stand in ``ports``.

Making is work that may outlive this process: the service's id is stored before anything waits.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, Protocol

from aura.providers.metering import Charge

ASPECTS = ("1:1", "4:5", "3:4", "2:3", "9:16", "5:4", "4:3", "3:2", "16:9", "1.91:1")
MOST_IMAGES = 4
MakingState = Literal["running", "done", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class ImageOrder:
    """What to make. ``model`` "" is the adapter's own. ``reference`` is a sanitised picture to start from or edit.

    ``marker`` is our id of the order; it goes along, so that a making whose answer was lost can be found again.
    ``webhook_url`` asks to be told of the end; "" where nobody can reach us. ``extra`` are inputs of one model.
    """

    marker: str
    prompt: str
    negative_prompt: str = ""
    model: str = ""
    aspect: str = "1:1"
    count: int = 1
    seed: int | None = None
    reference: bytes | None = None
    reference_type: str = "image/jpeg"
    webhook_url: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MadeImage:
    """A picture that was made: its bytes, or a link that expires (exactly one of the two). ``placeholder`` is true for
    what this machine composed: no model has looked at the prompt's meaning. ``label`` then says so in words for people
    (data, not burnt in); ``confidence`` (0 to 1) and ``notes`` say how well it came out, where that is known."""

    data: bytes = b""
    url: str = ""
    media_type: str = ""
    seed: int | None = None
    placeholder: bool = False
    label: str = ""
    confidence: float | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Making:
    """The making of one order. ``id`` is the service's ("" for services that answer at once).

    ``code`` and ``message`` say why it failed; ``nsfw`` is a code of its own, and not to be tried again.
    ``cost`` in US dollars, where the service names it. ``reservation`` names the money that was set aside for it (""
    where none is): it is stored with ``id`` and given back to :meth:`ImageGenerator.look`, whose ``charge`` books it.
    """

    state: MakingState
    id: str = ""
    model: str = ""
    model_version: str = ""
    images: tuple[MadeImage, ...] = ()
    code: str = ""
    message: str = ""
    retryable: bool = False
    cost: Decimal | None = None
    charge: Charge | None = None
    reservation: str = ""


class ImageGenerator(Protocol):
    """Makes pictures from words. Every call may raise ``ProviderError``."""

    name: str
    """``replicate:<model>``, ``gemini:<model>``, ``openai:<model>`` or ``local:composer``."""
    paid: bool
    edits: bool
    """Whether it can start from a reference picture."""

    def start(self, order: ImageOrder) -> Making:
        """Ask exactly once. A service that answers at once returns a making that is over.

        Raises ``start_unknown`` where the request went out and its answer did not come: ask :meth:`find` first.
        """
        ...

    def find(self, order: ImageOrder, since: float) -> Making | None:
        """A making of this very order (by its marker) started after ``since`` (seconds since 1970), or None.

        Raises ``ProviderError`` with ``find_unsupported`` where the service cannot be asked.
        """
        ...

    def look(self, making: Making, wait: float = 0) -> Making:
        """Its state now, after at most ``wait`` seconds. The same each time once it is over."""
        ...

    def cancel(self, making: Making) -> Making:
        """Ask the service to stop; what it has made may still be there."""
        ...

    def fetch(self, image: MadeImage) -> bytes:
        """The bytes of a picture, from its link where it has one. Raises ``expired`` once the link is dead."""
        ...
