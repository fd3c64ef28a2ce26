"""Pictures from strangers, decoded under limits and written anew: what comes out is plain pixels without metadata."""

import hashlib
import io
import warnings
from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import ExifTags, Image, ImageCms, UnidentifiedImageError

from aura.providers.ballast import without_ballast

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
MAX_PIXELS = 40_000_000
MAX_SIDE = 12_000
MIN_SIDE = 16
QUALITY = 90
LARGE_SIDE, ENOUGH = 1024, 0.94
SMALL_SIDE = 480
SMALL_QUALITY = 82
PICTURE_BYTES = 50 * 2**20
PICTURE_SIDE = 2048
Keep = Literal["jpeg", "png", "webp"]
MEDIA_TYPES: dict[Keep, str] = {"jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp"}
WHITE = (255, 255, 255)
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
# EXIF 2.3, tag 0x0112: what undoes each orientation.
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
BROKEN = (OSError, SyntaxError, ValueError, EOFError, OverflowError, IndexError, KeyError, TypeError, UserWarning)

# Pillow only warns between one and two times its own limit. catch_warnings() is not safe in threads, a filter is.
warnings.simplefilter("error", Image.DecompressionBombWarning)


class ImageRefused(Exception):
    """The bytes are not a picture that Aura takes.

    ``code`` is ``empty``, ``too_large`` (bytes), ``not_an_image``, ``too_many_pixels``, ``too_small`` or ``broken``.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class CleanImage:
    """A picture that is safe to keep and to show. ``sha256`` names the content of ``data``."""

    data: bytes
    media_type: str
    width: int
    height: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A picture made safe with all its use in sight, and a small JPEG of it. ``sha256`` names the content of ``data``.

    Sides are in pixels.
    """

    data: bytes
    media_type: str
    width: int
    height: int
    sha256: str
    thumbnail: CleanImage


def sanitise(data: bytes, *, max_bytes: int, side: int = 640) -> CleanImage:
    """Decode a JPEG, PNG, WebP or GIF and encode it anew as a JPEG in sRGB, no longer than ``side`` pixels a side.

    Only the first frame is kept, turned the way its EXIF data says, transparency on white; no metadata survives.
    The same bytes always give the same answer. Raises :class:`ImageRefused`.
    """
    return _jpeg(_decode(data, max_bytes, side), QUALITY)


def clean(data: bytes, *, max_bytes: int = PICTURE_BYTES, side: int = PICTURE_SIDE, keep: Keep = "jpeg") -> Cleaned:
    """As :func:`sanitise`, for pictures that are worked with: larger, with a small JPEG (≤ 480 pixels a side) beside.

    ``keep`` is what it is encoded as; PNG and WebP (lossless) keep transparency. Raises :class:`ImageRefused`.
    """
    picture = _decode(data, max_bytes, side, opaque=keep == "jpeg")
    small = small_of(picture)
    if keep == "jpeg":
        whole = _jpeg(picture, QUALITY)
        return Cleaned(whole.data, whole.media_type, whole.width, whole.height, whole.sha256, small)
    output = io.BytesIO()
    options = {"lossless": True, "method": 2} if keep == "webp" else {"compress_level": 4}
    picture.save(output, keep.upper(), **options)
    encoded = output.getvalue()
    digest = hashlib.sha256(encoded).hexdigest()
    return Cleaned(encoded, MEDIA_TYPES[keep], picture.width, picture.height, digest, small)


