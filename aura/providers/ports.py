"""What Aura asks of an outside capability, in Aura's own words. Adapters live beside this file, one per vendor."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal, Protocol

from aura.providers.errors import ProviderError
from aura.providers.metering import Charge

GENDERS = ("woman", "man")
AGES = ("13-17", "18-24", "25-34", "35-44", "45-54", "55-64", "65+")
PROFILE_TYPES = ("person", "business", "creator", "fan_page", "suspected_bot")
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ProfileEvidence:
    """All that may be looked at to classify one commenter.

    ``id`` is opaque and is echoed in the answer. ``picture`` is an already sanitised RGB image file (see
    ``aura.providers.images``) or None; ``picture_key`` names its content (sha256 of the stored file) so that a reading
    can be shared between people with the same picture.
    """

    id: str
    username: str
    full_name: str = ""
    bio: str = ""
    comments: tuple[str, ...] = ()
    picture: bytes | None = None
    picture_key: str = ""
    is_verified: bool | None = None
    is_private: bool | None = None
    is_business: bool | None = None
    followers: int | None = None
    following: int | None = None
    posts: int | None = None


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its calibrated confidence (0..1). ``value`` is "unknown" where the evidence is weak."""

    value: str
    confidence: float
    probabilities: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProfileReading:
    """The answer for one :class:`ProfileEvidence`, ``evidence`` says what each estimate was built on (JSON-able)."""

    id: str
    gender: Estimate
    age: Estimate
    profile_type: Estimate
    language: Estimate
    evidence: Mapping[str, Any] = field(default_factory=dict)
    model_version: str = ""
    """What the service says it answered with; "" where that is the model's own version."""


@dataclass(frozen=True, slots=True)
class ReadOutcome:
    """What came of one outside call: readings, and by id why a profile of it could not be read (refused, broken …).

    ``charge`` is settled by the caller, in the transaction that stores the readings; None where nothing was paid.
    """

    readings: tuple[ProfileReading, ...]
    failed: Mapping[str, ProviderError] = field(default_factory=dict)
    charge: Charge | None = None


class Vision(Protocol):
    """Classifies the people behind profiles."""

    name: str
    """Stable name of the model, stored with each result (``local``, ``gemini:gemini-3.5-flash-lite`` …)."""
    version: str
    """Version of the model or of its rules; a new version means new results."""
    prompt_version: str
    """Version of the words sent to the model; "" where there are none."""
    paid: bool
    """True where each reading costs money, so that nobody is read twice (A5)."""

    def read(self, profiles: Sequence[ProfileEvidence]) -> Iterator[ReadOutcome]:
        """Every profile is in exactly one outcome, in any order; an outcome is yielded as soon as it is there.

        Raises ``ProviderError`` where no more profiles can be read now; what was yielded before stays good. Closing the
        iterator ends what is under way.
        """
        ...


BatchState = Literal["prepared", "running", "done", "failed", "cancelled", "expired"]


@dataclass(frozen=True, slots=True)
class VisionBatch:
    """Profiles that are read later, at a lower price. All of it is stored, before anything waits.

    ``label`` finds it at the service, ``id`` is the service's ("" before it was submitted). ``asked`` says for each
    request of the batch what its echoed ids stand for; ``reservation`` is the money set aside for all of it.
    """

    label: str
    model: str
    asked: Mapping[str, Mapping[str, str]]
    reservation: str
    id: str = ""
    state: BatchState = "prepared"
    message: str = ""

    @property
    def profiles(self) -> tuple[str, ...]:
        """The ids of the profiles in it."""
        return tuple(name for ids in self.asked.values() for name in ids.values())


class BatchVision(Protocol):
    """Classifies many people within a day, for less money: prepare and store, submit and store, look, take the results.

    Every call may raise ``ProviderError``.
    """

    name: str
    version: str
    prompt_version: str
    paid: bool

    def prepare(self, profiles: Sequence[ProfileEvidence]) -> VisionBatch:
        """Set money aside for as many of the first profiles as one batch holds; see ``VisionBatch.profiles``."""
        ...

    def submit(self, batch: VisionBatch, profiles: Sequence[ProfileEvidence]) -> VisionBatch:
        """Hand a prepared batch over, exactly once.

        Raises ``start_unknown`` where the answer did not come, so that the caller asks :meth:`find` first.
        """
        ...

    def find(self, batch: VisionBatch) -> VisionBatch | None:
        """The batch at the service that was submitted as this one, or None."""
        ...

    def look(self, batch: VisionBatch) -> VisionBatch:
        """Its state now."""
        ...

    def results(self, batch: VisionBatch) -> ReadOutcome:
        """The readings of a batch that is over, and what it cost; the same each time.

        Whoever has none is in ``failed``: with a retryable error where it is worth asking again outside a batch.
        """
        ...

    def cancel(self, batch: VisionBatch) -> VisionBatch:
        """Ask the service to stop; what is done is done."""
        ...


ScrapeKind = Literal["profile", "posts", "comments"]
ScrapeState = Literal["running", "succeeded", "failed", "aborted"]


@dataclass(frozen=True, slots=True)
class ScrapeOrder:
    """What to fetch from Instagram in one go.

    ``targets`` are user names for ``profile`` and ``posts``, post addresses for ``comments``; ``limit`` holds for each
    target. ``newer_than`` leaves out older posts. ``max_charge_usd`` is the most that it may cost, ``build`` the
    version of the actor. ``webhook_url`` and ``webhook_secret`` ask to be told of the end.
    """

    kind: ScrapeKind
    targets: tuple[str, ...]
    limit: int
    newer_than: date | None = None
    max_charge_usd: Decimal | None = None
    webhook_url: str = ""
    webhook_secret: str = ""


@dataclass(frozen=True, slots=True)
class Scrape:
    """A scrape at the service: ``id`` and ``dataset_id`` are the service's; ``cost`` in US dollars so far, if known."""

    id: str
    dataset_id: str
    state: ScrapeState
    message: str = ""
    cost: Decimal | None = None
    items: int | None = None


@dataclass(frozen=True, slots=True)
class ScrapedPage:
    """Raw items in Apify's form, which ``audience.dataset`` reads. ``next_offset`` is None at the end."""

    items: tuple[Mapping[str, Any], ...]
    next_offset: str | None


class Scraper(Protocol):
    """Fetches what Instagram shows, as work that outlives this process: the handle is stored before anything waits."""

    name: str
    """``apify`` or ``graph``."""

    def start(self, order: ScrapeOrder) -> Scrape:
        """Start exactly once: nothing is tried again here.

        Raises ``ProviderError``; ``start_unknown`` where the request went out and its answer did not come, so that the
        caller asks :meth:`find` before it starts again.
        """
        ...

    def find(self, order: ScrapeOrder, since: float) -> Scrape | None:
        """A scrape of this very order that was started after ``since`` (seconds since 1970), or None.

        Raises ``ProviderError`` with ``find_unsupported`` where the service cannot be asked.
        """
        ...

    def look(self, scrape: Scrape, wait: float = 0) -> Scrape:
        """Its state now, after at most ``wait`` seconds. Raises ``ProviderError``."""
        ...

    def page(self, scrape: Scrape, offset: str = "", limit: int = 1000) -> ScrapedPage:
        """Items from ``offset`` on ("" is the start); the same offset gives the same. Raises ``ProviderError``."""
        ...

    def abort(self, scrape: Scrape) -> Scrape:
        """Ask the service to stop; what it has fetched stays. Raises ``ProviderError``."""
        ...
