"""The pictures themselves, before any type stands on them. Each takes a size, a palette and a source of chance."""

from collections.abc import Callable
from typing import Final

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from aura.providers.local.composer.colours import Colour, Floats, lab, mix, ramp, rgb
from aura.providers.local.composer.palettes import Palette

Size = tuple[int, int]
Ground = Callable[[Size, Palette, np.random.Generator], Image.Image]
SMALL: Final = 180
GRAIN: Final = 3.2


def smooth(values: Floats, size: Size) -> Image.Image:
    """Small sRGB values as a large picture, with noise so that no steps show."""
    bands = [Image.fromarray(values[..., band]).resize(size, Image.Resampling.BICUBIC) for band in range(3)]
    noise = np.random.default_rng(7).standard_normal((size[1], size[0]), np.float32) * np.float32(0.9)
    pixels = np.stack([np.asarray(band) for band in bands], axis=-1) + noise[..., None]
    return Image.fromarray(np.clip(pixels + 0.5, 0, 255).astype(np.uint8))


def grained(picture: Image.Image, rng: np.random.Generator, strength: float = GRAIN) -> Image.Image:
    """The picture with the grain of film."""
    tile = rng.standard_normal((512, 512), np.float32) * np.float32(strength)
    rows, columns = -(-picture.height // 512), -(-picture.width // 512)
    noise = np.tile(tile, (rows, columns))[: picture.height, : picture.width].round().astype(np.int16)
    pixels = np.asarray(picture).astype(np.int16) + noise[..., None]
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def plane(size: Size) -> tuple[Floats, Floats, Size]:
    """x and y of a small plane of the size's form; the shorter side goes from 0 to 1."""
    width, height = size
    scale = SMALL / min(width, height)
    small = (round(width * scale), round(height * scale))
    y, x = np.mgrid[0 : small[1], 0 : small[0]].astype(np.float32) / np.float32(SMALL)
    return x, y, small


def mesh(size: Size, palette: Palette, rng: np.random.Generator) -> Image.Image:
    """Clouds of colour that flow into each other."""
    x, y, small = plane(size)
    wide, high = small[0] / SMALL, small[1] / SMALL
    phases = rng.uniform(0, 2 * np.pi, 4)
    warped_x = x + 0.16 * np.sin(3.1 * y + phases[0]) + 0.07 * np.sin(7.0 * y + 2.3 * x + phases[1])
    warped_y = y + 0.16 * np.sin(2.7 * x + phases[2]) + 0.07 * np.sin(6.1 * x - 2.9 * y + phases[3])
    dark = rng.random() < 0.6
    chosen = [palette.deep, palette.deep] if dark else [palette.light, palette.light]
    colours = [*chosen, *palette.colours, palette.accent, palette.colours[1]]
    total = np.zeros((*x.shape, 3), np.float32)
    weights = np.zeros(x.shape, np.float32)
    turns = rng.permutation(len(colours)) / len(colours) * 2 * np.pi + rng.uniform(0, 2)
    for colour, turn in zip(colours, turns, strict=True):
        reach = rng.uniform(0.2, 0.55)
        centre = (wide * (0.5 + reach * np.cos(turn)), high * (0.5 + reach * np.sin(turn)))
        distance = ((warped_x - centre[0]) / wide**0.5) ** 2 + ((warped_y - centre[1]) / high**0.5) ** 2
        # Close to the nearest colour's own: a plain mean of eight colours is grey.
        weight = np.float32(rng.uniform(0.6, 1.5)) / (distance + np.float32(0.012)) ** 2.1
        total += weight[..., None] * lab(colour)
        weights += weight
    return grained(smooth(rgb((total / weights[..., None]).astype(np.float32)), size), rng, 5.5)


def sky(size: Size, stops: list[Colour], sun: tuple[float, float], glow: Colour) -> Image.Image:
    """A sky from top to bottom, brighter around the sun (x and y as shares of the size)."""
    x, y, small = plane(size)
    values = ramp(stops, y / (small[1] / SMALL))
    distance = (x - sun[0] * small[0] / SMALL) ** 2 + (y - sun[1] * small[1] / SMALL) ** 2
    share = (0.75 * np.exp(-distance / np.float32(0.10)))[..., None].astype(np.float32)
    return smooth(values * (1 - share) + rgb(lab(glow)) * share, size)


def disc(picture: Image.Image, centre: tuple[float, float], radius: float, fill: Colour) -> None:
    """A round spot with a clean edge."""
    side = int(radius * 2) + 4
    mask = Image.new("L", (side * 2, side * 2))
    ImageDraw.Draw(mask).ellipse([4, 4, side * 2 - 4, side * 2 - 4], fill=255)
    place = (round(centre[0] - side / 2), round(centre[1] - side / 2))
    picture.paste(Image.new("RGB", (side, side), fill), place, mask.resize((side, side), Image.Resampling.LANCZOS))


def line(width: int, rng: np.random.Generator, waves: int, rough: float) -> Floats:
    """A rolling line, about -1 to 1, of ``waves`` sines; ``rough`` says how much the short ones count."""
    x = np.linspace(0, 1, width, dtype=np.float32)
    found = np.zeros(width, np.float32)
    for number in range(waves):
        pitch = 1.3 * 1.85**number * rng.uniform(0.8, 1.25)
        found += np.float32(rough**number) * np.sin(2 * np.pi * pitch * x + rng.uniform(0, 2 * np.pi))
    return found / np.float32(sum(rough**number for number in range(waves)))


def below(size: Size, edge: Floats) -> Image.Image:
    """A mask of all that lies below a line of heights in pixels, with a clean edge."""
    rows = np.arange(size[1], dtype=np.float32)[:, None]
    share = np.clip(rows - edge[None, :] + 0.5, 0, 1)
    return Image.fromarray((share * np.float32(255)).astype(np.uint8))


def hills(size: Size, palette: Palette, rng: np.random.Generator) -> Image.Image:
    """Ridges one behind the other, paler with distance, below a sun."""
    width, height = size
    night = rng.random() < 0.3
    colours = palette.colours
    stops = [palette.deep, colours[0], colours[1]] if night else [colours[2], colours[3], palette.light]
    sun = (float(rng.uniform(0.25, 0.75)), float(rng.uniform(0.40, 0.52)))
    glow = colours[3] if night else palette.light
    picture = sky(size, stops, sun, glow)
    moon = palette.light if night else palette.accent
    disc(picture, (sun[0] * width, sun[1] * height), min(size) * float(rng.uniform(0.09, 0.15)), moon)
    count = 6
    far, near = (colours[2], palette.deep) if night else (mix(colours[3], colours[2], 0.5), palette.deep)
    for number in range(count):
        share = number / (count - 1)
        top = height * (0.50 + 0.40 * share**1.15)
        swing = min(size) * (0.055 + 0.035 * share)
        edge = top + swing * line(width, rng, 6, 0.52 if number < 3 else 0.44)
        colour = mix(far, near, share**0.9)
        mist = mix(colour, palette.light if not night else colours[1], 0.34 * (1 - share))
        body = ramp([colour, colour, mist], np.linspace(0, 1, 64, dtype=np.float32)[:, None])
        tall = height - int(edge.min()) + 1
        layer = Image.fromarray(body.astype(np.uint8)).resize((width, max(2, tall)), Image.Resampling.BICUBIC)
        picture.paste(layer, (0, int(edge.min())), below((width, max(2, tall)), edge - int(edge.min())))
    return grained(picture, rng)


def bands(size: Size, palette: Palette, rng: np.random.Generator) -> Image.Image:
    """Sheets of cut paper, each with the shadow of the one above it."""
    width, height = size
    down = rng.random() < 0.5
    count = 7
    places = np.linspace(0.02, 0.98, count + 1, dtype=np.float32)
    tones = ramp(palette.stops if down else palette.stops[::-1], places)
    colours: list[Colour] = [(int(r), int(g), int(b)) for r, g, b in tones]
    accent = int(rng.integers(2, count - 1))
    picture = Image.new("RGB", size, colours[0])
    slope = float(rng.uniform(-0.35, 0.35)) * min(size)
    tilt = np.linspace(-slope, slope, width, dtype=np.float32)
    small = (max(1, width // 6), max(1, height // 6))
    base = line(width, rng, 3, 0.45)
    for number in range(1, count + 1):
        share = number / (count + 1)
        own = line(width, rng, 3, 0.5)
        edge = height * (0.16 + 0.86 * share) + tilt + min(size) * (0.10 * base + 0.05 * own)
        mask = below(size, edge)
        shadow = mask.resize(small, Image.Resampling.BILINEAR).filter(ImageFilter.GaussianBlur(min(small) / 22))
        shade = ImageChops.offset(shadow, 0, -max(1, small[1] // 60)).point(lambda value: value * 105 // 255)
        picture.paste(palette.deep, (0, 0), shade.resize(size, Image.Resampling.BILINEAR))
        picture.paste(palette.accent if number == accent else colours[number], (0, 0), mask)
    return grained(picture, rng, 4.0)


def orb(size: Size, palette: Palette, rng: np.random.Generator) -> Image.Image:
    """One lit sphere over a quiet ground, and its reflection."""
    width, height = size
    x, y, small = plane(size)
    colours = palette.colours
    dark = rng.random() < 0.65
    ground = [palette.deep, mix(palette.deep, colours[0], 0.75)] if dark else [palette.light, colours[3]]
    wide, high = small[0] / SMALL, small[1] / SMALL
    radius = 0.31
    centre = (wide * float(rng.uniform(0.5, 0.68)), high * 0.42)
    distance = np.sqrt((x - centre[0]) ** 2 + (y - centre[1]) ** 2)
    values = ramp(ground, y / np.float32(high))
    glow = (0.55 * np.exp(-((np.maximum(distance - radius, 0) / 0.26) ** 1.3)))[..., None].astype(np.float32)
    values = values * (1 - glow) + rgb(lab(colours[1 if dark else 2])) * glow
    back = smooth(values, size)
    turn = float(rng.uniform(-2.6, -0.6))
    across = ((x - centre[0]) * np.cos(turn) + (y - centre[1]) * np.sin(turn)) / radius
    bend = 0.10 * np.sin(5 * (x * np.sin(turn) - y * np.cos(turn)) + rng.uniform(0, 6))
    face = smooth(ramp([palette.deep, *colours, palette.light][1 if dark else 0 :], (across + bend + 1) / 2), size)
    mask = Image.new("L", (width * 2, height * 2))
    scale = min(size) * 2
    box = [centre[0] * scale - radius * scale, centre[1] * scale - radius * scale]
    ImageDraw.Draw(mask).ellipse([*box, box[0] + 2 * radius * scale, box[1] + 2 * radius * scale], fill=255)
    back.paste(face, (0, 0), mask.resize(size, Image.Resampling.BOX))
    edge = ImageDraw.Draw(back, "RGBA")
    for ring in range(1, 5):
        reach = (radius + 0.075 * ring) * min(size)
        middle = (centre[0] * min(size), centre[1] * min(size))
        around = [middle[0] - reach, middle[1] - reach, middle[0] + reach, middle[1] + reach]
        edge.ellipse(around, outline=(*(palette.light if dark else palette.deep), 60 - 12 * ring), width=2)
    return grained(back, rng, 6.0)
