"""Drawn photographs of products with the truth beside them: which pixels are the product (for tests and benchmarks)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw, ImageFilter

Floats = NDArray[np.float32]
Colour = tuple[int, int, int]
FINE: Final = 2
PLAIN: Final = ("white", "tinted")
SLOPED: Final = ("gradient", "vignette", "table")
TEXTURED: Final = ("wood", "linen", "marble", "tiles")
GROUNDS: Final = (*PLAIN, *SLOPED, *TEXTURED)


@dataclass(frozen=True, slots=True)
class DrawnProduct:
    """``picture`` as a camera would give it (shadow, blur, noise) and ``truth``: alpha, 255 where the product is."""

    name: str
    picture: Image.Image
    truth: Image.Image


def _shade(size: int, left: float, right: float, colour: Colour, lit: float = 0.32) -> Image.Image:
    """A round body between two edges (shares of the side), lit from the left."""
    x = np.clip((np.arange(size, dtype=np.float32) / size - left) / max(1e-3, right - left), 0, 1)
    light = 0.62 + 0.42 * np.exp(-(((x - lit) / 0.22) ** 2)) - 0.30 * x**3 + 0.22 * np.exp(-(((x - 0.95) / 0.05) ** 2))
    row = np.clip(
        np.array(colour, np.float32)[None] * light[:, None] + 30 * np.maximum(0, light - 0.9)[:, None], 0, 255
    )
    return Image.fromarray(np.tile(row.astype(np.uint8)[None], (size, 1, 1)))


def _body(size: int, shapes: Callable[[ImageDraw.ImageDraw], object]) -> Image.Image:
    mask = Image.new("L", (size, size))
    shapes(ImageDraw.Draw(mask))
    return mask


def _s(size: int, *shares: float) -> list[float]:
    return [share * size for share in shares]


def bottle(size: int, colour: Colour) -> tuple[Image.Image, Image.Image]:
    """A bottle with a dark cap and a pale label."""

    def shapes(pen: ImageDraw.ImageDraw) -> None:
        pen.rounded_rectangle(_s(size, 0.36, 0.34, 0.64, 0.88), 0.05 * size, fill=255)
        pen.rounded_rectangle(_s(size, 0.455, 0.14, 0.545, 0.42), 0.01 * size, fill=255)

    mask = _body(size, shapes)
    face = _shade(size, 0.36, 0.64, colour)
    pen = ImageDraw.Draw(face)
    face.paste(
        _shade(size, 0.455, 0.545, (46, 42, 44)),
        (0, 0),
        _body(size, lambda p: p.rectangle(_s(size, 0.4, 0.1, 0.6, 0.24), fill=255)),
    )
    face.paste(
        _shade(size, 0.36, 0.64, (238, 230, 214)),
        (0, 0),
        _body(size, lambda p: p.rectangle(_s(size, 0.36, 0.5, 0.64, 0.74), fill=255)),
    )
    for line, wide in ((0.56, 0.16), (0.61, 0.10), (0.67, 0.13)):
        pen.rectangle(_s(size, 0.5 - wide / 2, line, 0.5 + wide / 2, line + 0.018), fill=(60, 52, 50))
    return face, mask


def mug(size: int, colour: Colour) -> tuple[Image.Image, Image.Image]:
    """A mug whose handle shows the ground."""

    def shapes(pen: ImageDraw.ImageDraw) -> None:
        pen.ellipse(_s(size, 0.56, 0.40, 0.82, 0.68), fill=255)
        pen.ellipse(_s(size, 0.60, 0.45, 0.77, 0.63), fill=0)
        pen.rounded_rectangle(_s(size, 0.26, 0.30, 0.66, 0.78), 0.05 * size, fill=255)

    mask = _body(size, shapes)
    face = _shade(size, 0.26, 0.70, colour)
    pen = ImageDraw.Draw(face)
    pen.ellipse(_s(size, 0.27, 0.285, 0.65, 0.36), fill=tuple(value * 2 // 5 for value in colour))
    pen.ellipse(_s(size, 0.40, 0.46, 0.54, 0.60), fill=(244, 238, 226))
    return face, mask


def box(size: int, colour: Colour) -> tuple[Image.Image, Image.Image]:
    """A carton seen from a corner: three faces of different light."""
    front = _s(size, 0.24, 0.40, 0.56, 0.46, 0.56, 0.86, 0.24, 0.78)
    side = _s(size, 0.56, 0.46, 0.78, 0.38, 0.78, 0.76, 0.56, 0.86)
    top = _s(size, 0.24, 0.40, 0.47, 0.33, 0.78, 0.38, 0.56, 0.46)
    mask = Image.new("L", (size, size))
    for shape in (front, side, top):
        ImageDraw.Draw(mask).polygon(shape, fill=255)
    face = Image.new("RGB", (size, size), colour)
    pen = ImageDraw.Draw(face)
    for shape, light in ((front, 1.0), (side, 0.66), (top, 1.22)):
        pen.polygon(shape, fill=tuple(min(255, round(value * light)) for value in colour))
    pen.polygon(_s(size, 0.30, 0.54, 0.50, 0.58, 0.50, 0.70, 0.30, 0.66), fill=(246, 240, 228))
    return face, mask


def shoe(size: int, colour: Colour) -> tuple[Image.Image, Image.Image]:
    """A low shoe with a pale sole."""
    upper = _s(
        size, 0.16, 0.62, 0.19, 0.40, 0.30, 0.35, 0.44, 0.40, 0.58, 0.53, 0.78, 0.58, 0.86, 0.66, 0.84, 0.72, 0.16, 0.72
    )
    sole = _s(size, 0.14, 0.68, 0.87, 0.68, 0.88, 0.75, 0.14, 0.75)
    mask = _body(size, lambda pen: pen.polygon(upper, fill=255))
    ImageDraw.Draw(mask).rounded_rectangle(_box(sole), 0.03 * size, fill=255)
    mask = mask.filter(ImageFilter.GaussianBlur(size * 0.008)).point(lambda value: 255 if value > 127 else 0)
    face = _shade(size, 0.1, 0.95, colour, 0.4)
    pen = ImageDraw.Draw(face)
    pen.rectangle(_box(sole), fill=(236, 233, 226))
    pen.line(_s(size, 0.42, 0.46, 0.56, 0.62), fill=(250, 250, 248), width=max(2, size // 50))
    for step in range(4):
        at = 0.36 + 0.055 * step
        pen.line(
            _s(size, at, 0.42 + 0.035 * step, at + 0.05, 0.39 + 0.04 * step),
            fill=(250, 250, 248),
            width=max(2, size // 110),
        )
    return face, mask


def _box(points: list[float]) -> tuple[float, float, float, float]:
    return points[0], points[1], points[4], points[5]


def jar(size: int, colour: Colour) -> tuple[Image.Image, Image.Image]:
    """A cream jar with a metal lid."""

    def shapes(pen: ImageDraw.ImageDraw) -> None:
        pen.rounded_rectangle(_s(size, 0.27, 0.48, 0.73, 0.76), 0.06 * size, fill=255)
        pen.rounded_rectangle(_s(size, 0.26, 0.36, 0.74, 0.51), 0.02 * size, fill=255)

    mask = _body(size, shapes)
    face = _shade(size, 0.26, 0.74, colour)
    face.paste(
        _shade(size, 0.26, 0.74, (196, 160, 104)),
        (0, 0),
        _body(size, lambda p: p.rectangle(_s(size, 0.2, 0.3, 0.8, 0.51), fill=255)),
    )
    ImageDraw.Draw(face).rectangle(_s(size, 0.40, 0.59, 0.60, 0.62), fill=(70, 64, 62))
    return face, mask


PRODUCTS: Final = {"bottle": bottle, "mug": mug, "box": box, "shoe": shoe, "jar": jar}
COLOURS: Final[dict[str, Colour]] = {
    "bottle": (58, 120, 104), "mug": (196, 84, 60), "box": (52, 92, 156), "shoe": (62, 66, 78), "jar": (206, 148, 156),
}  # fmt: skip


def _noise(size: int, pitch: int, rng: np.random.Generator, aspect: tuple[float, float] = (1, 1)) -> Floats:
    """Smooth noise from -1 to 1 with about ``pitch`` waves a side."""
    small = rng.standard_normal((max(2, round(pitch * aspect[1])), max(2, round(pitch * aspect[0])))).astype(np.float32)
    found = np.asarray(Image.fromarray(small).resize((size, size), Image.Resampling.BICUBIC))
    return np.clip(found / 2.2, -1, 1)


def ground(name: str, size: int, rng: np.random.Generator) -> Image.Image:
    """One of ``GROUNDS`` as a square."""
    y, x = np.mgrid[0 : 1 : size * 1j, 0 : 1 : size * 1j].astype(np.float32)
    tones: dict[str, tuple[Colour, Colour]] = {
        "white": ((246, 246, 245), (246, 246, 245)), "tinted": ((222, 200, 176), (222, 200, 176)),
        "gradient": ((236, 226, 214), (176, 190, 208)), "vignette": ((214, 216, 214), (120, 124, 126)),
        "table": ((226, 222, 214), (178, 140, 104)), "wood": ((188, 146, 104), (142, 100, 64)),
        "linen": ((222, 214, 200), (196, 186, 170)), "marble": ((240, 239, 237), (176, 178, 182)),
        "tiles": ((228, 232, 230), (196, 204, 204)),
    }  # fmt: skip
    first, second = tones[name]
    grain = _noise(size, 60, rng)
    share = {
        "gradient": (0.3 * x + 0.7 * y),
        "vignette": np.clip(((x - 0.5) ** 2 + (y - 0.5) ** 2) * 1.9, 0, 1),
        "table": np.clip((y - 0.66) * 60, 0, 1) * (0.9 + 0.1 * _noise(size, 40, rng, (0.2, 2))),
        "wood": np.clip(0.5 + 0.55 * _noise(size, 26, rng, (0.12, 1.6)) + 0.12 * grain, 0, 1)
        + 0.5 * (np.abs((y * 4) % 1 - 0.5) > 0.49),
        "linen": 0.5 + 0.25 * (_noise(size, 160, rng, (0.3, 1)) + _noise(size, 160, rng, (1, 0.3))),
        "marble": np.exp(-np.abs(_noise(size, 5, rng) + 0.4 * _noise(size, 13, rng)) * 9) * 0.9 + 0.1 * grain,
        "tiles": np.maximum(np.abs((x * 5) % 1 - 0.5) > 0.475, np.abs((y * 5) % 1 - 0.5) > 0.475) * 0.9 + 0.06 * grain,
    }.get(name, np.zeros_like(x))
    low, high = np.array(first, np.float32), np.array(second, np.float32)
    pixels = low + (high - low) * np.clip(share, 0, 1.3)[..., None]
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def drawn_product(
    name: str, behind: str, *, size: int = 1080, seed: int = 1, colour: Colour | None = None
) -> DrawnProduct:
    """A product of ``PRODUCTS`` before a ground of ``GROUNDS``, turned a little, with shadow, lens blur and noise."""
    rng = np.random.default_rng([seed, sum(name.encode()), sum(behind.encode())])
    fine = size * FINE
    face, mask = PRODUCTS[name](fine, colour or COLOURS[name])
    turn = float(rng.uniform(-7, 7))
    move = (round(float(rng.uniform(-0.05, 0.05)) * fine), round(float(rng.uniform(-0.03, 0.03)) * fine))
    face = face.rotate(turn, Image.Resampling.BICUBIC, translate=move)
    mask = mask.rotate(turn, Image.Resampling.BICUBIC, translate=move)
    face, mask = face.resize((size, size), Image.Resampling.BOX), mask.resize((size, size), Image.Resampling.BOX)
    scene = ground(behind, size, rng)
    cast = ImageChops.offset(mask, round(size * 0.02), round(size * 0.025)).filter(
        ImageFilter.GaussianBlur(size * 0.022)
    )
    dark = Image.new("RGB", scene.size)
    scene = Image.composite(Image.blend(scene, dark, 0.34), scene, cast)
    scene.paste(face, (0, 0), mask)
    scene = scene.filter(ImageFilter.GaussianBlur(size / 1300))
    pixels = (
        np.asarray(scene).astype(np.float32) + rng.normal(0, 2.4, (size, size, 1)) + rng.normal(0, 1.2, (size, size, 3))
    )
    return DrawnProduct(f"{name} on {behind}", Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)), mask)


def overlap(found: Image.Image, truth: Image.Image) -> float:
    """Intersection over union of two alpha planes at one half."""
    one, other = np.asarray(found) > 127, np.asarray(truth) > 127
    return float((one & other).sum() / max(1, (one | other).sum()))
