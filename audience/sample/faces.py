"""Faces drawn from a handful of numbers: skin, eyes, nose, mouth and the traces of age.

A drawn face resembles nobody. The shading (dark eye sockets, a lit nose with a shadow under it, soft cheeks) is what
an edge-histogram face detector looks for, so flat cartoons would not do.
"""

from dataclasses import dataclass

from PIL import Image, ImageChops

from audience.sample.canvas import Canvas, Colour, Point, curve, ellipse, mix, shade

MIDDLE = 75.0
EYE_LINE = 70.0
WHITE: Colour = (238, 234, 230)
BLACK: Colour = (18, 14, 14)


@dataclass(frozen=True)
class Face:
    """What a drawn face looks like. Lengths in pixels of the 150 x 150 picture, strengths from 0 to 1."""

    skin: Colour = (222, 178, 150)
    hair: Colour = (70, 46, 32)
    eyes: Colour = (96, 64, 40)
    lips: Colour = (186, 104, 100)
    style: str = "short"
    width: float = 31.0
    chin: float = 118.0
    jaw: float = 0.5
    crown: float = 28.0
    eye_gap: float = 14.0
    eye_width: float = 6.6
    eye_open: float = 3.0
    brow_height: float = 9.0
    brow_thick: float = 2.4
    brow_arch: float = 1.5
    nose_width: float = 7.0
    nose_end: float = 91.0
    mouth_line: float = 102.0
    mouth_width: float = 12.0
    lip_full: float = 3.0
    smile: float = 1.0
    make_up: float = 0.0
    beard: float = 0.0
    moustache: float = 0.0
    wrinkles: float = 0.0
    glasses: float = 0.0
    light: float = 0.3
    contrast: float = 1.0


def draw_face(canvas: Canvas, face: Face) -> Image.Image:
    """Paint skin and features on `canvas`; return the mask of the skin, for beard and hair."""
    skin = canvas.mask(outline(face), 0.5)
    _ears(canvas, face)
    canvas.lay(skin, face.skin)
    _relief(canvas, face, skin)
    for side in (-1, 1):
        _socket(canvas, face, side, skin)
        _eye(canvas, face, side)
        _brow(canvas, face, side)
    _nose(canvas, face, skin)
    _mouth(canvas, face, skin)
    _age(canvas, face, skin)
    return skin


def outline(face: Face) -> list[Point]:
    """The edge of the face: skull, cheekbones, jaw and chin."""
    w, jaw, chin = face.width, face.jaw, face.chin
    half = [
        (0.0, face.crown),
        (w * 0.55, face.crown + 4),
        (w * 0.92, face.crown + 20),
        (w * 1.0, EYE_LINE - 4),
        (w * 0.98, EYE_LINE + 12),
        (w * (0.84 + 0.1 * jaw), EYE_LINE + 29),
        (w * (0.52 + 0.16 * jaw), chin - 7),
        (w * (0.2 + 0.12 * jaw), chin - 0.8),
        (0.0, chin),
    ]
    right = [(MIDDLE + x, y) for x, y in half]
    left = [(MIDDLE - x, y) for x, y in reversed(half[1:-1])]
    return curve([*right, *left, right[0]])


def _ears(canvas: Canvas, face: Face) -> None:
    for side in (-1, 1):
        x = MIDDLE + side * (face.width + 1.2)
        canvas.fill(ellipse(x, EYE_LINE + 7, 4.0, 9.5), shade(face.skin, 0.84), blur=0.6)
        canvas.fill(ellipse(x + side * 0.4, EYE_LINE + 7, 2.0, 6.0), shade(face.skin, 0.62), 0.6, blur=1.2)


