"""Grounds that a product stands before or lies on: sweeps of light, linen, wood, blurred rooms."""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from aura.providers.local.composer.colours import Colour, Floats, mix, ramp
from aura.providers.local.composer.grounds import plane, smooth
from aura.providers.local.staging.light import Size, darkened, lightened


def swept(size: Size, stops: list[Colour], bend: float = 1.0) -> Image.Image:
    """Colours from top to bottom without steps."""
    _, y, _ = plane(size)
    share = (y / max(1e-6, float(y.max()))) ** np.float32(bend)
    return smooth(ramp(stops, share), size)


def waves(size: Size, pitch: tuple[float, float], rng: np.random.Generator) -> Floats:
    """Smooth noise from about -1 to 1, with so many waves across and down."""
    small = rng.standard_normal((max(2, round(pitch[1])), max(2, round(pitch[0]))), np.float32)
    found: Floats = np.array(Image.fromarray(small).resize(size, Image.Resampling.BICUBIC), np.float32)
    return found / np.float32(1.6)


def textured(picture: Image.Image, relief: Floats, strength: float) -> Image.Image:
    """A picture made lighter and darker by a relief of its size; ``strength`` in steps of 255."""
    pixels = np.asarray(picture, np.float32) + (relief * np.float32(strength))[..., None]
    return Image.fromarray(np.clip(pixels + 0.5, 0, 255).astype(np.uint8))


def linen(size: Size, tone: Colour, rng: np.random.Generator) -> Image.Image:
    """Woven cloth, threads across and down, with a few soft folds."""
    unit = min(size) / 1080
    across = waves(size, (size[0] / (26 * unit), size[1] / (2.6 * unit)), rng)
    down = waves(size, (size[0] / (2.6 * unit), size[1] / (26 * unit)), rng)
    folds = waves(size, (2.2, 3.4), rng)
    return textured(Image.new("RGB", size, tone), across + down + folds * np.float32(2.2), 3.4)


def wood(size: Size, tones: tuple[Colour, Colour], rng: np.random.Generator) -> Image.Image:
    """Boards seen along the grain, nearer ones larger: a table's top from its edge."""
    width, height = size
    grain = waves((width, height * 2), (3.5, 120), rng)
    fibre = waves((width, height * 2), (26, 420), rng)
    share = np.clip(0.45 + 0.34 * grain + 0.10 * fibre, 0, 1).astype(np.float32)
    # Rows come closer together towards the back.
    rows = ((np.linspace(0, 1, height) ** 0.6) * (height * 2 - 1)).astype(np.intp)
    return Image.fromarray(ramp([tones[0], tones[1]], share[rows]).astype(np.uint8))


def lamps(picture: Image.Image, count: int, tone: Colour, rng: np.random.Generator, low: float = 0.6) -> Image.Image:
    """A picture with discs of unsharp lamps in its upper part."""
    unit = min(picture.size)
    for _ in range(count):
        layer = Image.new("L", (picture.width // 2, picture.height // 2))
        radius = float(rng.uniform(0.014, 0.055)) * unit
        x, y = float(rng.uniform(0, 1)) * picture.width, float(rng.uniform(0.02, low)) * picture.height
        shape = [(x - radius) / 2, (y - radius) / 2, (x + radius) / 2, (y + radius) / 2]
        pen = ImageDraw.Draw(layer)
        pen.ellipse(shape, fill=round(float(rng.uniform(70, 170))), outline=210, width=max(1, unit // 500))
        lightened(picture, layer.filter(ImageFilter.GaussianBlur(unit / 420)), tone, float(rng.uniform(0.25, 0.6)))
    return picture


def leaves(
    picture: Image.Image, tone: Colour, rng: np.random.Generator, *, side: int, soft: float, strength: float
) -> None:
    """The shadow of a branch that reaches into the picture from the left (-1) or the right (1)."""
    scale = 3
    width, height = picture.width // scale, picture.height // scale
    unit = min(width, height)
    layer = Image.new("L", (width, height))
    root = (width * (1.02 if side > 0 else -0.02), height * float(rng.uniform(-0.02, 0.2)))
    turn = float(rng.uniform(0.5, 0.8))
    for number in range(9):
        along = 0.08 + number * 0.085
        x = root[0] - side * unit * along * np.cos(turn)
        y = root[1] + unit * along * np.sin(turn)
        for way in (-1, 1):
            long, wide = unit * (0.30 - 0.016 * number), unit * (0.050 - 0.002 * number)
            leaf = Image.new("L", (round(long * 2.2), round(long * 2.2)))
            middle = leaf.width / 2
            steps = np.linspace(0, 1, 20)
            half = wide * np.sin(np.pi * steps**0.8)
            points = [(middle + long * s, middle + h) for s, h in zip(steps, half, strict=True)]
            points += [(middle + long * s, middle - h) for s, h in zip(steps[::-1], half[::-1], strict=True)]
            ImageDraw.Draw(leaf).polygon(points, fill=255)
            angle = np.degrees(turn) + way * float(rng.uniform(38, 58))
            leaf = leaf.rotate(-angle if side < 0 else 180 + angle, Image.Resampling.BILINEAR)
            layer.paste(255, (round(x - middle), round(y - middle)), leaf)
    darkened(picture, layer.filter(ImageFilter.GaussianBlur(unit * soft)), tone, strength)


def panes(picture: Image.Image, tone: Colour, rng: np.random.Generator, strength: float) -> None:
    """Sun through a window: slanted bright panes."""
    width, height = picture.width // 4, picture.height // 4
    layer = Image.new("L", (width, height))
    pen = ImageDraw.Draw(layer)
    lean = float(rng.uniform(0.25, 0.45))
    start = float(rng.uniform(0.05, 0.25)) * width
    for row in range(3):
        for column in range(2):
            left = start + column * width * 0.36
            top, bottom = height * (0.04 + row * 0.27), height * (0.04 + row * 0.27 + 0.24)
            shape = [(left, top), (left + width * 0.32, top + 0.06 * height)]
            shape += [(left + width * 0.32, bottom + 0.06 * height), (left, bottom)]
            pen.polygon([(x + lean * y, y) for x, y in shape], fill=255)
    lightened(picture, layer.filter(ImageFilter.GaussianBlur(min(width, height) / 60)), tone, strength)


def halved(picture: Image.Image, tone: Colour, rng: np.random.Generator) -> None:
    """A second sheet of paper across the picture, with the line of shade at its edge."""
    width, height = picture.size
    lean = float(rng.uniform(-0.25, 0.25))
    cut = height * float(rng.uniform(0.52, 0.66))
    mask = Image.new("L", picture.size)
    ends = [(0, cut - lean * width / 2), (width, cut + lean * width / 2)]
    ImageDraw.Draw(mask).polygon([*ends, (width, height), (0, height)], fill=255)
    shade = mask.resize((width // 4, height // 4)).filter(ImageFilter.GaussianBlur(min(width, height) / 260))
    darkened(picture, shade, (150, 140, 135), 0.7)
    sheet = textured(Image.new("RGB", picture.size, tone), waves(picture.size, (width / 5, height / 5), rng), 2.0)
    picture.paste(mix(tone, (255, 255, 255), 0.35), (0, -2), mask)
    picture.paste(sheet, (0, 0), mask)
