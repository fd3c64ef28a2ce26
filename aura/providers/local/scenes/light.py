"""Brightness, contrast, warmth and the time of day of a picture's light."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from aura.providers.local.scenes.model import Light

Floats = NDArray[np.float64]
GOLDEN_HUES: Final = (25.0, 88.0)
"""Degrees of hue in CIELAB, from orange-pink to yellow."""


def light(lab: Floats) -> Light:
    """The light of ``[H, W, 3]`` CIELAB pixels; units are those of :class:`Light`."""
    lightness, chroma = lab[..., 0], np.hypot(lab[..., 1], lab[..., 2])
    brightness, contrast = float(lightness.mean()), float(lightness.std())
    bright, dark = float((lightness > 72).mean()), float((lightness < 28).mean())
    key = "high" if bright > 0.6 and dark < 0.05 else "low" if dark > 0.55 and bright < 0.2 else "middle"
    hue = np.degrees(np.arctan2(lab[..., 2], lab[..., 1]))
    glowing = (hue > GOLDEN_HUES[0]) & (hue < GOLDEN_HUES[1]) & (chroma > 24) & (lightness > 45)
    lamps = float((lightness > 80).mean())
    return Light(
        brightness=round(brightness, 1),
        contrast=round(contrast, 1),
        warmth=round(float(lab[..., 2].mean() + lab[..., 1].mean() / 4), 1),
        saturation=round(float(chroma.mean()), 1),
        key=key,
        golden=round(float(glowing.mean()), 3),
        night=bool(brightness < 26 and dark > 0.6 and 0.002 < lamps < 0.15),
        backlit=_is_backlit(lightness),
    )


def _is_backlit(lightness: Floats) -> bool:
    """A dark middle before a bright surrounding."""
    height, width = lightness.shape
    middle = lightness[height // 3 : -(height // 3) or None, width // 3 : -(width // 3) or None]
    ring = np.concatenate([lightness[: height // 6].ravel(), lightness[:, : width // 6].ravel()])
    return bool(middle.size and middle.mean() < 32 and ring.mean() > middle.mean() + 35)
