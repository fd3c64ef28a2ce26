"""Sky, leaves and water by their colours and places; nothing is said where it is doubtful."""

import numpy as np
from numpy.typing import NDArray

from aura.providers.local.scenes.model import Nature

Floats = NDArray[np.float64]


def nature(lab: Floats) -> Nature:
    """Shares of ``[H, W, 3]`` CIELAB pixels that are sky (blue, even, at the top), leaves and water (under a sky)."""
    lightness, chroma = lab[..., 0], np.hypot(lab[..., 1], lab[..., 2])
    hue = np.degrees(np.arctan2(lab[..., 2], lab[..., 1])) % 360
    rows = lab.shape[0]
    bluish = (hue > 215) & (hue < 290) & (chroma > 7) & (chroma < 60) & (lightness > 45)
    sky = _from_top(bluish)
    top = bluish[: rows // 3]
    even = float(np.abs(np.diff(lightness[: rows // 3], axis=1)).mean()) < 3.5
    falls = float(lightness[: rows // 8].mean()) <= float(lightness[: rows // 2].mean()) + 12
    is_sky = even and falls and float(top.mean()) > 0.55
    leaves = (hue > 98) & (hue < 155) & (chroma > 14) & (lightness > 12) & (lightness < 85)
    grain = np.abs(np.diff(lightness, axis=1, append=lightness[:, -1:]))
    is_green = bool(leaves.any()) and float(leaves.mean()) > 0.18 and float(grain[leaves].mean()) > 1.2
    return Nature(
        sky=round(float(sky.mean()), 3) if is_sky else 0.0,
        greenery=round(float(leaves.mean()), 3) if is_green else 0.0,
        water=_water(lab, hue, chroma, sky) if is_sky else 0.0,
    )


def _from_top(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The part of ``mask`` that reaches down from the upper edge without a gap."""
    return np.asarray(np.logical_and.accumulate(mask, axis=0))


def _water(lab: Floats, hue: Floats, chroma: Floats, sky: NDArray[np.bool_]) -> float:
    """Blue to green under a blue sky, with more change from row to row than from column to column, as waves have."""
    wet = (hue > 175) & (hue < 285) & (chroma > 8) & ~sky
    lower = wet.copy()
    lower[: lab.shape[0] // 3] = False
    share = float(lower.mean())
    if share < 0.15:
        return 0.0
    lightness = lab[..., 0]
    inside = lower[1:, 1:]
    down = np.abs(np.diff(lightness, axis=0))[:, 1:][inside]
    across = np.abs(np.diff(lightness, axis=1))[1:, :][inside]
    ripples = down.size > 0 and 0.3 < float(down.mean()) < 9 and float(down.mean()) > 1.15 * float(across.mean())
    return round(share, 3) if ripples else 0.0
