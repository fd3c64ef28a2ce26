"""From a soft mask to a clean edge: alpha that follows the picture's own edges, and colours without the old ground."""

from typing import Final

import numpy as np
from PIL import Image

from aura.providers.local.cutting.planes import Floats, blurred, boxed, sized

GUIDE_SIDE: Final = 540
SOFT: Final = 6e-5
STEPS: Final = 1 / 255


def matte(picture: Image.Image, mask: Floats) -> Floats:
    """Alpha from 0 to 1 at the picture's size from a smaller mask: a guided filter (He, Sun, Tang 2010), in its fast
    form: its coefficients are found small and applied large."""
    size = picture.size
    scale = min(1.0, GUIDE_SIDE / max(size))
    small = (max(8, round(size[0] * scale)), max(8, round(size[1] * scale)))
    guide = np.asarray(picture.resize(small, Image.Resampling.BOX), np.float32) / 255
    # A mask that wavers would give a haze; the picture's own edges decide what is translucent.
    wanted: Floats = np.clip((sized(mask, small) - 0.5) * 4 + 0.5, 0, 1).astype(np.float32)
    slopes, rest = _guided(guide.astype(np.float32), wanted, max(2, round(max(small) / 110)))
    found = sized(rest, size)
    pixels = np.asarray(picture)
    for band in range(3):
        found += sized(slopes[..., band], size) * (pixels[..., band] * np.float32(STEPS))
    # Where the mask is sure nothing is translucent: a filter follows patterns inside of the product too.
    near = sized(_band(wanted), size)
    coarse = sized(wanted, size)
    found = np.clip((found - 0.12) / 0.76, 0, 1) * near + np.clip((coarse - 0.25) / 0.5, 0, 1) * (1 - near)
    return np.where(found < 0.02, 0, np.where(found > 0.98, 1, found)).astype(np.float32)


def _band(mask: Floats) -> Floats:
    """1 near the edge of a mask, 0 away from it."""
    reach = max(2, max(mask.shape) // 90)
    solid = (mask > 0.5).astype(np.float32)
    near = blurred(solid, reach)
    found: Floats = np.clip(np.minimum(near, 1 - near) * 14, 0, 1).astype(np.float32)
    return found


def _guided(guide: Floats, wanted: Floats, reach: int) -> tuple[Floats, Floats]:
    """Slopes (h × w × 3) and rests (h × w) of the local lines ``alpha = slope · colour + rest``."""
    mean = np.stack([boxed(guide[..., one], reach) for one in range(3)], axis=-1)
    level = boxed(wanted, reach)
    shared = np.stack([boxed(guide[..., one] * wanted, reach) for one in range(3)], axis=-1) - mean * level[..., None]
    spread: dict[tuple[int, int], Floats] = {}
    for one in range(3):
        for other in range(one, 3):
            both = boxed(guide[..., one] * guide[..., other], reach) - mean[..., one] * mean[..., other]
            spread[one, other] = spread[other, one] = both + np.float32(SOFT if one == other else 0)
    slopes = _solved(spread, shared)
    rest = level - (slopes * mean).sum(axis=2)
    return np.stack([boxed(slopes[..., one], reach) for one in range(3)], axis=-1), boxed(rest, reach)


def _solved(spread: dict[tuple[int, int], Floats], shared: Floats) -> Floats:
    """``inverse(spread) · shared`` for each pixel, by cofactors."""
    a, b, c = spread[0, 0], spread[0, 1], spread[0, 2]
    d, e, f = spread[1, 1], spread[1, 2], spread[2, 2]
    first, second, third = d * f - e * e, c * e - b * f, b * e - c * d
    whole = a * first + b * second + c * third + np.float32(1e-15)
    x, y, z = shared[..., 0], shared[..., 1], shared[..., 2]
    return np.stack(
        [
            (first * x + second * y + third * z) / whole,
            (second * x + (a * f - c * c) * y + (b * c - a * e) * z) / whole,
            (third * x + (b * c - a * e) * y + (a * d - b * b) * z) / whole,
        ],
        axis=-1,
    )


def cleaned(picture: Image.Image, alpha: Floats) -> Image.Image:
    """The product alone as RGBA: in the edge the old ground's share of each colour is taken out.

    A pixel is ``alpha · product + (1 − alpha) · ground``; the ground is known from around, so the product follows.
    Where alpha is small that would only raise noise, and the product's colour next to it is taken.
    """
    size = picture.size
    scale = min(1.0, GUIDE_SIDE / max(size))
    small = (max(8, round(size[0] * scale)), max(8, round(size[1] * scale)))
    pixels = np.asarray(picture, np.float32)
    colours = np.asarray(picture.resize(small, Image.Resampling.BOX), np.float32)
    share = sized(alpha, small)
    reach = max(2, max(small) // 100)
    ground = _around(colours, np.maximum(1 - share * 1.02, 0) ** 4, reach)
    body = _around(colours, np.maximum(share - 0.02, 0) ** 4, reach)
    rows, columns = np.nonzero((alpha > 0) & (alpha < 1))
    own = alpha[rows, columns][:, None]
    behind, beside = sized(ground, size)[rows, columns], sized(body, size)[rows, columns]
    solved = (pixels[rows, columns] - (1 - own) * behind) / np.maximum(own, 0.05)
    sure = np.clip((own - 0.25) / 0.6, 0, 1)
    edge = np.clip(solved, beside - 60, beside + 60) * sure + beside * (1 - sure)
    found = np.asarray(picture).copy()
    found[rows, columns] = np.clip(edge + 0.5, 0, 255).astype(np.uint8)
    found[alpha <= 0] = 0
    return Image.fromarray(np.dstack([found, (alpha * 255 + 0.5).astype(np.uint8)]))


def _around(colours: Floats, weights: Floats, reach: int) -> Floats:
    """The weighted mean colour near each pixel, from further away where there is nothing near."""
    found = np.zeros_like(colours)
    have = np.zeros(weights.shape, np.float32)
    for far in (reach, reach * 4):
        total = boxed(boxed(weights, far), far)
        mean = np.stack([boxed(boxed(colours[..., one] * weights, far), far) for one in range(3)], axis=-1)
        usable = np.clip(total * 50, 0, 1) * (1 - have)
        found += (mean / np.maximum(total, 1e-6)[..., None]) * usable[..., None]
        have += usable
    return (found + colours * (1 - have)[..., None]).astype(np.float32)
