"""Soft painting on a small picture: every shape is a blurred mask through which one colour is laid.

Coordinates are those of the finished 150 x 150 picture; the work is done at twice that size.
"""

import math
from collections.abc import Sequence
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

SIZE = 150
SCALE = 2
FULL = SIZE * SCALE

Point = tuple[float, float]
Colour = tuple[int, int, int]


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """The colour `share` (0..1) of the way from `first` to `second`."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return clamp(red, green, blue)


def shade(colour: Colour, factor: float) -> Colour:
    """`colour` darker (`factor` < 1) or lighter (> 1)."""
    red, green, blue = (round(part * factor) for part in colour)
    return clamp(red, green, blue)


def clamp(red: int, green: int, blue: int) -> Colour:
    """A colour whose parts lie between 0 and 255."""
    return min(255, max(0, red)), min(255, max(0, green)), min(255, max(0, blue))


def ellipse(x: float, y: float, rx: float, ry: float, steps: int = 40) -> list[Point]:
    """The outline of an ellipse, as points."""
    turns = (2 * math.pi * step / steps for step in range(steps))
    return [(x + rx * math.cos(turn), y + ry * math.sin(turn)) for turn in turns]


def curve(points: Sequence[Point], steps: int = 8) -> list[Point]:
    """A smooth line (Catmull-Rom) through `points`."""
    padded = [points[0], *points, points[-1]]
    line: list[Point] = []
    for before, start, end, after in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        line += [_between(before, start, end, after, step / steps) for step in range(steps)]
    return [*line, points[-1]]


def _between(p0: Point, p1: Point, p2: Point, p3: Point, t: float) -> Point:
    def part(axis: int) -> float:
        a, b, c, d = p0[axis], p1[axis], p2[axis], p3[axis]
        return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t**3)

    return part(0), part(1)


class Canvas:
    """A picture in the making, with an optional tilt, zoom and shift of all that is painted."""

    def __init__(self, ground: Colour) -> None:
        self.image = Image.new("RGB", (FULL, FULL), ground)
        self.place(0, 1, 0, 0)

    def place(self, tilt: float, zoom: float, dx: float, dy: float) -> None:
        """Turn what is painted from now on by `tilt` degrees about the middle, then zoom and shift it."""
        self._cos, self._sin = math.cos(math.radians(tilt)) * zoom, math.sin(math.radians(tilt)) * zoom
        self._zoom, self._dx, self._dy = zoom, dx, dy

    def at(self, point: Point) -> Point:
        """Where `point` lies on the working picture, in its pixels."""
        x, y = point[0] - SIZE / 2, point[1] - SIZE / 2
        return (
            (x * self._cos - y * self._sin + SIZE / 2 + self._dx) * SCALE,
            (x * self._sin + y * self._cos + SIZE / 2 + self._dy) * SCALE,
        )

    def mask(self, points: Sequence[Point], blur: float = 0) -> Image.Image:
        """A greyscale mask of the filled outline `points`, its edge softened by `blur`."""
        mask = Image.new("L", (FULL, FULL), 0)
        ImageDraw.Draw(mask).polygon([self.at(point) for point in points], fill=255)
        return self._soften(mask, blur)

    def line_mask(self, lines: Sequence[Sequence[Point]], width: float, blur: float = 0) -> Image.Image:
        """A greyscale mask of strokes along `lines`."""
        mask = Image.new("L", (FULL, FULL), 0)
        pixels = max(1, round(width * self._zoom * SCALE))
        for points in lines:
            ImageDraw.Draw(mask).line([self.at(point) for point in points], fill=255, width=pixels, joint="curve")
        return self._soften(mask, blur)

    def _soften(self, mask: Image.Image, blur: float) -> Image.Image:
        return mask.filter(ImageFilter.GaussianBlur(blur * self._zoom * SCALE)) if blur else mask

    def lay(self, mask: Image.Image, colour: Colour, strength: float = 1, within: Image.Image | None = None) -> None:
        """Lay `colour` through `mask`, at `strength` (0..1), only `within` another mask."""
        if strength <= 0:
            return
        if within is not None:
            mask = ImageChops.multiply(mask, within)
        if strength < 1:
            mask = mask.point([round(value * strength) for value in range(256)])
        self.image.paste(colour, (0, 0), mask)

    def fill(
        self,
        points: Sequence[Point],
        colour: Colour,
        strength: float = 1,
        blur: float = 0,
        within: Image.Image | None = None,
    ) -> None:
        """Paint a filled outline."""
        self.lay(self.mask(points, blur), colour, strength, within)

    def stroke(
        self,
        points: Sequence[Point],
        width: float,
        colour: Colour,
        strength: float = 1,
        blur: float = 0,
        within: Image.Image | None = None,
    ) -> None:
        """Paint a line."""
        self.strokes([points], width, colour, strength, blur, within)

    def strokes(
        self,
        lines: Sequence[Sequence[Point]],
        width: float,
        colour: Colour,
        strength: float = 1,
        blur: float = 0,
        within: Image.Image | None = None,
    ) -> None:
        """Paint several lines at once."""
        self.lay(self.line_mask(lines, width, blur), colour, strength, within)

    def grain(self, random: Random, amount: float) -> None:
        """Lay fine noise over the picture, as a camera would."""
        noise = Image.frombytes("L", (FULL, FULL), random.randbytes(FULL * FULL))
        noise = noise.filter(ImageFilter.GaussianBlur(1.0))
        flat = Image.merge("RGB", (noise, noise, noise))
        self.image = Image.blend(self.image, ImageChops.overlay(self.image, flat), amount)

    def finished(self, blur: float = 0) -> Image.Image:
        """The picture at its final size."""
        image = self.image.resize((SIZE, SIZE), Image.Resampling.LANCZOS)
        return image.filter(ImageFilter.GaussianBlur(blur)) if blur else image