def _relief(canvas: Canvas, face: Face, skin: Image.Image) -> None:
    dark, bright = shade(face.skin, 0.5), mix(face.skin, (255, 250, 240), 0.55)
    depth = face.contrast
    inner = canvas.mask(ellipse(MIDDLE + face.light * 6, EYE_LINE + 4, face.width * 0.78, 42), 6)
    canvas.lay(ImageChops.invert(inner), dark, 0.62 * depth, skin)
    far = ellipse(MIDDLE - face.light * 34, EYE_LINE + 12, 17, 46)
    canvas.fill(far, dark, 0.5 * abs(face.light) * depth, 9, skin)
    canvas.fill(ellipse(MIDDLE + face.light * 5, 46, 19, 9), bright, 0.42 * depth, 6, skin)
    for side in (-1, 1):
        x = MIDDLE + side * 17
        canvas.fill(ellipse(x, EYE_LINE + 14, 8.5, 5.5), bright, 0.40 * depth, 4, skin)
        canvas.fill(ellipse(x + side * 1.5, EYE_LINE + 19, 8, 6), mix(face.skin, (214, 84, 80), 0.5), 0.28, 4, skin)
        canvas.fill(ellipse(MIDDLE + side * 22, EYE_LINE + 33, 6, 10), dark, 0.26 * depth, 5, skin)
    canvas.fill(ellipse(MIDDLE, face.chin - 6, 8, 4.5), bright, 0.34 * depth, 3, skin)
    canvas.fill(ellipse(MIDDLE, face.mouth_line + 8, 8, 2.2), dark, 0.4 * depth, 1.8, skin)


def _socket(canvas: Canvas, face: Face, side: int, skin: Image.Image) -> None:
    dark = shade(mix(face.skin, (120, 60, 50), 0.25), 0.55)
    x = MIDDLE + side * face.eye_gap
    canvas.fill(ellipse(x, EYE_LINE - 2, face.eye_width + 5, 7), dark, 0.5 * face.contrast, 3, skin)
    canvas.fill(ellipse(x - side * 6.5, EYE_LINE - 1.5, 3.6, 6), dark, 0.5 * face.contrast, 2, skin)
    canvas.fill(ellipse(x, EYE_LINE + 6.4, face.eye_width, 2), dark, 0.28 + 0.3 * face.wrinkles, 1.4, skin)
    lid = mix(face.skin, (90, 60, 90), 0.5 * face.make_up)
    canvas.fill(ellipse(x, EYE_LINE - face.eye_open - 1.4, face.eye_width, 2), lid, 0.6, 0.8, skin)


def _eye(canvas: Canvas, face: Face, side: int) -> None:
    x, y, w, h = MIDDLE + side * face.eye_gap, EYE_LINE, face.eye_width, face.eye_open
    inner, outer = (x - side * w, y + 1.2), (x + side * w, y + 0.1)
    upper = curve([inner, (x - side * w * 0.45, y - h * 0.85), (x + side * w * 0.2, y - h), outer])
    lower = curve([outer, (x + side * w * 0.4, y + h * 0.72), (x - side * w * 0.4, y + h * 0.8), inner])
    white = canvas.mask([*upper, *lower], 0.35)
    canvas.lay(white, shade(WHITE, 0.93))
    iris = max(2.6, min(3.7, h * 1.15))
    canvas.fill(ellipse(x, y - 0.2, iris, iris), shade(face.eyes, 0.75), 1, 0.3, white)
    canvas.fill(ellipse(x, y + 0.6, iris * 0.6, iris * 0.6), face.eyes, 0.7, 0.6, white)
    canvas.fill(ellipse(x, y - 0.2, iris * 0.48, iris * 0.48), BLACK, 1, 0.2, white)
    canvas.stroke([(px, py + 0.9) for px, py in upper], 1.6, BLACK, 0.4, 0.7, white)
    canvas.fill(ellipse(x + 1.1, y - 1.3, 0.7, 0.7), (255, 255, 255), 0.9, 0.2, white)
    lash = mix(BLACK, face.skin, 0.25 * (1 - face.make_up))
    canvas.stroke(upper, 1.1 + 1.1 * face.make_up, lash, 0.85, 0.35)
    canvas.stroke(lower, 0.7, shade(face.skin, 0.45), 0.45 + 0.35 * face.make_up, 0.4)
    crease = [(px, py - 2.2 - 0.4 * face.make_up) for px, py in upper]
    canvas.stroke(crease, 0.8, shade(face.skin, 0.42), 0.55, 0.5)
    if face.make_up:
        canvas.stroke([outer, (outer[0] + side * 2.2, outer[1] - 1.6)], 1.0, BLACK, face.make_up * 0.8, 0.3)


