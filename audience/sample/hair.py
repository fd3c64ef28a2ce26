"""Hair, beards, glasses, neck and clothes: what surrounds a drawn face."""

from dataclasses import dataclass
from random import Random

from PIL import Image, ImageChops

from audience.sample.canvas import FULL, Canvas, Colour, Point, curve, ellipse, mix, shade
from audience.sample.faces import EYE_LINE, MIDDLE, Face


@dataclass(frozen=True)
class Cut:
    """How a hair cut lies: distances in pixels, `part` from -1 (left) to 1 (right)."""

    side: float  # beyond the cheek
    rise: float  # above the crown of the head
    line: float  # from the crown down to the forehead's edge
    part: float
    lift: float  # how far the hair rises at the parting
    ends: float | None  # where the hair behind the face ends; None: nothing behind
    temple: float = 70.0  # how far it reaches down beside the eyes
    wide: float = 0.0  # how far the hair behind stands out


CUTS = {
    "short": Cut(1.6, 6.0, 15.0, -0.35, 3.0, None),
    "quiff": Cut(1.2, 10.0, 12.0, 0.3, -1.0, None, 66.0),
    "buzz": Cut(0.8, 2.5, 14.0, 0.0, 1.0, None, 66.0),
    "thin": Cut(1.2, 2.0, 7.0, 0.5, -2.0, None, 72.0),
    "curly": Cut(7.0, 10.0, 15.0, 0.0, 0.0, None, 72.0),
    "bun": Cut(1.5, 4.0, 13.0, 0.0, 2.0, None, 62.0),
    "bob": Cut(5.0, 7.0, 18.0, 0.35, 8.0, 114.0, 104.0, 7.0),
    "long": Cut(4.5, 6.0, 16.0, 0.0, 9.0, 160.0, 112.0, 7.0),
    "wavy": Cut(7.0, 8.0, 18.0, -0.4, 9.0, 150.0, 108.0, 12.0),
    "fringe": Cut(4.5, 6.5, 28.0, 0.0, 1.0, 150.0, 112.0, 6.0),
}
STYLES = (*CUTS, "bald")


def draw_behind(canvas: Canvas, face: Face, clothes: Colour) -> None:
    """Paint what lies behind the face: long hair, neck and shoulders."""
    w, cut = face.width, CUTS.get(face.style)
    if face.style == "bun":
        canvas.fill(ellipse(MIDDLE, face.crown - 8, 11, 9), shade(face.hair, 0.85), blur=1)
    if face.style == "curly":
        canvas.fill(ellipse(MIDDLE, 60, w + 12, 42), shade(face.hair, 0.88), blur=2)
    elif cut is not None and cut.ends is not None:
        wide = w + cut.wide
        half = [(0.0, face.crown - cut.rise), (w * 0.8, face.crown), (wide, 64.0), (wide + 1, cut.ends * 0.5 + 42)]
        half += [(wide - 4, cut.ends), (w * 0.4, cut.ends + 1)]
        canvas.fill(_mirrored(half), shade(face.hair, 0.88), blur=1.2)
    neck = [(w * 0.56, face.chin - 22), (w * 0.58, 128.0), (w * 1.0, 138.0), (w * 1.0, 160.0)]
    throat = canvas.mask(_mirrored(neck), 0.8)
    canvas.lay(throat, shade(face.skin, 0.82))
    canvas.fill(ellipse(MIDDLE, face.chin + 3, w * 0.62, 9), shade(face.skin, 0.45), 0.7, 4, throat)
    shoulders = [(w * 0.7, 131.0), (w * 1.35, 136.0), (w * 2.0, 146.0), (w * 2.3, 195.0)]
    body = canvas.mask(_mirrored(shoulders), 0.8)
    collar = canvas.mask(ellipse(MIDDLE, 128, w * 0.66, 11), 0.6)
    canvas.lay(ImageChops.subtract(body, collar), clothes)
    canvas.fill(ellipse(MIDDLE - 34, 158, 16, 26), shade(clothes, 0.6), 0.5, 6, body)


def draw_beard(canvas: Canvas, face: Face, skin: Image.Image, random: Random) -> None:
    """Paint beard and moustache inside the face."""
    w, y = face.width, face.mouth_line
    colour = shade(face.hair, 0.85)
    if face.beard > 0:
        half = [(w + 2, EYE_LINE + 10), (w + 2, face.chin + 6), (0.0, face.chin + 8), (0.0, y + 5.0), (8.0, y + 4.0)]
        half += [(14.0, y - 1.0), (17.0, y - 9.0), (w * 0.9, EYE_LINE + 10)]
        points = [(MIDDLE + x, py) for x, py in half] + [(MIDDLE - x, py) for x, py in reversed(half)]
        mask = canvas.mask(points, 2.2)
        canvas.lay(_hairy(mask, random, face.beard), colour, min(1.0, face.beard), skin)
    if face.moustache > 0:
        top = [(MIDDLE - 13, y), (MIDDLE - 7, y - 5.5), (MIDDLE, y - 6), (MIDDLE + 7, y - 5.5), (MIDDLE + 13, y)]
        low = [(MIDDLE + 6, y - 2.2), (MIDDLE, y - 2.4), (MIDDLE - 6, y - 2.2)]
        mask = canvas.mask([*curve(top), *curve(low)], 0.9)
        canvas.lay(_hairy(mask, random, face.moustache), colour, min(1.0, face.moustache), skin)


