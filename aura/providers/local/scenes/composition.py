"""Where the eye goes in a picture, and how the rest is arranged around it."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from aura.providers.local.scenes.model import Composition, Face, Nature

Floats = NDArray[np.float64]
GRID: Final = 24
"""Blocks a side in which edges are counted."""
EVEN: Final = 1.6
"""Mean step of L* between neighbours under which a block counts as even."""
SQUARE: Final = 0.06


def composition(lab: Floats, faces: tuple[Face, ...], nature: Nature) -> Composition:
    """The composition of ``[H, W, 3]`` CIELAB pixels; ``faces`` and ``nature`` help to tell close from wide."""
    lightness = lab[..., 0]
    edges = _edges(lightness)
    blocks = _blocks(edges)
    salient = _salience(lab, blocks)
    x, y, spread = _middle(salient)
    horizon = _horizon(lightness)
    height, width = lightness.shape
    return Composition(
        orientation=_orientation(width, height),
        frame=_frame(faces, nature, horizon),
        x=round(x, 3),
        y=round(y, 3),
        spread=round(spread, 3),
        symmetry=round(_symmetry(lightness), 3),
        space=round(float((blocks < EVEN).mean()), 3),
        depth=round(_depth(blocks, salient), 2),
        horizon=horizon,
        texture=round(min(1.0, float(edges.mean()) / 20), 3),
        sharpness=round(min(1.0, float(np.percentile(edges, 95)) / 40), 3),
    )


def _edges(lightness: Floats) -> Floats:
    across = np.abs(np.diff(lightness, axis=1, append=lightness[:, -1:]))
    down = np.abs(np.diff(lightness, axis=0, append=lightness[-1:]))
    return across + down


def _blocks(values: Floats) -> Floats:
    """``values`` averaged into ``[GRID, GRID]`` blocks."""
    rows = np.linspace(0, values.shape[0], GRID + 1).astype(int)[:-1]
    columns = np.linspace(0, values.shape[1], GRID + 1).astype(int)[:-1]
    sums = np.add.reduceat(np.add.reduceat(values, rows, axis=0), columns, axis=1)
    ones = np.add.reduceat(np.add.reduceat(np.ones_like(values), rows, axis=0), columns, axis=1)
    return np.asarray(sums / ones)


def _salience(lab: Floats, edges: Floats) -> Floats:
    """How far each block stands out by colour (distance from the median, after Achanta et al. 2009) and by edges."""
    colours = np.stack([_blocks(lab[..., channel]) for channel in range(3)], axis=-1)
    away = np.sqrt(((colours - np.median(colours, axis=(0, 1))) ** 2).sum(axis=-1))
    found = away / (away.max() + 1e-6) + 0.6 * edges / (edges.max() + 1e-6)
    return np.asarray(np.where(found >= np.percentile(found, 80), found, 0.0))


def _middle(salient: Floats) -> tuple[float, float, float]:
    places = (np.arange(GRID) + 0.5) / GRID
    total = salient.sum() + 1e-9
    x, y = float((salient.sum(axis=0) * places).sum() / total), float((salient.sum(axis=1) * places).sum() / total)
    away = (places[None, :] - x) ** 2 + (places[:, None] - y) ** 2
    return x, y, float(np.sqrt((salient * away).sum() / total))


def _symmetry(lightness: Floats) -> float:
    """Correlation of the picture with its mirror image, 0 where it shows nothing that could be symmetric."""
    small = _blocks(lightness)
    columns = small - small.mean(axis=1, keepdims=True)
    if columns.std() < 4:
        return 0.0
    return float((columns * columns[:, ::-1]).sum() / ((columns**2).sum() + 1e-9))


def _depth(blocks: Floats, salient: Floats) -> float:
    """How many times sharper the standing-out third is than the rest of the picture."""
    subject, rest = blocks[salient > 0], blocks[salient == 0]
    if not subject.size or not rest.size or subject.mean() < 2 * EVEN:
        return 1.0
    return float(min(20.0, subject.mean() / max(0.25, np.median(rest))))


def _horizon(lightness: Floats) -> float | None:
    """The height of a step in lightness that nearly all columns share, None without one."""
    rows = lightness.shape[0]
    near = max(2, rows // 24)
    above = np.cumsum(lightness, axis=0)
    steps = (above[2 * near :] - 2 * above[near:-near] + above[: -2 * near]) / near
    strength = np.abs(steps.mean(axis=1))
    at = int(strength.argmax())
    signs = np.sign(steps[at])
    place = (at + near) / rows
    agreed = abs(float(signs.mean()))
    return round(place, 3) if strength[at] > 9 and agreed > 0.9 and 0.12 < place < 0.88 else None


def _orientation(width: int, height: int) -> str:
    if abs(width / height - 1) <= SQUARE:
        return "square"
    return "landscape" if width > height else "portrait"


def _frame(faces: tuple[Face, ...], nature: Nature, horizon: float | None) -> str:
    widest = max((face.width for face in faces), default=0.0)
    if widest >= 0.3:
        return "close"
    if widest < 0.12 and horizon is not None and nature.sky + nature.greenery + nature.water > 0.3:
        return "wide"
    return "middle"
