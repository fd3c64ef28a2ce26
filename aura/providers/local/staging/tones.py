"""Colours for a scene, from the product's own: what stands beside it should look chosen for it."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image

from aura.providers.local.composer.colours import Colour, lab, polar

COLOURED: Final = 0.035
"""Chroma (OKLCh) from which a pixel counts as coloured."""
KIND: Final = (62.0, 28.0, 230.0, 150.0, 300.0)
"""Hues that suit a product without any: sand, clay, sky, sage, lilac."""


@dataclass(frozen=True, slots=True)
class Tones:
    """``hue`` in degrees of OKLCh and how coloured the product is; ``lightness`` is its middle one (0 to 1)."""

    hue: float
    chroma: float
    lightness: float

    def near(self, lightness: float, chroma: float, turn: float = 0) -> Colour:
        """A colour of the product's hue, turned by some degrees."""
        return polar(lightness, chroma, self.hue + turn)

    def against(self, lightness: float, chroma: float, turn: float = 0) -> Colour:
        """A colour from the other side of the wheel: greens for reds, warm for blue."""
        return polar(lightness, chroma, self.hue + 180 + turn)


def tones_of(product: Image.Image, rng: np.random.Generator) -> Tones:
    """The tones of a product (RGBA): the hue that weighs most among its coloured pixels."""
    small = product.convert("RGBA").resize((72, 72), Image.Resampling.BOX)
    pixels = np.asarray(small).reshape(-1, 4)
    colours = lab(pixels[pixels[:, 3] > 180][:, :3])
    kind = float(rng.choice(KIND))
    if not len(colours):
        return Tones(kind, 0.0, 0.6)
    chroma = np.hypot(colours[:, 1], colours[:, 2])
    lightness = float(np.median(colours[:, 0]))
    coloured = chroma > COLOURED
    if float(coloured.mean()) < 0.12:
        return Tones(kind, 0.0, lightness)
    angles = np.degrees(np.arctan2(colours[coloured, 2], colours[coloured, 1])) % 360
    counts = np.bincount((angles // 10).astype(np.int64), chroma[coloured], 36)
    round_ = np.convolve(np.concatenate([counts[-2:], counts, counts[:2]]), [1, 2, 3, 2, 1], "valid")
    return Tones(float(round_.argmax()) * 10 + 5, float(np.median(chroma[coloured])), lightness)
