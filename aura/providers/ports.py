"""What Aura asks of an outside capability, in Aura's own words. Adapters live beside this file, one per vendor."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

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


class Vision(Protocol):
    """Classifies the people behind profiles."""

    name: str
    """Stable name of the model, stored with each result (for example ``local``)."""
    version: str
    """Version of the model or of its rules; a new version means new results."""

    def classify(self, profiles: Sequence[ProfileEvidence]) -> list[ProfileReading]:
        """One reading for each profile, in the same order. Raises ``ProviderError``."""
        ...
