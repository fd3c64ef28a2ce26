"""Which models make a workspace's pictures, in which order, and with whose key (G2)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings

from aura.jobs.context import JobContext
from aura.providers.errors import ProviderError
from aura.providers.image_ports import ImageGenerator
from aura.providers.local.composer import LocalComposer
from generation.models import Generation

P = Generation.Provider


@dataclass(frozen=True, slots=True)
class Skipped:
    """A maker that cannot be asked, and why."""

    name: str
    error: ProviderError


@dataclass(frozen=True, slots=True)
class Chain:
    """Makers, best first, and those that were left out."""

    makers: list[ImageGenerator]
    skipped: list[Skipped] = field(default_factory=list)
