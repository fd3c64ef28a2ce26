"""Forms of pictures in pixels. Pure."""

import io
from typing import Final

from PIL import Image

PIXELS: Final = 1_048_576
STEP: Final = 32
SLACK: Final = 0.02
QUALITY: Final = 95


def ratio_of(aspect: str) -> float:
    """Width over height of a form such as ``4:5``."""
    wide, high = (float(part) for part in aspect.split(":"))
    return wide / high


def sides(aspect: str, step: int = STEP) -> tuple[int, int]:
    """Width and height of a form with about a million pixels, in steps that models take."""
    ratio = ratio_of(aspect)
    width, height = (PIXELS * ratio) ** 0.5, (PIXELS / ratio) ** 0.5
    return round(width / step) * step, round(height / step) * step


def cropped(data: bytes, aspect: str) -> tuple[bytes, str]:
    """The middle of a picture in the form that was ordered, and its media type ("" where it is no picture)."""
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP")) as picture:
            kind = picture.format or "PNG"
            width, height = picture.size
            wanted = ratio_of(aspect)
            if abs(width / height / wanted - 1) <= SLACK:
                return data, f"image/{kind.lower()}"
            wide, high = min(width, round(height * wanted)), min(height, round(width / wanted))
            left, top = (width - wide) // 2, (height - high) // 2
            part = picture.crop((left, top, left + wide, top + high))
            target = io.BytesIO()
            part.save(target, kind, quality=QUALITY)
            return target.getvalue(), f"image/{kind.lower()}"
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return data, ""
