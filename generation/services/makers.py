"""Which models make a workspace's pictures, in which order, and with whose key (G2)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from uuid import UUID

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


@cache
def local_composer() -> LocalComposer:
    """This process's own composer."""
    return LocalComposer()


def has_model(workspace_id: UUID) -> bool:
    """Whether an image model can be asked. Outside of any transaction: keys may be Vault's."""
    return False


def chain_of(generation: Generation, context: JobContext) -> Chain:
    """All makers of an order, best first. Outside of any transaction."""
    return Chain([local_composer()])


def nobody(generation: Generation, chain: Chain) -> ProviderError:
    """Why an order has nobody who makes it."""
    last = generation.tried[-1] if generation.tried else {}
    return ProviderError(
        str(last.get("message") or "No image model is set up here. Add a key under Settings → Providers."),
        code=str(last.get("code") or "provider_not_configured"),
    )


def maker_named(generation: Generation, context: JobContext) -> ImageGenerator | None:
    """The maker that was asked for an order, or None where it cannot be asked any more."""
    return next((one for one in chain_of(generation, context).makers if one.name == generation.maker), None)


def webhook_url(generation: Generation, maker: ImageGenerator) -> str:
    """Where a service may call back; "" where nobody can reach us."""
    return ""


def is_signed(workspace_id: UUID, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether Replicate has signed a webhook with the key of the workspace."""
    return False
