"""Any picture a person may hand in, decoded once under limits: upright, in sRGB, no larger than the work needs."""

import io
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from PIL import Image, ImageCms, UnidentifiedImageError

from aura.providers.ballast import without_ballast
from aura.providers.images import BROKEN, TURNS, orientation_of, plain_mode, to_srgb

MAX_BYTES: Final = 50 * 2**20
MIN_SIDE: Final = 300
MAX_SIDE: Final = 32_000
# 64 megapixels with alpha are 256 MB. A plain JPEG is decoded reduced, so the largest phone sensors fit.
MAX_PIXELS: Final = 64_000_000
MAX_PIXELS_REDUCED: Final = 120_000_000
# Up to this much enlargement is not seen, and lets a JPEG decode at half its size where it would just miss it.
FREE_UPSCALE: Final = 1.06
TAIL: Final = 65_536
FORMATS: Final = ("JPEG", "PNG", "BMP", "TIFF", "WEBP", "GIF", "AVIF")
NAMED: Final = "JPEG, PNG, BMP, TIFF, WebP, GIF or AVIF"
LANDSCAPE_TURNED: Final = frozenset({5, 6, 7, 8})
HEIC_BRANDS: Final = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")

INVALID: Final = "INVALID_IMAGE_FORMAT"
TOO_LARGE: Final = "IMAGE_TOO_LARGE"
TOO_SMALL: Final = "IMAGE_TOO_SMALL"

HEIC_READER: Final = find_spec("pi_heif") is not None
if HEIC_READER:
    import_module("pi_heif").register_heif_opener()
TAKEN: Final = f"HEIC, {NAMED}" if HEIC_READER else NAMED

Needed = Callable[[int, int], float]


class PictureRefused(Exception):
    """The bytes are not a picture to work with.

    ``code`` is ``INVALID_IMAGE_FORMAT`` (also: broken, cut short), ``IMAGE_TOO_LARGE`` (bytes or pixels) or
    ``IMAGE_TOO_SMALL``; ``message`` is for people.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture ready for work. ``image`` is upright RGB or RGBA in sRGB; ``scale`` its size over the original's.

    ``width`` and ``height`` are those of the upright original, in pixels; ``notes`` what was changed, in words.
    """

    image: Image.Image
    width: int
    height: int
    scale: float
    format: str
    notes: tuple[str, ...] = ()

    @property
    def transparent(self) -> bool:
        """Whether any pixel lets the background through."""
        return self.image.mode == "RGBA"


def open_image(
    source: bytes | Path,
    needed: Needed | None = None,
    *,
    max_bytes: int = MAX_BYTES,
    min_side: int = MIN_SIDE,
) -> Picture:
    """Decode a picture once; of many frames, the first. No metadata stays in it.

    ``needed`` says, for the upright width and height, which scale of the original the work needs (1 = all pixels);
    less is decoded where that is enough. Raises :class:`PictureRefused`, for what is too large or not a picture
    before anything is decoded.
    """
    with _opened(source, max_bytes) as (opened, data):
        return _decoded(opened, data, needed, min_side)


def check_image(source: bytes | Path, *, max_bytes: int = MAX_BYTES, min_side: int = MIN_SIDE) -> tuple[int, int]:
    """The upright width and height of a picture, by its head alone. Raises :class:`PictureRefused`, in milliseconds."""
    with _opened(source, max_bytes) as (opened, data):
        return _upright_size(opened, data, min_side)


@contextmanager
def _opened(source: bytes | Path, max_bytes: int) -> Iterator[tuple[Image.Image, bytes]]:
    size = source.stat().st_size if isinstance(source, Path) else len(source)
    if size > max_bytes:
        raise PictureRefused(TOO_LARGE, f"The picture has {size / 2**20:.1f} MB, at most {max_bytes // 2**20} MB work.")
    data = source.read_bytes() if isinstance(source, Path) else source
    try:
        data = without_ballast(data)
        with Image.open(io.BytesIO(data), formats=(*FORMATS, "HEIF") if HEIC_READER else FORMATS) as opened:
            yield opened, data
    except UnidentifiedImageError:
        raise PictureRefused(INVALID, _unknown(data)) from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PictureRefused(TOO_LARGE, f"The picture has more than {MAX_PIXELS // 10**6} megapixels.") from None
    except (*BROKEN, MemoryError):
        raise PictureRefused(INVALID, "The picture is damaged: it cannot be read to its end.") from None


def _unknown(data: bytes) -> str:
    if data[4:8] == b"ftyp" and data[8:12] in HEIC_BRANDS:
        return f"HEIC pictures cannot be read here. Save it as {NAMED}."
    return f"The file is not a {TAKEN} picture."


