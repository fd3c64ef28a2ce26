"""Pixels into a file: as small as a person does not see, and no larger than the platform takes."""

import io
from dataclasses import dataclass
from typing import Final

from PIL import Image

from optimizer.engine.similarity import Reference, sample
from optimizer.engine.targets import Colour, Encoding

QUALITIES: Final = (60, 64, 68, 72, 76, 80, 85, 90)
LEAST_QUALITY: Final = 30
# Mean SSIM of the light that a person holds for the same picture at arm's length; measured figures: docs/images.md.
LIKENESS: Final = 0.97
PALETTE: Final = 256
WEBP_METHOD: Final = 4


@dataclass(frozen=True, slots=True)
class Encoded:
    """``quality`` and ``similarity`` (SSIM of the sample at that quality) are None for lossless files."""

    data: bytes
    quality: int | None
    similarity: float | None
    notes: tuple[str, ...] = ()


def encode(
    image: Image.Image,
    encoding: Encoding,
    max_bytes: int,
    *,
    quality: int | None = None,
    likeness: float = LIKENESS,
) -> Encoded:
    """Write RGB or RGBA pixels without any metadata. ``quality`` fixes it; otherwise the least is taken whose SSIM

    reaches ``likeness`` (60, 64, … 90). Where the file is larger than ``max_bytes`` the quality falls, to 30 at most, a
    PNG gets a palette of 256 colours, and a note says so. JPEG needs RGB: see :func:`flatten`.
    """
    if encoding == "png":
        return _png(image, max_bytes)
    similarity = None
    if quality is None:
        quality, similarity = _quality(image, encoding, likeness)
    # Tight coding takes a second pass: worth it where size is the point, not where a quality was ordered.
    data = _lossy(image, encoding, quality, tight=similarity is not None)
    if len(data) <= max_bytes:
        return Encoded(data, quality, similarity)
    data, quality = _within(image, encoding, max_bytes, quality)
    note = f"Quality was lowered to {quality} to stay under {max_bytes / 10**6:.1f} MB."
    if len(data) > max_bytes:
        note = f"The file is larger than the platform's {max_bytes / 10**6:.1f} MB even at quality {quality}."
    return Encoded(data, quality, None, (note,))


def flatten(image: Image.Image, background: Colour) -> Image.Image:
    """What is transparent laid on a colour: RGB."""
    if image.mode != "RGBA":
        return image
    paper = Image.new("RGB", image.size, background)
    paper.paste(image, mask=image.getchannel("A"))
    return paper


def _lossy(image: Image.Image, encoding: Encoding, quality: int, *, tight: bool = True) -> bytes:
    output = io.BytesIO()
    if encoding == "jpeg":
        image.save(output, "JPEG", quality=quality, optimize=tight)
    else:
        image.save(output, "WEBP", quality=quality, method=WEBP_METHOD)
    return output.getvalue()


def _quality(image: Image.Image, encoding: Encoding, likeness: float) -> tuple[int, float]:
    """The least of :data:`QUALITIES` whose sample is as alike as asked, found by halving; the highest if none is."""
    original = sample(image)
    reference = Reference(original)

    def judged(quality: int) -> float:
        with Image.open(io.BytesIO(_lossy(original, encoding, quality, tight=False))) as again:
            return reference.likeness(again)

    reached: dict[int, float] = {}
    low, high = 0, len(QUALITIES) - 1
    while low < high:
        middle = (low + high) // 2
        reached[middle] = judged(QUALITIES[middle])
        low, high = (low, middle) if reached[middle] >= likeness else (middle + 1, high)
    return QUALITIES[low], reached[low] if low in reached else judged(QUALITIES[low])


def _within(image: Image.Image, encoding: Encoding, max_bytes: int, quality: int) -> tuple[bytes, int]:
    """The highest quality under the given one whose file is small enough; else that of :data:`LEAST_QUALITY`."""
    low, high = LEAST_QUALITY, quality - 1
    best = (b"", LEAST_QUALITY)
    while low <= high:
        middle = (low + high) // 2
        data = _lossy(image, encoding, middle)
        if len(data) <= max_bytes:
            best, low = (data, middle), middle + 1
        else:
            high = middle - 1
    return best if best[0] else (_lossy(image, encoding, LEAST_QUALITY), LEAST_QUALITY)


def _png(image: Image.Image, max_bytes: int) -> Encoded:
    output = io.BytesIO()
    image.save(output, "PNG", compress_level=6)
    if output.tell() <= max_bytes:
        return Encoded(output.getvalue(), None, None)
    few = image.quantize(PALETTE, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.FLOYDSTEINBERG)
    output = io.BytesIO()
    few.save(output, "PNG", compress_level=9)
    note = f"Colours were reduced to {PALETTE} to stay under {max_bytes / 10**6:.1f} MB."
    if output.tell() > max_bytes:
        note = f"The file is larger than the platform's {max_bytes / 10**6:.1f} MB; a JPEG would be smaller."
    return Encoded(output.getvalue(), None, None, (note,))
