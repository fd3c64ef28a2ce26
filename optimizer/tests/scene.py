"""A cup of coffee on a table, drawn: what the documentation's screenshots optimize."""

import io
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageDraw, ImageFilter

Floats = NDArray[np.float32]
MIDDLE: Final = (0.62, 0.56)
TABLE: Final = 0.66
BEANS: Final = ((0.27, 0.86, 20), (0.325, 0.9, -40), (0.235, 0.915, 70), (0.36, 0.83, 5), (0.3, 0.8, 120))
LEAVES: Final = ((-1.0, 0.24), (-0.7, 0.33), (-0.35, 0.28), (0.02, 0.36), (0.4, 0.3), (0.75, 0.26), (-0.15, 0.2))


@dataclass(slots=True)
class Canvas:
    """Pixels that are painted on; ``x`` and ``y`` are those of each pixel, ``r`` the radius of the cup."""

    pixels: Floats
    x: Floats
    y: Floats
    r: float

    def put(self, mask: Floats, colour: ArrayLike) -> None:
        """Paint a colour, or one for each pixel, where the mask is 1."""
        part = mask[..., None]
        self.pixels = (self.pixels * (1 - part) + np.asarray(colour, np.float32) * part).astype(np.float32)

    def ellipse(self, across: float, down: float, wide: float, high: float) -> Floats:
        """Under 1 inside of an ellipse; all in radii of the cup, from the middle of its rim."""
        distance: Floats = ((self.x - across) / wide) ** 2 + ((self.y - down) / high) ** 2
        return distance


@cache
def cup_on_a_table(width: int = 1900, height: int = 1350) -> bytes:
    """A JPEG: a glazed cup right of the middle, beans left of it, window light and a plant behind."""
    image = _room(width, height)
    r = 0.13 * width
    down, across = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = (across - MIDDLE[0] * width) / r, (down - MIDDLE[1] * height) / r
    canvas = Canvas(np.asarray(image, np.float32), x, y, r)
    _saucer(canvas)
    _cup(canvas)
    _coffee(canvas)
    image = Image.fromarray(canvas.pixels.clip(0, 255).astype(np.uint8))
    for bean in BEANS:
        _bean(image, *bean)
    target = io.BytesIO()
    image.save(target, "JPEG", quality=92)
    return target.getvalue()


def _soft(distance: Floats, edge: float) -> Floats:
    mask: Floats = np.clip((1 - distance) * edge, 0, 1)
    return mask


def _glaze(light: Floats) -> Floats:
    return np.stack([18 + 96 * light, 62 + 104 * light, 86 + 104 * light], -1)


def _room(width: int, height: int) -> Image.Image:
    down, across = np.mgrid[0:height, 0:width].astype(np.float32) / np.array([height, width], np.float32)[:, None, None]
    wall = np.stack([232 - 30 * across - 20 * down, 214 - 34 * across - 24 * down, 192 - 40 * across - 26 * down], -1)
    image = Image.fromarray(wall.clip(0, 255).astype(np.uint8))
    light = Image.new("L", (width, height))
    for column in range(3):
        for row in range(2):
            left, top = 0.06 + column * 0.13 + row * 0.05, 0.04 + row * 0.26
            corners = [(0, 0), (0.11, -0.02), (0.15, 0.21), (0.04, 0.23)]
            pane = [((left + x) * width, (top + y) * height) for x, y in corners]
            ImageDraw.Draw(light).polygon(pane, fill=150)
    image.paste((255, 242, 214), (0, 0), light.filter(ImageFilter.GaussianBlur(width * 0.008)))
    plant = _plant(width, height)
    image.paste(plant, (0, 0), plant)
    noise = np.random.default_rng(7).normal(128, 50, (180, 6)).clip(0, 255).astype(np.uint8)
    grain = np.asarray(Image.fromarray(noise).resize((width, height), Image.Resampling.BICUBIC), np.float32) - 128
    near = (down - TABLE) / (1 - TABLE)
    glow = 60 * np.exp(-(((across - 0.25) / 0.22) ** 2) - ((down - 0.86) / 0.12) ** 2)
    wood = np.stack([150 + 46 * near + glow, 98 + 34 * near + glow * 0.85, 60 + 22 * near + glow * 0.6], -1)
    wood += grain[..., None] * np.array([0.2, 0.16, 0.13], np.float32)
    where = Image.fromarray(((down > TABLE) * 255).astype(np.uint8))
    image.paste(Image.fromarray(wood.clip(0, 255).astype(np.uint8)), (0, 0), where.filter(ImageFilter.GaussianBlur(2)))
    return image


def _plant(width: int, height: int) -> Image.Image:
    """Out of focus, at the right."""
    plant = Image.new("RGBA", (width, height))
    draw = ImageDraw.Draw(plant)
    foot = np.array([0.9 * width, 0.56 * height])
    for number, (turn, length) in enumerate(LEAVES):
        tip = foot + np.array([np.sin(turn) * 0.9, -np.cos(turn) * 1.2]) * length * height
        wide = np.array([np.cos(turn), np.sin(turn)]) * 0.035 * height
        green = 72 + number * 37 % 53
        leaf = [tuple(one) for one in (foot, (foot + tip) / 2 + wide, tip, (foot + tip) / 2 - wide)]
        draw.polygon(leaf, fill=(green - 30, green + 10, green - 22, 255))
    pot = [(0.85, 0.54), (0.95, 0.54), (0.937, 0.7), (0.863, 0.7)]
    draw.polygon([(x * width, y * height) for x, y in pot], fill=(176, 98, 64, 255))
    return plant.filter(ImageFilter.GaussianBlur(width * 0.007))