def _decoded(opened: Image.Image, data: bytes, needed: Needed | None, min_side: int) -> Picture:
    width, height = _upright_size(opened, data, min_side)
    orientation = _orientation(opened)
    scale = min(1.0, needed(width, height) / FREE_UPSCALE) if needed else 1.0
    profile = opened.info.get("icc_profile")
    profile = None if profile and _is_srgb(profile) else profile
    _draft(opened, scale)
    opened.load()
    notes = _changes(opened, profile)
    longest = max(opened.size)
    frame = _reduced(_plain(opened), scale * max(width, height) / longest)
    image = frame if profile is None and frame.mode in {"RGB", "RGBA"} else to_srgb(frame, profile)
    image = image.transpose(TURNS[orientation]) if orientation in TURNS else image
    image = _opaque_if_it_is(image)
    image.info = {}
    return Picture(image, width, height, image.width / width, _format_of(opened), tuple(notes))


def _format_of(opened: Image.Image) -> str:
    return "JPEG" if opened.format == "MPO" else str(opened.format)


def _orientation(opened: Image.Image) -> int:
    """How the pixels come out of the reader. Of a TIFF they come upright, and its size is the upright one."""
    return 1 if opened.format == "TIFF" else orientation_of(opened)


def _upright_size(opened: Image.Image, data: bytes, min_side: int) -> tuple[int, int]:
    format_ = _format_of(opened)
    width, height = opened.size[::-1] if _orientation(opened) in LANDSCAPE_TURNED else opened.size
    _check_sides(width, height, min_side, reducible=format_ == "JPEG" and not opened.info.get("progressive"))
    _check_whole(data, format_)
    return width, height


def _check_sides(width: int, height: int, min_side: int, *, reducible: bool) -> None:
    most = MAX_PIXELS_REDUCED if reducible else MAX_PIXELS
    if width * height > most or max(width, height) > MAX_SIDE:
        limit = f"{most // 10**6} megapixels and {MAX_SIDE:,} a side"
        raise PictureRefused(TOO_LARGE, f"The picture has {width:,} × {height:,} pixels, at most {limit} work.")
    if min(width, height) < min_side:
        raise PictureRefused(
            TOO_SMALL, f"The picture has {width} × {height} pixels, at least {min_side} × {min_side} are needed."
        )


def _check_whole(data: bytes, format_: str) -> None:
    """Refuse a file that was cut short before time is spent on what is left of it."""
    whole = {
        "PNG": lambda: b"IEND" in data[-TAIL:],
        "JPEG": lambda: data.rfind(b"\xff\xd9") > 0,
        "WEBP": lambda: int.from_bytes(data[4:8], "little") <= len(data) - 8,
    }
    if format_ in whole and not whole[format_]():
        raise PictureRefused(INVALID, "The picture is damaged: its end is missing.")


def _draft(opened: Image.Image, scale: float) -> None:
    """JPEG decodes at 1/2, 1/4 or 1/8: the least of these that still has the pixels needed."""
    shrink = min(8, 2 ** math.floor(math.log2(1 / scale) + 1e-9)) if scale > 0 else 8
    if shrink > 1:
        opened.draft(None, (opened.width // shrink, opened.height // shrink))


def _is_srgb(profile: bytes) -> bool:
    try:
        return ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(io.BytesIO(profile))).startswith("sRGB")
    except (ImageCms.PyCMSError, *BROKEN):
        return False


def _plain(opened: Image.Image) -> Image.Image:
    ready = opened.mode == "RGBA" or (opened.mode in {"L", "RGB", "CMYK"} and not opened.has_transparency_data)
    return opened if ready else plain_mode(opened, opaque=False)


def _reduced(frame: Image.Image, scale: float) -> Image.Image:
    factor = math.floor(1 / scale + 1e-9) if scale > 0 else 1
    return frame.reduce(factor) if factor > 1 else frame


def _changes(opened: Image.Image, profile: bytes | None) -> list[str]:
    found = []
    if opened.format == "WEBP" and getattr(opened, "is_animated", False):
        found.append("Only the first frame is used.")
    if opened.mode == "CMYK":
        found.append("Colours were converted from print (CMYK) to sRGB.")
    elif profile:
        found.append("Colours were converted to sRGB.")
    if opened.mode.startswith("I"):
        found.append("16 bits a channel became 8.")
    return found


def _opaque_if_it_is(image: Image.Image) -> Image.Image:
    """RGB where no pixel is transparent after all: a quarter less to carry."""
    if image.mode == "RGBA" and image.getchannel("A").getextrema() == (255, 255):
        return image.convert("RGB")
    return image