def _hairy(mask: Image.Image, random: Random, density: float) -> Image.Image:
    noise = Image.frombytes("L", (FULL // 2, FULL // 2), random.randbytes(FULL * FULL // 4)).resize((FULL, FULL))
    low = round(150 * density)
    return ImageChops.multiply(mask, noise.point([min(255, low + value // 2) for value in range(256)]))


def draw_hair(canvas: Canvas, face: Face, skin: Image.Image, random: Random) -> None:
    """Paint the hair over the forehead and the sides of the face."""
    cut = CUTS.get(face.style)
    if cut is None:
        canvas.fill(ellipse(MIDDLE + 6, face.crown + 9, 12, 5), mix(face.skin, (255, 255, 255), 0.6), 0.5, 3, skin)
        return
    cap = canvas.mask(_cap(face, cut), 0.9)
    shadow = canvas.mask([(x, y + 2.5) for x, y in _cap(face, cut)], 2.0)
    canvas.lay(ImageChops.multiply(shadow, ImageChops.subtract(skin, cap)), shade(face.skin, 0.5), 0.45)
    canvas.lay(cap, face.hair)
    _strands(canvas, face, cap, random)
    canvas.fill(ellipse(MIDDLE + 10 * face.light, face.crown, 17, 4), mix(face.hair, (255, 244, 226), 0.4), 0.4, 3, cap)


def _cap(face: Face, cut: Cut) -> list[Point]:
    w, top = face.width, face.crown
    hang = cut.temple > EYE_LINE + 10
    skull = [(w * 0.62, top - cut.rise * 0.5), (w + cut.side * 0.7, top + 18), (w + cut.side, EYE_LINE - 6)]
    tip = (
        [(w + cut.side + 1, cut.temple * 0.5 + 42), (w + cut.side, cut.temple)]
        if hang
        else [(w + cut.side * 0.6, cut.temple)]
    )
    rim = [(w - 0.5, EYE_LINE + 12)] if hang else [(w - 0.6, cut.temple - 1)]
    rim += [(w - 2.0, EYE_LINE - 9), (w * 0.84, top + cut.line + 8), (w * 0.5, top + cut.line + 1)]
    parting = (MIDDLE + cut.part * w * 0.5, top + cut.line - cut.lift)
    right = [*curve([(MIDDLE, top - cut.rise), *((MIDDLE + x, y) for x, y in skull)], 6), *_right(tip)]
    right += curve([*((MIDDLE + x, y) for x, y in rim), parting], 6)
    left = curve([parting, *((MIDDLE - x, y) for x, y in reversed(rim))], 6) + _left(tip)
    left += curve([*((MIDDLE - x, y) for x, y in reversed(skull)), (MIDDLE, top - cut.rise)], 6)
    return [*right, *left]


def _right(tip: list[Point]) -> list[Point]:
    return [(MIDDLE + x, y) for x, y in tip]


def _left(tip: list[Point]) -> list[Point]:
    return [(MIDDLE - x, y) for x, y in reversed(tip)]


def _strands(canvas: Canvas, face: Face, cap: Image.Image, random: Random) -> None:
    w = face.width
    for tone in (0.6, 0.75, 1.2, 1.35):
        lines = []
        for _ in range(7):
            x = random.uniform(-w, w)
            start = (MIDDLE + x * 0.35, face.crown - 8)
            middle = (MIDDLE + x * 0.95, face.crown + random.uniform(4, 14))
            lines.append(curve([start, middle, (MIDDLE + x * 1.2, face.crown + random.uniform(30, 100))], 5))
        canvas.strokes(lines, 0.9, shade(face.hair, tone), 0.3, 0.5, cap)


def draw_glasses(canvas: Canvas, face: Face) -> None:
    """Paint a pair of glasses of strength `face.glasses`."""
    lines: list[list[Point]] = [[(MIDDLE - 4, EYE_LINE), (MIDDLE, EYE_LINE - 1.2), (MIDDLE + 4, EYE_LINE)]]
    for side in (-1, 1):
        x = MIDDLE + side * face.eye_gap
        rim = ellipse(x, EYE_LINE + 1.5, 10.6, 8.6)
        lines += [[*rim, rim[0]], [(x + side * 10, EYE_LINE - 1), (MIDDLE + side * face.width, EYE_LINE - 2)]]
    canvas.strokes(lines, 1.2, (34, 28, 28), face.glasses, 0.3)


def _mirrored(half: list[Point]) -> list[Point]:
    right = curve([(MIDDLE + x, y) for x, y in half])
    left = curve([(MIDDLE - x, y) for x, y in reversed(half)])
    return [*right, *left]
