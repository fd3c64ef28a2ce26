"""What was made goes into Aura's own storage, with where it came from inside the file (G4)."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from django.utils import timezone
from PIL import Image

from aura.media import services as media
from aura.media.services import Cleaned
from aura.providers.errors import ProviderError
from aura.providers.image_ports import ImageGenerator, MadeImage, Making
from aura.providers.images import ImageRefused
from aura.providers.provenance import Provenance, embed
from generation.models import GeneratedImage, Generation

Keep = Literal["jpeg", "png", "webp"]
MAX_BYTES = 50 * 2**20
SIDE = 4096
KEPT: Final[dict[str, Keep]] = {"PNG": "png", "WEBP": "webp"}
"""What stays as it came; all else is stored as JPEG."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A picture that is ready to be stored."""

    file: Cleaned
    data: bytes
    seed: int | None


def prepare(
    generation: Generation, maker: ImageGenerator, making: Making, on_done: Callable[[int], None]
) -> list[Prepared]:
    """Fetch, clean and label each picture, outside any transaction; ``on_done`` is told how many are ready.

    Raises ``ProviderError``: what fetching raises, or ``made_nothing`` where no picture came or can be read.
    """
    ready: list[Prepared] = []
    for image in making.images:
        try:
            ready.append(_prepared(generation, maker, making, image))
        except ImageRefused:
            continue
        on_done(len(ready))
    if not ready:
        raise ProviderError("The model answered without a picture that can be read.", code="made_nothing")
    return ready


def _prepared(generation: Generation, maker: ImageGenerator, making: Making, image: MadeImage) -> Prepared:
    data = maker.fetch(image)
    cleaned = media.clean(data, max_bytes=MAX_BYTES, side=SIDE, keep=_kept(data))
    label = provenance_of(generation, maker.name, making.model_version, image, timezone.now())
    return Prepared(cleaned, embed(cleaned.data, cleaned.media_type, label), image.seed)


def _kept(data: bytes) -> Keep:
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as opened:
            return KEPT.get(opened.format or "", "jpeg")
    except (OSError, ValueError, SyntaxError):
        return "jpeg"


def provenance_of(
    generation: Generation, maker: str, model_version: str, image: MadeImage, made_at: datetime
) -> Provenance:
    """Where a picture came from, as it is written into its file."""
    provider, _, model = maker.partition(":")
    return Provenance(
        provider=provider,
        model=model_version or model,
        prompt=generation.prompt,
        seed=generation.seed if image.seed is None else image.seed,
        made_at=made_at,
        software="Aura",
        placeholder=image.placeholder,
    )


def store(generation: Generation, prepared: Sequence[Prepared]) -> None:
    """Write the pictures of an order, in the caller's transaction. Storing them again changes nothing."""
    for number, one in enumerate(prepared, start=1):
        file = one.file
        picture = media.store_as_is(one.data, file.media_type, file.width, file.height, file.thumbnail)
        GeneratedImage.objects.update_or_create(
            workspace_id=generation.workspace_id,
            generation=generation,
            number=number,
            defaults={"picture": picture, "seed": one.seed},
        )
