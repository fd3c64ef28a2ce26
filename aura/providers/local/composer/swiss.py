"""A poster of circles, quarters and stripes on a grid, as Swiss posters of the sixties had them."""

from typing import Final

import numpy as np
from PIL import Image, ImageDraw

from aura.providers.local.composer.colours import Colour, contrast
from aura.providers.local.composer.grounds import Size, grained
from aura.providers.local.composer.palettes import Palette

CELLS: Final = 4
"""Along the shorter side."""
KINDS: Final = ("quarter", "quarter", "quarter", "circle", "half", "ring", "stripes", "dots", "leaf", "plain")
Box = tuple[int, int, int, int]


def swiss(size: Size, palette: Palette, rng: np.random.Generator) -> Image.Image:
    """Cells over the upper or right part of the picture; the rest stays empty for the type."""
    width, height = size
    paper = palette.light if rng.random() < 0.6 else palette.deep
    picture = Image.new("RGB", (width * 2, height * 2), paper)
    pen = ImageDraw.Draw(picture)
    cell = min(size) * 2 // CELLS
    columns, rows, left, free = grid(size)
    colours = [*palette.colours, palette.accent, palette.deep if paper == palette.light else palette.light]
    before = paper
    for row in range(rows - free):
        for column in range(left, columns):
            below, above = _pair(colours, paper, before, rng)
            before = above
            x, y = column * cell, row * cell
            pen.rectangle([x, y, x + cell, y + cell], fill=below)
            _shape(pen, (x, y, x + cell, y + cell), str(rng.choice(KINDS)), above, rng)
    return grained(picture.resize(size, Image.Resampling.BOX), rng, 3.5)


def grid(size: Size) -> tuple[int, int, int, int]:
    """Columns and rows of cells, and how many of them on the left and at the foot stay free."""
    cell = min(size) // CELLS
    columns, rows = -(-size[0] // cell), -(-size[1] // cell)
    if size[1] >= size[0]:
        return columns, rows, 0, max(1, round(rows * 0.3))
    return columns, rows, round(columns * 0.42), 0


def room(size: Size, margin: int) -> tuple[int, int]:
    """Pixels that the type has beside the cells."""
    _, rows, left, free = grid(size)
    cell = min(size) // CELLS
    if left:
        return left * cell - margin * 3 // 2, round(size[1] * 0.42)
    return size[0] - 2 * margin, size[1] - (rows - free) * cell - margin * 3 // 2


def _pair(colours: list[Colour], paper: Colour, before: Colour, rng: np.random.Generator) -> tuple[Colour, Colour]:
    """Two colours of a cell that can be told apart, the upper one other than the last cell's."""
    for _ in range(8):
        below, above = (colours[int(place)] for place in rng.choice(len(colours), 2, replace=False))
        if rng.random() < 0.25:
            below = paper
        if above != before and contrast(below, above) > 1.35:
            return below, above
    return paper, colours[-1]


def _shape(pen: ImageDraw.ImageDraw, box: Box, kind: str, fill: Colour, rng: np.random.Generator) -> None:
    left, top, right, bottom = box
    side, corner = right - left, int(rng.integers(4))
    if kind in ("stripes", "dots"):
        _small(pen, box, kind, fill, upright=corner % 2 == 0)
    elif kind == "quarter":
        x, y = (left, right)[corner % 2], (top, bottom)[corner // 2]
        turn = {0: 0, 1: 90, 2: 270, 3: 180}[corner]
        pen.pieslice([x - side, y - side, x + side, y + side], turn, turn + 90, fill=fill)
    elif kind == "circle":
        pen.ellipse(_inner(box, 0.12), fill=fill)
    elif kind == "half":
        pen.pieslice(list(box), 90 * corner, 90 * corner + 180, fill=fill)
    elif kind == "ring":
        pen.ellipse(_inner(box, 0.12), outline=fill, width=side // 7)
    elif kind == "leaf":
        _leaf(pen, box, fill, rising=corner % 2 == 0)


def _small(pen: ImageDraw.ImageDraw, box: Box, kind: str, fill: Colour, *, upright: bool) -> None:
    """Four stripes or sixteen dots."""
    left, top, right, bottom = box
    side = right - left
    if kind == "stripes":
        for place in range(0, 8, 2):
            low, high = place * side / 8, (place + 1) * side / 8
            pen.rectangle(
                [left + low, top, left + high, bottom] if upright else [left, top + low, right, top + high], fill
            )
        return
    for spot in range(16):
        x, y = left + (spot % 4 + 0.5) * side / 4, top + (spot // 4 + 0.5) * side / 4
        pen.ellipse([x - side / 14, y - side / 14, x + side / 14, y + side / 14], fill=fill)


def _leaf(pen: ImageDraw.ImageDraw, box: Box, fill: Colour, *, rising: bool) -> None:
    """Where two quarters meet: between the arcs around two opposite corners."""
    left, top, right, bottom = box
    turns = np.linspace(0, np.pi / 2, 40)
    side = right - left
    one = [(left + side * np.cos(turn), top + side * np.sin(turn)) for turn in turns]
    two = [(right - side * np.cos(turn), bottom - side * np.sin(turn)) for turn in turns]
    points = [*one, *two]
    if not rising:
        points = [(left + right - x, y) for x, y in points]
    pen.polygon([(float(x), float(y)) for x, y in points], fill=fill)


def _inner(box: Box, share: float) -> list[float]:
    inset = (box[2] - box[0]) * share
    return [box[0] + inset, box[1] + inset, box[2] - inset, box[3] - inset]