def _saucer(canvas: Canvas) -> None:
    light = np.clip(0.5 - canvas.x / 3.2, 0, 1)
    canvas.put(_soft(canvas.ellipse(0.9, 1.4, 1.6, 0.4), 3) * 0.5, (46, 26, 16))
    canvas.put(
        _soft(canvas.ellipse(0, 1.3, 1.62, 0.42), 90),
        np.stack([186 + 62 * light, 178 + 60 * light, 166 + 56 * light], -1),
    )
    canvas.put(
        _soft(canvas.ellipse(0, 1.27, 1.5, 0.365), 90),
        np.stack([206 + 44 * light, 198 + 44 * light, 186 + 42 * light], -1),
    )
    canvas.put(_soft(canvas.ellipse(0.1, 1.27, 0.95, 0.24), 8) * 0.45, (96, 70, 56))


def _cup(canvas: Canvas) -> None:
    x, y = canvas.x, canvas.y
    ring = _soft(canvas.ellipse(1.12, 0.42, 0.52, 0.46), 40) * (1 - _soft(canvas.ellipse(1.1, 0.42, 0.33, 0.28), 30))
    canvas.put(ring, _glaze(np.clip(0.55 - (x - 1.1) / 1.6 - (y - 0.4) / 2.4, 0, 1)))
    deep = y / 1.28
    half = np.sqrt(np.clip(1 - np.clip(deep, 0, 1) ** 2.6 * 0.72, 0.001, 1))
    side = x / half
    under = np.clip((canvas.ellipse(0, 1.17, 0.56, 0.14) - 1) * 30, 0, 1) * (deep > 0.915)
    body = np.clip((1 - np.abs(side)) * half * canvas.r / 3, 0, 1) * (deep > 0) * (1 - under)
    light = np.clip(0.62 - side * 0.62, 0, 1) ** 1.4
    shine = (np.exp(-(((side + 0.52) / 0.09) ** 2)) * 0.75 * np.clip(1.05 - deep, 0, 1))[..., None]
    glazed = _glaze(light) + shine * np.array([150, 140, 120], np.float32)
    clay = np.stack([150 + 74 * light, 112 + 66 * light, 84 + 56 * light], -1) + shine * 40
    drip = 0.62 + 0.07 * np.sin(x * 5.2) + 0.05 * np.sin(x * 11)
    below = np.clip((y - drip) * canvas.r / 4, 0, 1)[..., None]
    canvas.put(body, glazed * (1 - below) + clay * below)


def _coffee(canvas: Canvas) -> None:
    canvas.put(_soft(canvas.ellipse(0, 0, 1, 0.27), 60), _glaze(np.clip(0.9 - 0.5 * canvas.x, 0, 1)))
    canvas.put(_soft(canvas.ellipse(0, 0.015, 0.93, 0.235), 50), _glaze(np.clip(0.35 + 0.3 * canvas.x, 0, 1)))
    inside = canvas.ellipse(0, 0.05, 0.9, 0.2)
    coffee = _soft(inside, 40)
    canvas.put(coffee, np.array([126, 74, 38]) + np.clip(inside, 0, 1)[..., None] * np.array([46, 34, 20]))
    art = _soft(canvas.ellipse(-0.03, 0.16, 0.1, 0.05), 6)
    for number in range(5):
        down, wide = -0.06 + number * 0.045, 0.48 - 0.07 * number
        hollow = np.where(canvas.ellipse(-0.03, down + 0.02, wide * 0.92, 0.045) < 1, 0.25, 1)
        art = np.maximum(art, _soft(canvas.ellipse(-0.03, down, wide, 0.062), 8) * hollow)
    canvas.put(art * coffee * 0.92, (246, 228, 200))


def _bean(image: Image.Image, across: float, down: float, turn: float) -> None:
    size = round(0.05 * image.width)
    bean, shadow = Image.new("RGBA", (size, size)), Image.new("RGBA", (size * 2, size * 2))
    draw = ImageDraw.Draw(bean)
    draw.ellipse((size * 0.12, size * 0.28, size * 0.88, size * 0.76), fill=(70, 38, 22, 255))
    draw.ellipse((size * 0.2, size * 0.32, size * 0.6, size * 0.52), fill=(92, 52, 31, 255))
    draw.arc((size * 0.1, size * 0.34, size * 0.9, size * 0.9), 200, 340, fill=(36, 18, 10, 255), width=3)
    ImageDraw.Draw(shadow).ellipse((size * 0.5, size * 0.85, size * 1.6, size * 1.35), fill=(30, 16, 8, 120))
    shadow = shadow.filter(ImageFilter.GaussianBlur(size * 0.08))
    bean = bean.rotate(turn, resample=Image.Resampling.BICUBIC)
    x, y = round(across * image.width), round(down * image.height)
    image.paste(shadow, (x - size, y - size), shadow)
    image.paste(bean, (x - size // 2, y - size // 2), bean)