def small_of(picture: Image.Image) -> CleanImage:
    """A JPEG of at most 480 pixels a side, transparency on white."""
    small = picture.copy()
    small.thumbnail((SMALL_SIDE, SMALL_SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return _jpeg(_bare(plain_mode(small)), SMALL_QUALITY)


def _jpeg(picture: Image.Image, quality: int) -> CleanImage:
    output = io.BytesIO()
    picture.save(output, "JPEG", quality=quality, optimize=False, progressive=False)
    encoded = output.getvalue()
    return CleanImage(encoded, "image/jpeg", picture.width, picture.height, hashlib.sha256(encoded).hexdigest())


def _decode(data: bytes, max_bytes: int, side: int, *, opaque: bool = True) -> Image.Image:
    if not data:
        raise ImageRefused("empty", "The picture is empty.")
    if len(data) > max_bytes:
        raise ImageRefused("too_large", f"The picture is larger than {max_bytes} bytes.")
    try:
        with Image.open(io.BytesIO(without_ballast(data)), formats=FORMATS) as source:
            _check_size(source.width, source.height)
            orientation = orientation_of(source)
            source.draft(None, _drafted(source.size, side))
            source.load()
            profile = source.info.get("icc_profile")
            frame: Image.Image = plain_mode(source, opaque=opaque)
            # In place and before it is copied: two of the largest pictures would not fit into a worker's memory.
            frame.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=2.0)
            frame = frame.copy()
    except UnidentifiedImageError:
        raise ImageRefused("not_an_image", "The file is not a JPEG, PNG, WebP or GIF picture.") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ImageRefused("too_many_pixels", "The picture has too many pixels.") from None
    except BROKEN:
        raise ImageRefused("broken", "The picture cannot be read to its end.") from None
    return _turned(to_srgb(frame, profile), orientation)


def _drafted(size: tuple[int, int], side: int) -> tuple[int, int]:
    """What a JPEG is asked to decode to at least: it can at 1/2, 1/4 or 1/8, which is less work and memory.

    Twice the side leaves enough pixels for a clean reduction. A large picture whose half is as good as the side (6 %
    less) is taken at its half: 12 million pixels in full are all that a worker's memory has room for.
    """
    half = (-(-size[0] // 2), -(-size[1] // 2))
    nearly = side > LARGE_SIDE and side * ENOUGH <= max(half) <= side * 2
    return half if nearly else (side * 2, side * 2)


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise ImageRefused("too_many_pixels", f"The picture has {width} x {height} pixels, too many to read.")
    if min(width, height) < MIN_SIDE:
        raise ImageRefused("too_small", f"The picture has {width} x {height} pixels, too few to show anything.")


def orientation_of(source: Image.Image) -> int:
    """The EXIF orientation, 1 to 8; 1 where there is none or it cannot be read."""
    try:
        return int(source.getexif().get(ExifTags.Base.Orientation, 1))
    except (*BROKEN, AttributeError):
        return 1


def plain_mode(source: Image.Image, *, opaque: bool = True) -> Image.Image:
    """It, or a copy, as L, RGB or CMYK: no palette, no 16 bits, transparency laid on white; RGBA where it may stay."""
    if source.mode == "I;16":
        return Image.fromarray((np.asarray(source, dtype=np.uint16) >> 8).astype(np.uint8))
    if source.mode.startswith("I"):
        return Image.fromarray((np.asarray(source).astype(np.int64) >> 8).clip(0, 255).astype(np.uint8))
    if source.has_transparency_data:
        coloured = source.convert("RGBA")
        if not opaque:
            return coloured
        paper = Image.new("RGB", coloured.size, WHITE)
        paper.paste(coloured, mask=coloured.getchannel("A"))
        return paper
    return source if source.mode in {"L", "RGB", "CMYK"} else source.convert("RGB")


def to_srgb(frame: Image.Image, profile: bytes | None) -> Image.Image:
    """RGB or RGBA in sRGB. A profile that cannot be used is passed over, as browsers do."""
    mode = "RGBA" if frame.mode == "RGBA" else "RGB"
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(frame, source, SRGB, outputMode=mode)
        except (ImageCms.PyCMSError, *BROKEN):
            return frame.convert(mode)
        if converted is not None:
            return converted
    return frame.convert(mode)


def _turned(frame: Image.Image, orientation: int) -> Image.Image:
    """The picture the right way up as bare pixels: what ``Image.info`` carries would be written into the JPEG."""
    return _bare(frame.transpose(TURNS[orientation]) if orientation in TURNS else frame)


def _bare(frame: Image.Image) -> Image.Image:
    bare = Image.new("RGBA" if frame.mode == "RGBA" else "RGB", frame.size)
    bare.paste(frame)
    return bare
