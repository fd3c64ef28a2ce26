"""Shadow, reflection and light on a scene: what makes a pasted product stand in it."""

from typing import Final

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from aura.providers.local.composer.colours import Colour

Place = tuple[int, int]
Size = tuple[int, int]
SMALL: Final = 4
"""Soft things are made at a quarter of the size."""


def darkened(picture: Image.Image, mask: Image.Image, tone: Colour, strength: float) -> None:
    """Multiply a picture by a tone where a mask (any size, L) says so, in place: textures stay visible in the shade."""
    full = mask.resize(picture.size, Image.Resampling.BICUBIC).point(lambda value: round(value * strength))
    picture.paste(ImageChops.multiply(picture, Image.new("RGB", picture.size, tone)), (0, 0), full)


def lightened(picture: Image.Image, mask: Image.Image, tone: Colour, strength: float) -> None:
    """Screen a tone onto a picture where a mask says so, in place."""
    full = mask.resize(picture.size, Image.Resampling.BICUBIC).point(lambda value: round(value * strength))
    picture.paste(ImageChops.screen(picture, Image.new("RGB", picture.size, tone)), (0, 0), full)


def softened(size: Size, alpha: Image.Image, place: tuple[float, float], reach: float) -> Image.Image:
    """A mask at a quarter of ``size`` with ``alpha`` at a place, blurred by ``reach`` pixels of the full size."""
    small = Image.new("L", (max(1, size[0] // SMALL), max(1, size[1] // SMALL)))
    shape = (max(1, alpha.width // SMALL), max(1, alpha.height // SMALL))
    small.paste(alpha.resize(shape, Image.Resampling.BOX), (round(place[0] / SMALL), round(place[1] / SMALL)))
    return small.filter(ImageFilter.GaussianBlur(max(0.5, reach / SMALL)))


def grounded(picture: Image.Image, alpha: Image.Image, place: Place, tone: Colour, strength: float = 1.0) -> None:
    """Where a product touches the floor: a dark line close by, a wide shade around it."""
    left, foot = place[0], place[1] + alpha.height
    # The lowest part alone touches: a bottle's neck throws no shadow beside its foot.
    low = alpha.crop((0, round(alpha.height * 0.86), alpha.width, alpha.height))
    for high, reach, share in ((0.035, 0.012, 0.85), (0.10, 0.05, 0.55), (0.16, 0.13, 0.40)):
        flat = low.resize((alpha.width, max(2, round(alpha.width * high))), Image.Resampling.BOX)
        mask = softened(picture.size, flat, (left, foot - flat.height * 0.62), alpha.width * reach)
        darkened(picture, mask, tone, share * strength)


def cast(
    picture: Image.Image, alpha: Image.Image, place: Place, tone: Colour, *, lean: float, rise: float, strength: float
) -> None:
    """The shadow that light from the front throws back over the floor: sheared by ``lean``, ``rise`` as high."""
    high = max(2, round(alpha.height * rise))
    flat = alpha.resize((alpha.width, high), Image.Resampling.BOX)
    wide = round(abs(lean) * high)
    start = wide if lean < 0 else 0
    grown = Image.new("L", (alpha.width + wide, high))
    grown.paste(flat, (start, 0))
    # Output (x, y) is taken from x − lean · (height − y): rows move further the further up they are.
    sheared = grown.transform(grown.size, Image.Transform.AFFINE, (1, lean, -lean * high, 0, 1, 0))
    column = np.linspace(90, 255, high).astype(np.uint8)[:, None]
    faded = ImageChops.multiply(sheared, Image.fromarray(np.repeat(column, sheared.width, axis=1)))
    where = (place[0] - start, place[1] + alpha.height - high - alpha.height * 0.012)
    for reach, share in ((0.018, 0.5), (0.06, 0.5)):
        darkened(picture, softened(picture.size, faded, where, alpha.width * reach), tone, strength * share)


def dropped(picture: Image.Image, alpha: Image.Image, place: Place, tone: Colour, far: float, strength: float) -> None:
    """The shadow of a thing that lies flat or hangs: shifted to the lower right by ``far`` pixels, softer with it."""
    for step, reach, share in ((0.25, 0.22, 0.8), (1.0, 0.8, 0.7)):
        where = (place[0] + far * step * 0.8, place[1] + far * step)
        darkened(picture, softened(picture.size, alpha, where, far * reach), tone, strength * share)


def mirrored(picture: Image.Image, product: Image.Image, place: Place, strength: float, depth: float = 0.5) -> None:
    """The product's reflection in a polished floor, fading with depth."""
    high = max(2, round(product.height * depth))
    flipped = ImageOps.flip(product).crop((0, 0, product.width, high))
    column = (np.linspace(1, 0, high) ** 1.8 * 255 * strength).astype(np.uint8)[:, None]
    fade = Image.fromarray(np.repeat(column, product.width, axis=1))
    alpha = ImageChops.multiply(flipped.getchannel("A"), fade)
    soft = flipped.convert("RGB").filter(ImageFilter.GaussianBlur(max(1, product.width / 180)))
    picture.paste(soft, (place[0], place[1] + product.height - 2), alpha)


def rimmed(product: Image.Image, tone: Colour, strength: float) -> Image.Image:
    """A product lit along its edges from both sides, as by two strip lamps behind it."""
    alpha = product.getchannel("A")
    reach = max(2, round((product.width * product.height) ** 0.5 / 46))
    wide = ImageOps.expand(alpha, reach * 3)
    inner = ImageChops.multiply(ImageChops.offset(wide, reach, reach // 3), ImageChops.offset(wide, -reach, reach // 3))
    inner = ImageOps.crop(inner.filter(ImageFilter.GaussianBlur(reach)), reach * 3)
    edge = ImageChops.multiply(ImageChops.subtract(alpha, inner), alpha).point(lambda value: round(value * strength))
    column = (np.clip(np.linspace(1.15, 0.1, alpha.height), 0, 1) * 255).astype(np.uint8)[:, None]
    edge = ImageChops.multiply(edge, Image.fromarray(np.repeat(column, alpha.width, axis=1)))
    colours = product.convert("RGB")
    colours.paste(ImageChops.screen(colours, Image.new("RGB", colours.size, tone)), (0, 0), edge)
    colours.putalpha(alpha)
    return colours


def shone(picture: Image.Image, centre: tuple[float, float], reach: float, tone: Colour, strength: float) -> None:
    """A soft round light; centre and reach as shares of width, height and the shorter side."""
    small = (max(1, picture.width // 8), max(1, picture.height // 8))
    y, x = np.mgrid[0 : small[1], 0 : small[0]].astype(np.float32)
    side = min(small) * reach
    away = ((x - centre[0] * small[0]) ** 2 + (y - centre[1] * small[1]) ** 2) / max(1.0, side * side)
    mask = Image.fromarray((np.exp(-away) * 255).astype(np.uint8))
    lightened(picture, mask, tone, strength)


def vignetted(picture: Image.Image, tone: Colour, strength: float) -> None:
    """Corners a little darker."""
    small = (max(2, picture.width // 8), max(2, picture.height // 8))
    y, x = np.mgrid[-1 : 1 : small[1] * 1j, -1 : 1 : small[0] * 1j].astype(np.float32)
    mask = np.clip((x * x + y * y) / 2, 0, 1) ** 1.4 * 255
    darkened(picture, Image.fromarray(mask.astype(np.uint8)), tone, strength)


def ball(side: int, colours: tuple[Colour, Colour, Colour]) -> Image.Image:
    """A matt ball (RGBA) lit from the upper left: dark, own and light colour."""
    y, x = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j].astype(np.float32)
    lit = np.clip(0.52 - 0.42 * x - 0.50 * y - 0.28 * (x * x + y * y) + 0.1, 0, 1)[..., None]
    dark, own, light = (np.array(one, np.float32) for one in colours)
    pixels = np.where(lit < 0.5, dark + (own - dark) * lit * 2, own + (light - own) * (lit * 2 - 1))
    mask = Image.new("L", (side * 2, side * 2))
    ImageDraw.Draw(mask).ellipse([2, 2, side * 2 - 3, side * 2 - 3], fill=255)
    found = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    found.putalpha(mask.resize((side, side), Image.Resampling.BOX))
    return found
