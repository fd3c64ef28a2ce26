"""Which models make a workspace's pictures, in which order, and with whose key (G2)."""

from collections.abc import Mapping
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from accounts.services.imaging import Chain, has_image_model, image_makers, signed_by_replicate
from aura.jobs.context import JobContext
from aura.providers.errors import ProviderError
from aura.providers.image_ports import ImageGenerator
from generation.models import Generation

ABSENT = {"provider_key_missing", "model_missing"}
NOBODY = "No image model is set up here. Add a key under Settings, Providers."


def has_model(workspace_id: UUID) -> bool:
    """Whether an image model can be asked. Outside of any transaction: keys may be Vault's."""
    return has_image_model(workspace_id)


def chain_of(generation: Generation, context: JobContext) -> Chain:
    """All makers of an order, best first. Outside of any transaction."""
    wanted = generation.provider
    chain = image_makers(generation.workspace_id, wanted, subject=generation.subject, job_id=context.job_id)
    # Whoever asked for the best that has a key need not be told which keys there are not.
    chosen = wanted != Generation.Provider.AUTO
    return Chain(chain.makers, [one for one in chain.skipped if chosen or one.error.code not in ABSENT])


def nobody(generation: Generation) -> ProviderError:
    """Why an order has nobody who makes it."""
    if generation.asked_at is not None:
        words = f"{generation.maker} was asked for the pictures and cannot be asked any more: its key or model is gone."
        return ProviderError(words, code="provider_not_configured")
    last = generation.tried[-1] if generation.tried else {}
    return ProviderError(str(last.get("message") or NOBODY), code=str(last.get("code") or "provider_not_configured"))


def maker_named(generation: Generation, context: JobContext) -> ImageGenerator | None:
    """The maker that was asked for an order, or None where it cannot be asked any more."""
    return next((one for one in chain_of(generation, context).makers if one.name == generation.maker), None)


def webhook_url(generation: Generation, maker: ImageGenerator) -> str:
    """Where Replicate may call back; "" for others, and where nobody on the internet can reach us."""
    if not maker.name.startswith("replicate:") or not settings.HTTPS:
        return ""
    place = reverse("generation_hooks:replicate", args=[generation.workspace_id, generation.pk])
    return f"{settings.SITE_URL.rstrip('/')}{place}"


def is_signed(workspace_id: UUID, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether Replicate has signed a webhook with the key of the workspace's account."""
    return signed_by_replicate(workspace_id, headers, body) is not None
