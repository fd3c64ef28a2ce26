"""Pixels into a file: as small as a person does not see, and no larger than the platform takes."""

import io
from dataclasses import dataclass
from typing import Final

from PIL import Image

from optimizer.engine.similarity import sample, ssim
from optimizer.engine.targets import Colour, Encoding

QUALITIES: Final = (60, 90)
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

    reaches ``likeness`` (60 to 90). Where the file is larger than ``max_bytes`` the quality falls to 30 at most, a PNG
    gets a palette of 256 colours, and a note says so. JPEG needs RGB: see :func:`flatten`.
    """
    if encoding == "png":
        return _png(image, max_bytes)
    similarity = None
    if quality is None:
        quality, similarity = _quality(image, encoding, likeness)
    data = _lossy(image, encoding, quality)
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


def _lossy(image: Image.Image, encoding: Encoding, quality: int) -> bytes:
    output = io.BytesIO()
    if encoding == "jpeg":
        image.save(output, "JPEG", quality=quality, optimize=True)
    else:
        image.save(output, "WEBP", quality=quality, method=WEBP_METHOD)
    return output.getvalue()


def _quality(image: Image.Image, encoding: Encoding, likeness: float) -> tuple[int, float]:
    """The least quality whose sample is as alike as asked, to 2 steps: about five encodes of a quarter megapixel."""
    original = sample(image)

    def judged(quality: int) -> float:
        with Image.open(io.BytesIO(_lossy(original, encoding, quality))) as again:
            return ssim(original, again)

    low, high = QUALITIES
    reached = judged(low)
    if reached >= likeness:
        return low, reached
    best = (high, judged(high))
    while high - low > 2:
        middle = (low + high) // 2
        reached = judged(middle)
        if reached >= likeness:
            high, best = middle, (middle, reached)
        else:
            low = middle
    return best


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
