"""What was made goes into Aura's own storage, with where it came from inside the file (G4, O6)."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from django.utils import timezone
from PIL import Image

from aura.media import services as media
from aura.media.models import Picture
from aura.media.services import Cleaned
from aura.providers.errors import ProviderError
from aura.providers.image_ports import ImageGenerator, MadeImage, Making
from aura.providers.images import ImageRefused
from aura.providers.provenance import Provenance, embed

Keep = Literal["jpeg", "png", "webp"]
MAX_BYTES: Final = 50 * 2**20
SIDE: Final = 4096
KEPT: Final[dict[str, Keep]] = {"PNG": "png", "WEBP": "webp"}
"""What stays as it came; all else is stored as JPEG."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A picture that is ready to be stored, and what its maker said of it (see ``MadeImage``)."""

    file: Cleaned
    data: bytes
    seed: int | None
    label: str = ""
    confidence: float | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """What a picture was asked for with, as it goes into its file. ``edited``: it was made from another picture."""

    prompt: str
    seed: int | None = None
    edited: bool = False


def prepare(maker: ImageGenerator, making: Making, asked: Asked, on_done: Callable[[int], None]) -> list[Prepared]:
    """Fetch, clean and label each picture, outside any transaction; ``on_done`` is told how many are ready.

    Raises ``ProviderError``: what fetching raises, or ``made_nothing`` where no picture came or can be read.
    """
    ready: list[Prepared] = []
    for image in making.images:
        try:
            ready.append(_prepared(maker, making, asked, image))
        except ImageRefused:
            continue
        on_done(len(ready))
    if not ready:
        raise ProviderError("The model answered without a picture that can be read.", code="made_nothing")
    return ready


def store(prepared: Prepared) -> Picture:
    """Write a prepared picture, in the caller's transaction. Storing it again changes nothing."""
    file = prepared.file
    return media.store_as_is(prepared.data, file.media_type, file.width, file.height, file.thumbnail)


def _prepared(maker: ImageGenerator, making: Making, asked: Asked, image: MadeImage) -> Prepared:
    data = maker.fetch(image)
    cleaned = media.clean(data, max_bytes=MAX_BYTES, side=SIDE, keep=_kept(data))
    label = _provenance(maker.name, making.model_version, asked, image)
    file = embed(cleaned.data, cleaned.media_type, label)
    return Prepared(cleaned, file, image.seed, image.label, image.confidence, image.notes)


def _kept(data: bytes) -> Keep:
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as opened:
            return KEPT.get(opened.format or "", "jpeg")
    except (OSError, ValueError, SyntaxError):
        return "jpeg"


def _provenance(maker: str, model_version: str, asked: Asked, image: MadeImage) -> Provenance:
    provider, _, model = maker.partition(":")
    return Provenance(
        provider=provider,
        model=model_version or model,
        prompt=asked.prompt,
        seed=asked.seed if image.seed is None else image.seed,
        made_at=timezone.now(),
        software="Aura",
        placeholder=image.placeholder,
        edited=asked.edited,
    )