def _brow(canvas: Canvas, face: Face, side: int) -> None:
    x, y, t = MIDDLE + side * face.eye_gap, EYE_LINE - face.brow_height, face.brow_thick
    spine = curve(
        [
            (x - side * (face.eye_width + 1.5), y + 0.8),
            (x - side * 1.5, y - face.brow_arch * 0.4),
            (x + side * 4, y - face.brow_arch),
            (x + side * (face.eye_width + 3.2), y + 1.6),
        ]
    )
    last = len(spine) - 1
    top = [(px, py - t * 0.5 * (1 - 0.55 * i / last)) for i, (px, py) in enumerate(spine)]
    bottom = [(px, py + t * 0.5 * (1 - 0.55 * i / last)) for i, (px, py) in enumerate(spine)]
    colour = mix(shade(face.hair, 0.7), face.skin, 0.12)
    canvas.fill([*top, *reversed(bottom)], colour, 0.9, 0.55)


def _nose(canvas: Canvas, face: Face, skin: Image.Image) -> None:
    end, half = face.nose_end, face.nose_width
    dark, deep = shade(face.skin, 0.55), shade(mix(face.skin, (90, 30, 20), 0.3), 0.38)
    bright = mix(face.skin, (255, 250, 242), 0.6)
    depth = face.contrast
    for side in (-1, 1):
        edge = [
            (MIDDLE + side * 5.2, EYE_LINE - 5),
            (MIDDLE + side * 3.8, EYE_LINE + 6),
            (MIDDLE + side * half, end - 2),
        ]
        strength = 0.5 - 0.22 * side * face.light
        canvas.stroke(curve(edge), 2.8, dark, strength * depth, 1.7, skin)
        wing = ellipse(MIDDLE + side * (half - 1.4), end - 2.4, 2.6, 3.0)
        canvas.fill(wing, shade(face.skin, 0.93), 0.5, 0.8, skin)
        fold = [
            (MIDDLE + side * (half + 0.3), end - 5),
            (MIDDLE + side * (half + 1.3), end - 2),
            (MIDDLE + side * half, end),
        ]
        canvas.stroke(curve(fold), 1.1, deep, 0.55 * depth, 0.6, skin)
    canvas.stroke([(MIDDLE, EYE_LINE - 4), (MIDDLE, end - 6)], 3.6, bright, 0.5 * depth, 1.5, skin)
    canvas.fill(ellipse(MIDDLE, end - 4.2, 3.4, 3), bright, 0.5 * depth, 1.2, skin)
    canvas.fill(ellipse(MIDDLE, end + 1.2, half + 0.6, 2.2), dark, 0.62 * depth, 1.3, skin)
    for side in (-1, 1):
        canvas.fill(ellipse(MIDDLE + side * half * 0.5, end, 2.2, 1.1), deep, 0.9, 0.45, skin)
    canvas.stroke([(MIDDLE, end + 3), (MIDDLE, face.mouth_line - 4)], 2.4, dark, 0.28 * depth, 1, skin)


def _mouth(canvas: Canvas, face: Face, skin: Image.Image) -> None:
    y, w, full, up = face.mouth_line, face.mouth_width, face.lip_full, face.smile
    left, right = (MIDDLE - w, y - up), (MIDDLE + w, y - up)
    line = curve(
        [left, (MIDDLE - w * 0.45, y + up * 0.3), (MIDDLE, y + up * 0.25), (MIDDLE + w * 0.45, y + up * 0.3), right]
    )
    bow = curve([left, (MIDDLE - 3, y - full * 0.95), (MIDDLE, y - full * 0.62), (MIDDLE + 3, y - full * 0.95), right])
    under = curve(
        [
            left,
            (MIDDLE - w * 0.5, y + full * 1.05),
            (MIDDLE, y + full * 1.35),
            (MIDDLE + w * 0.5, y + full * 1.05),
            right,
        ]
    )
    lips = mix(face.lips, mix(face.skin, (170, 90, 86), 0.55), 0.75 * (1 - face.make_up))
    canvas.fill([*bow, *reversed(line)], shade(lips, 0.82), 0.9, 0.6, skin)
    canvas.fill([*line, *reversed(under)], lips, 0.85, 0.6, skin)
    canvas.fill(ellipse(MIDDLE, y + full * 0.7, w * 0.4, full * 0.28), mix(lips, (255, 240, 236), 0.5), 0.5, 0.8, skin)
    canvas.stroke(line, 1.3, shade(lips, 0.35), 0.85, 0.45, skin)
    for side in (-1, 1):
        canvas.fill(ellipse(MIDDLE + side * (w + 0.6), y - up, 1.6, 1.5), shade(face.skin, 0.5), 0.6, 0.8, skin)


