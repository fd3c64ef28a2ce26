"""Which models make a workspace's pictures, in which order, and with whose key (G2)."""

from uuid import UUID

from accounts.services import making
from accounts.services.imaging import Chain, has_image_model, image_makers
from aura.jobs.context import JobContext
from aura.providers.image_ports import ImageGenerator
from generation.models import Generation


def has_model(workspace_id: UUID) -> bool:
    """Whether an image model can be asked. Outside of any transaction: keys may be Vault's."""
    return has_image_model(workspace_id)


def chain_of(generation: Generation, context: JobContext) -> Chain:
    """All makers of an order, best first. Outside of any transaction."""
    wanted = generation.provider
    return image_makers(generation.workspace_id, wanted, subject=generation.subject, job_id=context.job_id)


def webhook_url(generation: Generation, maker: ImageGenerator) -> str:
    """Where Replicate may call back; "" for others, and where nobody on the internet can reach us."""
    return making.webhook_url(maker, "generation_hooks:replicate", generation.workspace_id, generation.pk)
