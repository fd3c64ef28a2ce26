"""Does a cut-out look wrong? A confidence from 0 to 1, and why, in words for people."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from aura.providers.local.cutting.planes import Flags, Floats, blurred, labelled

SURE: Final = 0.6
"""From here on a cut-out may be used without being looked at."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """``confidence`` from 0 to 1; ``reasons`` are sentences, the gravest first; the rest are the measures behind them.

    ``area`` is the product's share of the picture, ``touching`` the share of the frame it covers, ``ragged`` how much
    longer its edge is than that of the same mask made smooth, ``scattered`` the share of it that lay apart,
    ``unsure`` how many pixels wide the edge is (of 300 a side), ``apart`` the colour distance across its edge (OKLab).
    """

    confidence: float
    reasons: tuple[str, ...]
    area: float
    touching: float
    ragged: float
    scattered: float
    unsure: float
    apart: float

    @property
    def looks_right(self) -> bool:
        """Whether it may be used without being looked at."""
        return self.confidence >= SURE


def judged(mask: Floats, alpha: Floats, colours: Floats, scattered: float, noise: float) -> Judgement:
    """Judge a mask (0 to 1, h × w) and what became of it (``alpha``) over the picture in OKLab, all of one size.

    ``noise`` is the spread of the ground's colours.
    """
    solid = mask > 0.5
    area = float(solid.mean())
    touching = _touching(solid)
    ragged = _ragged(solid)
    soft = ((alpha > 0.1) & (alpha < 0.9)) | ((mask > 0.25) & (mask < 0.75))
    unsure = float(soft.sum()) / max(8.0, _length(solid))
    apart = _apart(solid, colours)
    marks = [
        (_falling(0.015, 0.05, area), "The product takes too little of the picture."),
        (_falling(0.90, 0.72, area), "Nearly the whole picture was taken for the product."),
        (_falling(0.30, 0.02, touching), "The product touches the edge of the picture."),
        (_falling(2.2, 1.25, ragged), "The edge is ragged."),
        (_falling(0.45, 0.06, scattered), "Several separate things stand out."),
        (_falling(8.0, 2.6, unsure), "Parts could be the product or the background."),
        (
            _falling(0.015 + 0.3 * noise, 0.05 + 0.9 * noise, apart),
            "The product has nearly the colours of its background.",
        ),
    ]
    # A picture in which nothing was found has no edge to speak of.
    marks = marks[:1] if area < 0.003 else marks
    bad = sorted((share, words) for share, words in marks if share < 0.85)
    confidence = float(np.prod([share for share, _ in marks]))
    return Judgement(
        round(confidence, 3), tuple(words for _, words in bad), area, touching, ragged, scattered, unsure, apart
    )


def _falling(worst: float, best: float, value: float) -> float:
    """1 from ``best`` on, 0.05 from ``worst`` on, straight between them."""
    share = (value - worst) / (best - worst)
    return 0.05 + 0.95 * min(1.0, max(0.0, share))


def _touching(solid: Flags) -> float:
    frame = np.concatenate([solid[0], solid[-1], solid[:, 0], solid[:, -1]])
    return float(frame.mean())


def _length(solid: Flags) -> float:
    """The length of an edge by the mean gradient, which does not care for its direction as a count of steps does."""
    soft = blurred(np.pad(solid, 4).astype(np.float32), 1)
    down, across = np.gradient(soft)
    return float(np.sqrt(down**2 + across**2).sum())


def _ragged(solid: Flags) -> float:
    reach = max(2, min(solid.shape) // 45)
    wide = np.pad(solid, 4 * reach).astype(np.float32)
    smooth = blurred(wide, reach) > 0.5
    return _length(solid) / max(1.0, _length(smooth))


def _apart(solid: Flags, colours: Floats) -> float:
    """The middle distance between the colours just inside and just outside of the edge."""
    reach = max(2, min(solid.shape) // 60)
    inside = solid.astype(np.float32)
    within, without = blurred(inside, reach), blurred(1 - inside, reach)
    edge = (within > 0.25) & (without > 0.25)
    if not edge.any():
        return 0.0
    own = np.stack([blurred(colours[..., one] * inside, reach) for one in range(3)], -1)[edge] / within[edge][:, None]
    other = np.stack([blurred(colours[..., one] * (1 - inside), reach) for one in range(3)], -1)[edge]
    away = np.sqrt(((own - other / without[edge][:, None]) ** 2).sum(axis=1))
    return float(np.percentile(away, 30))


def scatter(mask: Flags) -> tuple[Flags, float]:
    """The parts of a mask that belong to the product, and the share that lay apart and was left out."""
    parts, sizes = labelled(mask)
    if len(sizes) < 2:
        return mask, 0.0
    height, width = mask.shape
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    near = np.bincount(parts.ravel(), np.exp(-(x * x + y * y) / 0.8).ravel(), len(sizes))
    near[0] = 0
    kept = (near >= 0.18 * near.max()) & (sizes >= 12)
    kept[0] = False
    alone = sizes[1:].sum() - sizes[1:].max()
    return kept[parts], float(alone / sizes[1:].sum())
