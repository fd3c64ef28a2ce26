"""Sizes as people write them, and the shapes that models can make."""

import re

from aura.providers.image_ports import ASPECTS

NEAR = 0.03
"""How far a size may be from a shape, as a part of it: 1080 x 566 is 1.91:1 to anybody."""
SIZE = re.compile(r"\s*(\d{2,5})\s*[x×*]\s*(\d{2,5})\s*", re.IGNORECASE)


class SizeRefused(ValueError):
    """A size that no model makes; the message is for people."""


def ratio_of(aspect: str) -> float:
    """Width by height of a shape such as ``4:5``."""
    width, height = aspect.split(":")
    return float(width) / float(height)


def aspect_of(size: str) -> str:
    """The shape of a size such as ``1080x1350``. Raises :class:`SizeRefused`.

    >>> aspect_of("1080x1350")
    '4:5'
    """
    found = SIZE.fullmatch(size)
    if not found:
        raise SizeRefused("A size is width x height in pixels, such as 1080x1350.")
    ratio = int(found[1]) / max(1, int(found[2]))
    nearest = min(ASPECTS, key=lambda one: abs(ratio_of(one) / ratio - 1) if ratio else 9.0)
    if not ratio or abs(ratio_of(nearest) / ratio - 1) > NEAR:
        raise SizeRefused(f"{size.strip()} is not a shape that can be made. Choose one of {', '.join(ASPECTS)}.")
    return nearest
