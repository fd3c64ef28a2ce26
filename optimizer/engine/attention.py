"""Where a picture draws the eye: a small map of what stands out by colour, edges and skin, and the faces in it.

The map follows the centre-surround idea of Itti, Koch and Niebur (1998), "A model of saliency-based visual attention":
each channel's difference from its surroundings at several scales, each map weighed by how few peaks it has.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from aura.providers.face_boxes import FaceBox, find_faces
from optimizer.engine.targets import Box

Map = NDArray[np.float32]

MAP_SIDE: Final = 112
# The detector needs 80 pixels, so faces of an eighth of the longer side are found at the first look. Where there is
# some skin and no face, a second look at twice the size finds those of a sixteenth; it takes four times as long. Faces
# that small leave most of a picture without skin: more of its colour is sand, wood or a sunset.
FACE_SIDE: Final = 672
CLOSE_SIDE: Final = 1344
SKIN_SHARE: Final = (0.004, 0.12)
# Drawn patterns pass the detector's border of 0 now and then, people seldom stay below this.
FACE_SCORE: Final = 0.15
# Half-widths of the surroundings, as parts of the map's longer side.
SURROUNDS: Final = (0.06, 0.14, 0.3)
EDGE_WEIGHT: Final = 0.35
SKIN_WEIGHT: Final = 0.25
# From brow-to-chin to a whole head, in parts of the face's width and height.
HEAD: Final = (0.2, 0.5, 0.2, 0.18)


@dataclass(frozen=True, slots=True)
class Attention:
    """``weights`` is ``[rows, columns]``, sums to 1, and covers the whole upright picture.

    ``heads`` and ``faces`` are boxes in pixels of the upright original, largest face first.
    """

    weights: Map
    faces: tuple[Box, ...]
    heads: tuple[Box, ...]


def attend(image: Image.Image, width: int, height: int) -> Attention:
    """What stands out in a picture that shows an original of ``width`` × ``height`` pixels."""
    proxy = _proxy(image, FACE_SIDE)
    small = _proxy(proxy, MAP_SIDE)
    by, faces = width / proxy.width, _faces(proxy)
    if not faces and max(image.size) > FACE_SIDE * 1.2 and SKIN_SHARE[0] < _skin_share(small) < SKIN_SHARE[1]:
        close = _proxy(image, CLOSE_SIDE)
        by, faces = width / close.width, _faces(close)
    boxes = tuple(Box(f.left, f.top, f.right, f.bottom).scaled(by) for f in faces)
    heads = tuple(_head(face, by, width, height) for face in faces)
    return Attention(saliency(small), boxes, heads)


def _faces(proxy: Image.Image) -> tuple[FaceBox, ...]:
    return find_faces(np.asarray(proxy.convert("L")), least=FACE_SCORE)


def _skin_share(small: Image.Image) -> float:
    rgb: Map = np.asarray(small.convert("RGB"), dtype=np.float32) / np.float32(255)
    return float(_skin(rgb[..., 0], rgb[..., 1], rgb[..., 2]).mean())


def saliency(image: Image.Image) -> Map:
    """A map of the picture's own size that sums to 1: how much each pixel stands out from its surroundings."""
    rgb: Map = np.asarray(image.convert("RGB"), dtype=np.float32) / np.float32(255)
    red, green, blue = rgb[..., 0], rgb[..., 1], rgb[..., 2]
    light: Map = np.asarray((red + green + blue) / 3, dtype=np.float32)
    channels = np.stack([light, (red - green) * 0.8, ((red + green) / 2 - blue) * 0.8])
    longest = max(light.shape)
    total: Map = np.zeros_like(light)
    for part in SURROUNDS:
        away = channels - np.stack([_blur(one, max(1, round(part * longest))) for one in channels])
        total += _peaked(np.sqrt((away**2).sum(axis=0)))
    whole = np.sqrt(((channels - np.median(channels, axis=(1, 2), keepdims=True)) ** 2).sum(axis=0))
    total += _peaked(whole)
    total += EDGE_WEIGHT * _peaked(_blur(_edges(light), 2))
    total += SKIN_WEIGHT * _blur(_skin(red, green, blue), 2)
    total = _blur(total, 2)
    total = np.clip(total - np.percentile(total, 55), 0, None) ** 2 + 1e-6
    return np.asarray(total / total.sum(), dtype=np.float32)


def _proxy(image: Image.Image, side: int) -> Image.Image:
    """RGB, about ``side`` pixels long: a whole fraction is the fastest. Transparent places are grey."""
    factor = round(max(image.size) / side)
    small = image.reduce(factor) if factor > 1 else image
    if small.mode != "RGBA":
        return small
    paper = Image.new("RGB", small.size, (128, 128, 128))
    paper.paste(small, mask=small.getchannel("A"))
    return paper


def _head(face: FaceBox, by: float, width: int, height: int) -> Box:
    across, down = face.right - face.left, face.bottom - face.top
    left, top, right, bottom = HEAD
    return Box(
        max(0.0, (face.left - left * across) * by),
        max(0.0, (face.top - top * down) * by),
        min(float(width), (face.right + right * across) * by),
        min(float(height), (face.bottom + bottom * down) * by),
    )


def _blur(values: Map, radius: int) -> Map:
    """Mean over a square of ``2 radius + 1``; the border is mirrored."""
    for axis in (0, 1):
        reach = min(radius, values.shape[axis] - 1)
        padding = [(0, 0), (0, 0)]
        padding[axis] = (reach + 1, reach)
        sums = np.cumsum(np.pad(values, padding, mode="symmetric"), axis=axis, dtype=np.float64)
        span = 2 * reach + 1
        upper = np.take(sums, range(span, sums.shape[axis]), axis=axis)
        lower = np.take(sums, range(sums.shape[axis] - span), axis=axis)
        values = ((upper - lower) / span).astype(np.float32)
    return values


def _edges(light: Map) -> Map:
    down, across = np.gradient(light)
    return np.asarray(np.hypot(down, across), dtype=np.float32)


def _peaked(values: Map) -> Map:
    """0..1, weighed by how far the highest place stands above the mean: texture all over counts little."""
    top = float(np.percentile(values, 99.5))
    if top < 0.02:
        return np.zeros_like(values)
    scaled = np.minimum(values / top, 1)
    return np.asarray(scaled * (1 - float(scaled.mean())) ** 2, dtype=np.float32)


def _skin(red: Map, green: Map, blue: Map) -> Map:
    """1 where a colour may be skin (Kovac, Peer and Solina 2003, loosened for dark skin), else 0."""
    spread = np.maximum(np.maximum(red, green), blue) - np.minimum(np.minimum(red, green), blue)
    likely = (red > 0.2) & (red > green * 1.08) & (green > blue * 0.95) & (spread > 0.06) & (spread < 0.6)
    return likely.astype(np.float32)
