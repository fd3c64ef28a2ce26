"""Which part of a picture to keep for a shape: heads first, then what stands out, set by the rule of thirds."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from optimizer.engine.attention import Attention
from optimizer.engine.targets import Box

Row = NDArray[np.float64]

STEPS: Final = 97
# Tighter windows are tried only where the largest one cannot help cutting through a head.
TIGHTER: Final = (1.0, 0.94, 0.88, 0.82, 0.76, 0.7)
THIRDS: Final = (1 / 3, 1 / 2, 2 / 3)
THIRDS_SPREAD: Final = 0.09
THIRDS_WEIGHT: Final = 0.12
# Eyes lie well on the upper third; a head's middle is a little lower.
HEAD_LEVEL: Final = 0.4
HEAD_WEIGHT: Final = 0.25
CENTRE_WEIGHT: Final = 0.02
STRONG: Final = 0.35
# A subject as wide as this part of the window belongs in its middle.
LARGE: Final = 0.4


@dataclass(frozen=True, slots=True)
class _Window:
    box: Box
    cut: float
    held: float
    score: float


def largest(width: int, height: int, ratio: float) -> tuple[float, float]:
    """Width and height of the largest window of a shape inside a picture."""
    return (height * ratio, float(height)) if width / height > ratio else (float(width), width / ratio)


def around(width: int, height: int, ratio: float, focus: tuple[float, float]) -> Box:
    """The largest window of a shape with the focus point as near to its middle as the picture's borders allow."""
    across, down = largest(width, height, ratio)
    left = min(max(focus[0] * width - across / 2, 0.0), width - across)
    top = min(max(focus[1] * height - down / 2, 0.0), height - down)
    return Box(left, top, left + across, top + down)


def choose(
    attention: Attention, width: int, height: int, ratio: float, focus: tuple[float, float] | None = None
) -> Box:
    """The part of the upright original to keep. A focus point given by a person wins over all that was found.

    A head that fits is kept whole: where no window of full size can, a tighter one (to 70 %) is taken, and where that
    cannot either, the largest heads are kept.
    """
    if focus is not None:
        return around(width, height, ratio, focus)
    best: _Window | None = None
    for part in TIGHTER:
        found = _best(attention, width, height, ratio, part)
        if best is None or found.cut < best.cut - 1e-9:
            best = found
        if best.cut < 1e-9:
            break
    assert best is not None  # noqa: S101
    return best.box


def _best(attention: Attention, width: int, height: int, ratio: float, part: float) -> _Window:
    """The best window of one size. The largest size slides along one side only."""
    across, down = (side * part for side in largest(width, height, ratio))
    lefts, tops = _places(width - across), _places(height - down)
    if len(lefts) > 1 and len(tops) > 1:
        lefts, tops = lefts[::4], tops[::4]
    boxes = [Box(x, y, x + across, y + down) for y in tops for x in lefts]
    cut = np.array([_cut(box, attention) for box in boxes])
    held = np.array([_held(box, attention) for box in boxes])
    score = _scores(attention, width, height, boxes)
    order = np.lexsort((-score, np.round(-held, 9), np.round(cut, 9)))
    first = int(order[0])
    return _Window(boxes[first], float(cut[first]), float(held[first]), float(score[first]))


def _places(room: float) -> list[float]:
    return [0.0] if room < 1 else [float(x) for x in np.linspace(0, room, STEPS)]


def _cut(box: Box, attention: Attention) -> float:
    """Area of the heads that the window cuts though they would fit, larger ones counting more; 0 is what is wanted.

    A head that is left out whole costs as much as one that is cut when it is the largest.
    """
    cost = 0.0
    for place, (face, head) in enumerate(zip(attention.faces, attention.heads, strict=True)):
        fits = head if head.width <= box.width and head.height <= box.height else face
        fitting = fits.width <= box.width and fits.height <= box.height
        if fitting and not box.holds(fits) and (place == 0 or box.overlap(fits) > 0):
            cost += fits.area**1.5
    return cost


def _held(box: Box, attention: Attention) -> float:
    """Area of all faces inside the window: more people are better than fewer."""
    return sum(face.area for face in attention.faces if box.holds(face)) / (box.area or 1)


