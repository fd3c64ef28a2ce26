"""What lies behind a product, learned from the frame of its picture: a slope of light, or a few clouds of colour."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from aura.providers.local.cutting.mixtures import Mixture, mixture
from aura.providers.local.cutting.planes import Flags, Floats, blurred, labelled, rim
from aura.providers.local.cutting.walker import STRENGTH, Weights, walked

RIM: Final = 0.045
CLOUDS: Final = 5
SHADOW: Final = 0.42
"""How much darker (in OKLab's lightness) a plain ground may be under a product: its shadow, not the product."""
OPENNESS: Final = 4e-4
TINT: Final = 0.006
STEEP, COARSE_SIDE = 0.10, 128
SMOOTH: Final = 0.6
"""A slope must explain this part of the frame's variance, else the frame is textured and stays as it is."""


@dataclass(frozen=True, slots=True)
class Backdrop:
    """The ground of one picture. ``flat`` is the picture (OKLab) less the ground's slope; ``far`` says for each pixel
    how unlikely it is as ground, 0 for the most usual; ``noise`` is the spread of the frame around its model."""

    flat: Floats
    far: Floats
    model: Mixture
    noise: float


def backdrop(colours: Floats, rng: np.random.Generator) -> Backdrop:
    """The ground of a picture in OKLab (h × w × 3)."""
    frame = rim(colours.shape[:2], RIM)
    flat = colours - _slope(colours, frame)
    samples = flat[frame]
    model = mixture(samples, CLOUDS, rng)
    unlikely = model.unlikely(flat.reshape(-1, 3)).reshape(frame.shape)
    usual = np.float32(np.median(unlikely[frame]))
    noise = float(np.sqrt(np.median(((samples - np.median(samples, axis=0)) ** 2).sum(axis=1))))
    return Backdrop(flat, np.maximum(unlikely - usual, 0).astype(np.float32), model, noise)


def _slope(colours: Floats, frame: Flags) -> Floats:
    """A quadratic surface through the frame, fitted three times so that what stands out weighs little."""
    height, width = frame.shape
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    terms = np.stack([np.ones_like(x), x, y, x * y, x * x, y * y], axis=-1)
    known, wanted = terms[frame], colours[frame]
    weights = np.ones(len(known), np.float32)
    held = np.diag([1e-6, 1e-4, 1e-4, 2e-2, 5e-2, 5e-2]) * len(known)
    found = np.zeros((6, 3))
    for _ in range(4):
        own = known * weights[:, None]
        found = np.linalg.solve(own.T @ known + held, own.T @ wanted)
        away = np.sqrt(((wanted - known @ found) ** 2).sum(axis=1))
        weights = (1 / (1 + (away / (1.5 * np.median(away) + 1e-4)) ** 2)).astype(np.float32)
    middle = (wanted * weights[:, None]).sum(axis=0) / weights.sum()
    plain = float((weights * ((wanted - middle) ** 2).sum(axis=1)).sum())
    left = float((weights * ((wanted - known @ found) ** 2).sum(axis=1)).sum())
    if plain <= 1e-9 or left > (1 - SMOOTH) * plain:
        return np.zeros_like(colours)
    slope: Floats = (terms @ found - middle).astype(np.float32)
    return slope


def shaded(colours: Floats, ground: Backdrop, shut: Floats) -> Floats:
    """From 0 to 1: how much each pixel looks like ground in shadow: the ground's colour times a share of the light, no
    edges of its own, and no edge between it and the open ground (``shut``, of :func:`closed`)."""
    shape = colours.shape[:2]
    found = np.zeros(shape, np.float32)
    for drop, likeness in _darkened(ground):
        darker = np.clip(drop / 0.02, 0, 1) * np.clip((SHADOW - drop) / 0.12, 0, 1)
        found = np.maximum(found, darker * likeness)
    slopes = np.zeros(shape, np.float32)
    slopes[1:] += np.abs(np.diff(colours[..., 0], axis=0))
    slopes[:, 1:] += np.abs(np.diff(colours[..., 0], axis=1))
    steep = STEEP * COARSE_SIDE / max(shape) + ground.noise
    calm = np.exp(-((blurred(slopes, 1) / steep) ** 2))
    shade: Floats = (found * calm * (1 - 0.4 * shut)).astype(np.float32)
    return shade


def _darkened(ground: Backdrop) -> Iterator[tuple[Floats, Floats]]:
    """For each cloud of the ground: how much darker each pixel is, and from 0 to 1 whether only the light differs."""
    for middle, inverse in zip(ground.model.middles, ground.model.inverses, strict=True):
        spread = float(np.sqrt(np.trace(np.linalg.inv(inverse)) / 3))
        # Light times a factor is, in OKLab, all three numbers times its cube root.
        share = ground.flat[..., 0] / max(0.05, float(middle[0]))
        tint = np.sqrt(((ground.flat[..., 1:] - share[..., None] * middle[1:]) ** 2).sum(axis=2))
        likeness = np.exp(-((tint / (TINT + 0.5 * spread)) ** 2)) * (share < 1 + 0.02 + 2 * spread)
        yield (1 - share) * middle[0], likeness.astype(np.float32)


def showing(ground: Backdrop) -> Floats:
    """From 0 to 1: whether a pixel may be the ground, lit or in shadow, by its colour alone."""
    likeness: Floats = np.max([one for _, one in _darkened(ground)], axis=0)
    return likeness


def closed(weights: Weights, ground: Backdrop) -> Floats:
    """From 0, where a way without edges leads to the frame, to 1, where every way crosses a strong edge."""
    shape = ground.far.shape
    open_ = rim(shape, 0.012) & (ground.far < 6)
    trust = np.where(open_, np.float32(20), np.float32(OPENNESS * STRENGTH)).astype(np.float32)
    wanted = np.where(open_, np.float32(0), np.float32(1))
    return walked(weights, wanted, trust, wanted * np.float32(0.5), rounds=160)


def outset(ground: Backdrop) -> Floats:
    """A first guess of the product from 0 to 1: unlike the frame, in one piece, towards the middle."""
    height, width = ground.far.shape
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    central = np.exp(-((x * x + y * y) / 0.9))
    standing = blurred(np.minimum(ground.far, 30), max(1, min(height, width) // 60)) * (0.35 + 0.65 * central)
    level = _divided(standing)
    parts, sizes = labelled(standing > level)
    if len(sizes) < 2:
        alone: Floats = central.astype(np.float32)
        return alone
    weight = np.bincount(parts.ravel(), (standing * central).ravel().astype(np.float64), len(sizes))
    weight[0] = 0
    kept = weight >= 0.25 * weight.max()
    kept[0] = False
    guess: Floats = np.where(kept[parts], 0.95, np.where(standing > level, 0.45, 0.05)).astype(np.float32)
    return guess


def _divided(plane: Floats) -> float:
    """Otsu's level (1979): the one that divides the values best into two groups."""
    counts, edges = np.histogram(plane, 96)
    middles = (edges[1:] + edges[:-1]) / 2
    below = np.cumsum(counts)
    above = below[-1] - below
    sums = np.cumsum(counts * middles)
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = below * above * (sums / below - (sums[-1] - sums) / above) ** 2
    return float(middles[int(np.nan_to_num(apart).argmax())])
