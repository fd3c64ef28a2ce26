"""Pictures drawn by number, as different as posts are: skies, fields, still lifes, patterns, nights. No real people."""

import io
from collections.abc import Callable
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

Floats = NDArray[np.float64]
CAPTIONS: Final = (
    "", "Sunday morning coffee", "Finally at the sea again", "New collection is here", "My dog had the best day",
    "Street photography in Lisbon", "Homemade cake for everyone", "Hiking all day #mountains", "Golden hour #sunset",
    "Our little garden in spring", "Concert night", "Work in progress", "Rainy day with a good book", "#architecture",
    "Pottery class, second try", "Long ride today #cycling", "", "Dinner with friends", "A walk by the river", "",
)  # fmt: skip


@lru_cache(maxsize=512)
def drawn(number: int = 0, side: int = 480) -> bytes:
    """The JPEG of a drawing; the same number gives the same bytes."""
    chance = np.random.default_rng(number)
    height = int(side * chance.choice([1.0, 1.25, 0.75]))
    pixels = KINDS[number % len(KINDS)](chance, height, side)
    grain = chance.normal(0, chance.choice([1.0, 3.0, 7.0]), pixels.shape[:2])[..., None]
    image = Image.fromarray((pixels + grain).clip(0, 255).astype(np.uint8))
    output = io.BytesIO()
    image.save(output, "JPEG", quality=88)
    return output.getvalue()


def _colour(chance: np.random.Generator) -> Floats:
    return chance.integers(20, 245, 3).astype(np.float64)


def _gradient(top: Floats, bottom: Floats, height: int, width: int) -> Floats:
    steps = np.linspace(0, 1, height)[:, None, None]
    return np.broadcast_to(top * (1 - steps) + bottom * steps, (height, width, 3)).copy()


def _sunset(chance: np.random.Generator, height: int, width: int) -> Floats:
    picture = _gradient(np.array([250.0, 180, 90]), np.array([200.0, 80, 70]), height, width)
    y, x = np.mgrid[:height, :width]
    middle = (chance.uniform(0.2, 0.8) * width, chance.uniform(0.3, 0.6) * height)
    sun = ((x - middle[0]) ** 2 + (y - middle[1]) ** 2) < (width * chance.uniform(0.05, 0.12)) ** 2
    picture[sun] = (255, 240, 190)
    picture[int(height * chance.uniform(0.65, 0.8)) :] *= 0.25
    return picture


def _field(chance: np.random.Generator, height: int, width: int) -> Floats:
    picture = _gradient(np.array([110.0, 165, 235]), np.array([190.0, 215, 245]), height, width)
    line = int(height * chance.uniform(0.4, 0.65))
    picture[line:] = np.array([70.0, 130, 50]) + chance.normal(0, 18, (height - line, width, 1))
    return picture


def _sea(chance: np.random.Generator, height: int, width: int) -> Floats:
    picture = _gradient(np.array([120.0, 180, 240]), np.array([200.0, 225, 245]), height, width)
    line = int(height * chance.uniform(0.4, 0.55))
    waves = np.sin(np.arange(height - line) / chance.uniform(2, 6))[:, None, None] * 9
    picture[line:] = np.array([30.0, 110, 150]) + waves
    return picture


def _shapes(chance: np.random.Generator, height: int, width: int) -> Floats:
    image = Image.new("RGB", (width, height), tuple(int(v) for v in _colour(chance)))
    pen = ImageDraw.Draw(image)
    for _ in range(int(chance.integers(1, 9))):
        x, y = int(chance.integers(0, width)), int(chance.integers(0, height))
        size = int(chance.integers(width // 12, width // 3))
        fill = tuple(int(v) for v in _colour(chance))
        (pen.ellipse if chance.random() < 0.6 else pen.rectangle)((x, y, x + size, y + size), fill=fill)
    if chance.random() < 0.3:
        image = image.filter(ImageFilter.GaussianBlur(width / 40))
    return np.asarray(image).astype(np.float64)


def _mirror(chance: np.random.Generator, height: int, width: int) -> Floats:
    half = _shapes(chance, height, width // 2)
    return np.concatenate([half, half[:, ::-1]], axis=1)


def _grey(chance: np.random.Generator, height: int, width: int) -> Floats:
    return np.repeat(_shapes(chance, height, width).mean(axis=2, keepdims=True), 3, axis=2)


def _night(chance: np.random.Generator, height: int, width: int) -> Floats:
    picture = np.full((height, width, 3), (10.0, 12, 26))
    for _ in range(int(chance.integers(6, 40))):
        x, y, size = chance.integers(0, width), chance.integers(0, height), int(chance.integers(2, width // 40 + 3))
        picture[y : y + size, x : x + size] = (255, 225, 160)
    return picture


def _pastel(chance: np.random.Generator, height: int, width: int) -> Floats:
    return 165 + _shapes(chance, height, width) * 0.34


def _dish(chance: np.random.Generator, height: int, width: int) -> Floats:
    """Something small and sharp before a soft ground."""
    soft = Image.fromarray(_shapes(chance, height, width).astype(np.uint8)).filter(ImageFilter.GaussianBlur(width / 12))
    picture = np.asarray(soft).astype(np.float64)
    x, y, size = int(width * chance.choice([0.25, 0.4, 0.6])), int(height * 0.35), width // 4
    picture[y : y + size, x : x + size] = chance.integers(0, 255, (size, size, 3))[: height - y, : width - x]
    return picture


KINDS: Final[tuple[Callable[[np.random.Generator, int, int], Floats], ...]] = (
    _sunset, _field, _sea, _shapes, _mirror, _grey, _night, _pastel, _dish, _shapes,
)  # fmt: skip