def _age(canvas: Canvas, face: Face, skin: Image.Image) -> None:
    if face.wrinkles <= 0:
        return
    old, line = face.wrinkles, shade(face.skin, 0.42)
    creases = []
    for row in range(3):
        y = EYE_LINE - face.brow_height - 7 - row * 5.0
        creases.append(curve([(MIDDLE - 16, y + 1.5), (MIDDLE - 6, y), (MIDDLE + 5, y + 0.8), (MIDDLE + 16, y + 1.6)]))
    for side in (-1, 1):
        corner = MIDDLE + side * (face.eye_gap + face.eye_width + 2)
        for ray in (-2.6, 0.2, 3.0):
            creases.append([(corner, EYE_LINE + 0.6 + ray * 0.4), (corner + side * 5.5, EYE_LINE + 0.6 + ray * 1.4)])
        frown = MIDDLE + side * 2.4
        creases.append(
            [(frown, EYE_LINE - face.brow_height - 3), (frown + side * 0.6, EYE_LINE - face.brow_height + 3)]
        )
    canvas.strokes(creases, 0.9, line, 0.55 * old, 0.5, skin)
    for side in (-1, 1):
        _sagging(canvas, face, side, skin)


def _sagging(canvas: Canvas, face: Face, side: int, skin: Image.Image) -> None:
    old, line = face.wrinkles, shade(face.skin, 0.42)
    bright = mix(face.skin, (255, 250, 240), 0.5)
    x, mouth = MIDDLE + side * face.eye_gap, MIDDLE + side * face.mouth_width
    fold = [(MIDDLE + side * 9, face.nose_end - 2), (MIDDLE + side * 14, face.nose_end + 5)]
    fold.append((mouth + side * 4.5, face.mouth_line + 4))
    canvas.stroke([(px + side * 3, py) for px, py in curve(fold)], 2.4, bright, 0.4 * old, 1.5, skin)
    canvas.stroke(curve(fold), 1.7, line, 0.75 * old, 0.9, skin)
    canvas.stroke(
        [(mouth + side, face.mouth_line + 2), (mouth + side * 2.5, face.chin - 8)], 1.4, line, 0.5 * old, 0.9, skin
    )
    bag = curve([(x - side * 6, EYE_LINE + 4.6), (x, EYE_LINE + 8.4), (x + side * 7, EYE_LINE + 5.4)])
    canvas.fill(ellipse(x, EYE_LINE + 6, face.eye_width - 1, 1.6), bright, 0.35 * old, 0.9, skin)
    canvas.stroke(bag, 1.3, line, 0.65 * old, 0.7, skin)
    hood = curve([(x - side * 5, EYE_LINE - face.eye_open - 1.6), (x + side * 2, EYE_LINE - face.eye_open - 1.8)])
    hood += [(x + side * (face.eye_width + 2.5), EYE_LINE + 1.4)]
    canvas.stroke(hood, 1.5, line, 0.6 * old, 0.6, skin)
    canvas.fill(ellipse(mouth + side * 6, face.chin - 9, 4, 5), line, 0.34 * old, 2.5, skin)
    canvas.fill(ellipse(MIDDLE + side * 19, face.mouth_line - 5, 4, 7), line, 0.26 * old, 3, skin)
