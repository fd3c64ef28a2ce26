"""Orders of pictures: taken, begun, ended, told of. Inside the workspace's scope."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from accounts.services.making.rows import asking, reopen
from aura.media.models import Picture
from aura.media.services import drop_unused
from aura.providers.image_ports import ImageOrder
from aura.tenancy.scope import current_workspace_id
from aura.webhooks.services import emit
from generation.models import Generation

__all__ = ["FIELDS", "asking", "order_of", "remove", "reopen", "take", "tell"]

S = Generation.State
FIELDS = ("prompt", "negative_prompt", "provider", "model", "aspect", "count", "seed", "reference")


def take(values: Mapping[str, Any], *, user_id: UUID | None) -> Generation:
    """Write a new order; ``values`` are fields of ``FIELDS``, checked by the caller's form or serializer."""
    given = {name: values[name] for name in FIELDS if name in values}
    return Generation.objects.create(workspace_id=current_workspace_id(), created_by_id=user_id, **given)


def tell(generation: Generation) -> None:
    """Send the webhook of its end (M8). The prompt stays here: it may hold anything."""
    events = {S.DONE: "generation.completed", S.FAILED: "generation.failed"}
    if generation.state in events:
        told = {
            "id": str(generation.pk),
            "state": generation.state,
            "maker": generation.maker,
            "placeholder": generation.placeholder,
            "images": generation.images.count(),
            "error": {"code": generation.error_code} if generation.error_code else None,
        }
        emit(events[S(generation.state)], told, subject=generation.subject)


def order_of(generation: Generation, *, reference: bytes | None = None, webhook_url: str = "") -> ImageOrder:
    """What a maker is asked for. Its marker is the order's id with the number of the try."""
    return ImageOrder(
        marker=f"{generation.pk}-{generation.tries}",
        prompt=generation.prompt,
        negative_prompt=generation.negative_prompt,
        model=generation.model,
        aspect=generation.aspect,
        count=generation.count,
        seed=generation.seed,
        reference=reference,
        reference_type=generation.reference.media_type if generation.reference else "image/jpeg",
        webhook_url=webhook_url,
    )


def remove(generation: Generation) -> None:
    """Delete an order with its pictures, where nothing else shows them."""
    images = generation.images.select_related("picture")
    shown = [image.picture for image in images] + ([generation.reference] if generation.reference else [])
    pictures: list[Picture] = [picture for picture in shown if picture is not None]
    generation.delete()
    drop_unused(pictures)
