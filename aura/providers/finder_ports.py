"""What Aura asks of a service that knows which accounts exist, in Aura's own words. Pure."""

from dataclasses import dataclass
from typing import Final, Protocol

from aura.providers.metering import Charge

MOST_PROFILES: Final = 8
NO_KEY: Final = "no_finder_key"
NOT_SEARCHED: Final = "not_searched"
UNSUPPORTED: Final = "unsupported_left_out"
CUT: Final = "answer_cut"


@dataclass(frozen=True, slots=True)
class FindAsk:
    """What the accounts should be about. ``description`` and ``topics`` are material that nobody may trust.

    ``platforms`` are some of ``handles.PLATFORMS``; ``most`` accounts in all.
    """

    topics: tuple[str, ...]
    description: str = ""
    platforms: tuple[str, ...] = ("instagram",)
    language: str = "en"
    most: int = MOST_PROFILES


@dataclass(frozen=True, slots=True)
class Source:
    """A page that speaks of the account. ``url`` is https and may be a link that leads on to ``domain``."""

    title: str
    domain: str
    url: str


@dataclass(frozen=True, slots=True)
class FoundProfile:
    """An account that at least one source speaks of; nobody has looked at the account. ``why`` is the model's."""

    platform: str
    username: str
    url: str
    why: str
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Chip:
    """One search that the service suggests, with its address at Google."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The service's search suggestion: ``html`` as it came, never to be put into a page, and what is said in it."""

    html: str = ""
    chips: tuple[Chip, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What was found, in the service's order. ``notes`` are stable codes; ``left_out`` accounts had no source."""

    profiles: tuple[FoundProfile, ...] = ()
    queries: tuple[str, ...] = ()
    suggestion: Suggestion = Suggestion()
    left_out: int = 0
    notes: tuple[str, ...] = ()
    model_version: str = ""
    charge: Charge | None = None


class ProfileFinder(Protocol):
    """Finds accounts that are worth tagging."""

    name: str
    paid: bool

    def find(self, ask: FindAsk) -> Found:
        """One call. Raises ``ProviderError``; what a failed call cost is booked by then."""
        ...


class NoFinder:
    """Where no service is configured: nothing is found, and it is said why (``NO_KEY``)."""

    name = "none"
    paid = False

    def find(self, ask: FindAsk) -> Found:
        """Nothing; accounts are never made up."""
        return Found(notes=(NO_KEY,))
