"""One staged picture: the scene of a style around a cut-out, and what must be said about it."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image

from aura.providers.local.cutting import Cutout
from aura.providers.local.staging.scenes import SCENES
from aura.providers.local.staging.stage import Stage
from aura.providers.local.staging.tones import tones_of

STYLES: Final = tuple(SCENES)
LABEL: Final = "Composed locally"
VERSION: Final = "1"
LEAST_SIDE, MOST_SIDE = 200, 4096
ENLARGED: Final = 1.6


@dataclass(frozen=True, slots=True)
class Staged:
    """``picture`` is RGB of the very size that was asked for. ``label`` says what it is; it is data, never burnt in.

    ``confidence`` and ``reasons`` are the cut-out's; ``notes`` are sentences about this picture.
    """

    picture: Image.Image
    style: str
    seed: int
    label: str
    confidence: float
    reasons: tuple[str, ...]
    notes: tuple[str, ...] = ()


def staged(cutout: Cutout, style: str, size: tuple[int, int], seed: int) -> Staged:
    """Put a product into a style of ``STYLES`` at ``(width, height)``, 200 to 4096 pixels a side.

    The same cut-out, style, size and seed give the same pixels. Raises ``ValueError`` for a style or size that is none.
    """
    if style not in SCENES:
        raise ValueError(f"There is no style {style[:24]!r}. Choose one of {', '.join(STYLES)}.")
    if not (min(size) >= LEAST_SIDE and max(size) <= MOST_SIDE):
        raise ValueError(f"A picture has {LEAST_SIDE} to {MOST_SIDE} pixels a side.")
    product = cutout.cropped
    tones = tones_of(product, np.random.default_rng([seed, 0]))
    rng = np.random.default_rng([seed, STYLES.index(style) + 1])
    picture = SCENES[style](Stage(product, size, tones, rng))
    notes = []
    if max(product.size) * ENLARGED < 0.6 * max(size):
        notes.append("The product is small in its picture and had to be enlarged: it may look soft.")
    verdict = cutout.judgement
    return Staged(picture, style, seed, LABEL, verdict.confidence, verdict.reasons, tuple(notes))