def _scores(attention: Attention, width: int, height: int, boxes: list[Box]) -> Row:
    """What each window keeps of the attention (0..1), and how well its middle of attention is placed."""
    rows, columns = attention.weights.shape
    sums = np.zeros((rows + 1, columns + 1))
    sums[1:, 1:] = attention.weights.cumsum(axis=0, dtype=np.float64).cumsum(axis=1)
    edges = np.array([(b.left, b.top, b.right, b.bottom) for b in boxes])
    left, right = (np.clip(edges[:, i] / width * columns, 0, columns) for i in (0, 2))
    top, bottom = (np.clip(edges[:, i] / height * rows, 0, rows) for i in (1, 3))
    kept = _at(sums, bottom, right) - _at(sums, top, right) - _at(sums, bottom, left) + _at(sums, top, left)
    subject = _subject(attention, width, height)
    x, y = (subject.left + subject.right) / 2, (subject.top + subject.bottom) / 2
    across, down = (x - edges[:, 0]) / boxes[0].width, (y - edges[:, 1]) / boxes[0].height
    placed = np.zeros(len(boxes))
    if width != boxes[0].width:
        placed += _near(across, (1 / 2,) if subject.width > LARGE * boxes[0].width else THIRDS)
    if height != boxes[0].height:
        level = (1 / 2,) if subject.height > LARGE * boxes[0].height else THIRDS
        placed += _near(down, (HEAD_LEVEL,) if attention.faces else level)
    off = np.abs((edges[:, 0] + edges[:, 2]) / width - 1) + np.abs((edges[:, 1] + edges[:, 3]) / height - 1)
    weight = HEAD_WEIGHT if attention.faces else THIRDS_WEIGHT
    return np.asarray(kept + weight * placed - CENTRE_WEIGHT * off, dtype=np.float64)


def _at(sums: Row, rows: Row, columns: Row) -> Row:
    """The integral image between its cells: straight lines from one to the next."""
    y, x = np.minimum(rows.astype(int), sums.shape[0] - 2), np.minimum(columns.astype(int), sums.shape[1] - 2)
    v, u = rows - y, columns - x
    upper = sums[y, x] * (1 - u) + sums[y, x + 1] * u
    lower = sums[y + 1, x] * (1 - u) + sums[y + 1, x + 1] * u
    return np.asarray(upper * (1 - v) + lower * v, dtype=np.float64)


def _subject(attention: Attention, width: int, height: int) -> Box:
    """Where the subject is: the heads, weighed by size; without heads the strongest part of the attention."""
    if attention.heads:
        areas = np.array([head.area for head in attention.heads], dtype=np.float64)
        areas /= areas.sum()
        x = float(areas @ [(head.left + head.right) / 2 for head in attention.heads])
        y = float(areas @ [(head.top + head.bottom) / 2 for head in attention.heads])
        reach = max(head.width for head in attention.heads), max(head.height for head in attention.heads)
    else:
        # The strongest place counts, not the haze around it nor a speck far off.
        weights = attention.weights.astype(np.float64)
        strong = np.where(weights >= STRONG * weights.max(), weights, 0)
        strong /= strong.sum()
        (x, wide), (y, tall) = (_spread(strong.sum(axis=1 - axis), (height, width)[axis]) for axis in (1, 0))
        reach = wide, tall
    return Box(x - reach[0] / 2, y - reach[1] / 2, x + reach[0] / 2, y + reach[1] / 2)


def _spread(weights: Row, length: int) -> tuple[float, float]:
    """The middle of some weights along a side, and how long an even run with their deviation is, in pixels."""
    places = (np.arange(len(weights)) + 0.5) / len(weights)
    middle = float(weights @ places)
    return middle * length, float(np.sqrt(12 * (weights @ (places - middle) ** 2))) * length


def _near(values: Row, anchors: tuple[float, ...]) -> Row:
    return np.asarray(
        np.max([np.exp(-(((values - a) / THIRDS_SPREAD) ** 2) / 2) for a in anchors], axis=0), dtype=np.float64
    )
