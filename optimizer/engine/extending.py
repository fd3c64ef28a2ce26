"""A whole picture on a canvas of another shape: what is added continues the border, quietly."""

from typing import Final, Literal

import numpy as np
from PIL import Image, ImageFilter

from optimizer.engine.attention import Map

Manner = Literal["solid", "edge", "blur"]

STRIP: Final = 6
# Deviation of a border's light, 0..255: up to this it is one colour, and a smooth run of colours.
EVEN: Final = 4.0
SMOOTH: Final = 7.0
SHRINK: Final = 16
DIMMED: Final = 0.72


def extend(image: Image.Image, width: int, height: int) -> tuple[Image.Image, Manner]:
    """``image`` whole in the middle of ``width`` × ``height``, and how the rest was filled.

    ``solid`` where the borders are of one colour, ``edge`` where they change smoothly (they are drawn out and
    softened), else ``blur``: the picture itself, enlarged, soft and darker. Transparent pictures stay so.
    """
    inner = _fitted(image, width, height)
    left, top = (width - inner.width) // 2, (height - inner.height) // 2
    if image.mode == "RGBA":
        canvas = Image.new("RGBA", (width, height), (0, 0, 0, 0))
        canvas.paste(inner, (left, top))
        return canvas, "solid"
    manner = _manner(inner, sides=left > 0)
    if manner == "blur":
        canvas = _soft(inner, width, height)
    else:
        canvas = Image.new("RGB", (width, height))
        for part, place, size in _bars(inner, width, height, left, top):
            canvas.paste(_bar(inner, part, size, manner), place)
    canvas.paste(inner, (left, top))
    return canvas, manner


def _fitted(image: Image.Image, width: int, height: int) -> Image.Image:
    scale = min(width / image.width, height / image.height)
    size = (min(width, round(image.width * scale)), min(height, round(image.height * scale)))
    # A pixel short would show as a line.
    size = (width if width - size[0] < 2 else size[0], height if height - size[1] < 2 else size[1])
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _manner(inner: Image.Image, *, sides: bool) -> Manner:
    pixels = np.asarray(inner, dtype=np.float32)
    strips = (pixels[:, :STRIP], pixels[:, -STRIP:]) if sides else (pixels[:STRIP], pixels[-STRIP:])
    along = 0 if sides else 1
    if max(float(strip.std(axis=(0, 1)).max()) for strip in strips) <= EVEN:
        return "solid"
    return "edge" if max(_roughness(strip, along) for strip in strips) <= SMOOTH else "blur"


def _roughness(strip: Map, along: int) -> float:
    """How far a border departs from a slow run of colours, and how fast it changes towards the inside."""
    line = strip.mean(axis=1 - along)
    window = max(3, len(line) // 12)
    padded = np.pad(line, ((window, window), (0, 0)), mode="edge")
    sums = np.cumsum(padded, axis=0, dtype=np.float64)
    slow = (sums[2 * window :] - sums[: -2 * window]) / (2 * window)
    rough = float(np.abs(line - slow[: len(line)]).mean())
    return rough + float(strip.std(axis=1 - along).mean())


def _bars(
    inner: Image.Image, width: int, height: int, left: int, top: int
) -> list[tuple[str, tuple[int, int], tuple[int, int]]]:
    right, bottom = left + inner.width, top + inner.height
    bars = [
        ("left", (0, 0), (left, height)),
        ("right", (right, 0), (width - right, height)),
        ("top", (0, 0), (width, top)),
        ("bottom", (0, bottom), (width, height - bottom)),
    ]
    return [(part, place, size) for part, place, size in bars if min(size) > 0]


def _bar(inner: Image.Image, part: str, size: tuple[int, int], manner: Manner) -> Image.Image:
    w, h = inner.size
    reach = {"left": (0, 0, STRIP, h), "right": (w - STRIP, 0, w, h), "top": (0, 0, w, STRIP)}
    strip = inner.crop(reach.get(part, (0, h - STRIP, w, h)))
    if manner == "solid":
        red, green, blue = (int(v) for v in np.median(np.asarray(strip).reshape(-1, 3), axis=0))
        return Image.new("RGB", size, (red, green, blue))
    line = strip.resize((1, h) if part in {"left", "right"} else (w, 1), Image.Resampling.BOX)
    # Softened along the border only: streaks would show what it is made of.
    return line.filter(ImageFilter.BoxBlur(max(2, max(line.size) // 60))).resize(size, Image.Resampling.BICUBIC)


def _soft(inner: Image.Image, width: int, height: int) -> Image.Image:
    ratio = width / height
    across, down = min(float(inner.width), inner.height * ratio), min(float(inner.height), inner.width / ratio)
    x, y = (inner.width - across) / 2, (inner.height - down) / 2
    small = (max(2, width // SHRINK), max(2, height // SHRINK))
    cover = inner.resize(small, Image.Resampling.BOX, box=(x, y, x + across, y + down))
    cover = cover.filter(ImageFilter.GaussianBlur(max(small) / 30)).point(lambda value: value * DIMMED)
    return cover.resize((width, height), Image.Resampling.BICUBIC)
