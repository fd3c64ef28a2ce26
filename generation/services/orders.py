"""Orders of pictures: taken, begun, ended, told of. Inside the workspace's scope."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils import timezone

from aura.media.models import Picture
from aura.media.services import drop_unused
from aura.providers.errors import ProviderError
from aura.providers.image_ports import ImageOrder, Making
from aura.tenancy.scope import current_workspace_id
from aura.webhooks.services import emit
from generation.models import Generation

S = Generation.State
FIELDS = ("prompt", "negative_prompt", "provider", "model", "aspect", "count", "seed", "reference")


def take(values: Mapping[str, Any], *, user_id: UUID | None) -> Generation:
    """Write a new order; ``values`` are fields of ``FIELDS``, checked by the caller's form or serializer."""
    given = {name: values[name] for name in FIELDS if name in values}
    return Generation.objects.create(workspace_id=current_workspace_id(), created_by_id=user_id, **given)


def begin(generation: Generation) -> None:
    """Say that it is being made."""
    if generation.is_over:
        reopen(generation)
    generation.state, generation.started_at = S.RUNNING, generation.started_at or timezone.now()
    generation.save(update_fields=["state", "started_at"])


def reopen(generation: Generation) -> None:
    """Let an order that failed or was stopped wait again: one more try."""
    generation.state, generation.error_code, generation.error, generation.finished_at = S.QUEUED, "", "", None
    generation.tries += 1
    if not generation.external_id:
        # A person has seen that the last try may have been paid for, and wants another.
        generation.asked_at, generation.tried = None, []
    generation.save()


def asking(generation: Generation, maker: str) -> None:
    """Remember that a service is about to be asked."""
    generation.maker, generation.asked_at = maker, timezone.now()
    generation.external_id = generation.reservation = ""
    generation.save(update_fields=["maker", "asked_at", "external_id", "reservation"])


def not_asked(generation: Generation) -> None:
    """Nothing was started after all: the service may be asked again."""
    _forget(generation)
    generation.save(update_fields=["asked_at", "external_id", "reservation", "looks"])


def adopt(generation: Generation, making: Making) -> None:
    """Keep the service's id before anything waits for it."""
    generation.external_id, generation.looks = making.id, generation.looks + 1
    generation.reservation = making.reservation or generation.reservation
    generation.model_version = making.model_version or generation.model_version
    generation.save(update_fields=["external_id", "reservation", "looks", "model_version"])


def under_way(generation: Generation) -> Making:
    """What a maker needs to look at, or to stop, what it was asked for."""
    model, held = generation.model, generation.reservation
    return Making("running", id=generation.external_id, model=model, reservation=held)


def give_up_on(generation: Generation, maker: str, error: ProviderError) -> None:
    """Keep why a maker was not enough, so that the next one is asked."""
    generation.tried = [*generation.tried, {"maker": maker, "code": error.code, "message": error.message}]
    _forget(generation)
    generation.save(update_fields=["tried", "asked_at", "external_id", "reservation", "looks"])


def _forget(generation: Generation) -> None:
    generation.asked_at, generation.looks = None, 0
    generation.external_id = generation.reservation = ""


def end(generation: Generation, state: str, *, code: str = "", message: str = "") -> bool:
    """Bring an order to its end, once, and tell of it. False where it had ended before."""
    changed = Generation.objects.filter(pk=generation.pk, state__in=[S.QUEUED, S.RUNNING, S.STORING]).update(
        state=state, error_code=code[:60], error=message, finished_at=timezone.now()
    )
    generation.refresh_from_db()
    if changed:
        tell(generation)
    return bool(changed)


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
