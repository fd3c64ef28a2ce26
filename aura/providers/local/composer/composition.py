"""One composed picture: a ground, the prompt's key words in type, and a label that says what it is."""

import hashlib
import io
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from aura.providers.local.composer.colours import Colour, contrast, mix, ramp
from aura.providers.local.composer.grounds import Ground, Size, bands, grained, hills, mesh, orb
from aura.providers.local.composer.lettering import SANS, SERIF, Face, drawable, family_for, fitted, mean_colour
from aura.providers.local.composer.palettes import Palette, palette_of
from aura.providers.local.composer.swiss import room as beside
from aura.providers.local.composer.swiss import swiss
from aura.providers.local.composer.words import named, phrases

SIZES: Final[dict[str, Size]] = {
    "1:1": (1080, 1080),
    "4:5": (1080, 1350),
    "3:4": (1080, 1440),
    "2:3": (1080, 1620),
    "9:16": (1080, 1920),
    "5:4": (1350, 1080),
    "4:3": (1440, 1080),
    "3:2": (1620, 1080),
    "16:9": (1920, 1080),
    "1.91:1": (1910, 1000),
}
"""Pixels of each form; the ratio is exact."""
LABEL: Final = "Placeholder – composed locally"
GROUNDS: Final[tuple[tuple[str, Ground], ...]] = (
    ("mesh", mesh),
    ("hills", hills),
    ("swiss", swiss),
    ("bands", bands),
    ("orb", orb),
)
# Moods whose own ground is the first that is shown.
SUITS: Final = {
    "ice": "hills", "dawn": "hills", "forest": "hills", "dusk": "hills", "earth": "bands", "ocean": "bands",
    "night": "orb", "neon": "orb", "gold": "orb", "mono": "swiss", "city": "swiss", "joy": "swiss",
}  # fmt: skip
LEAST_CONTRAST: Final = 4.5
QUALITY: Final = 92


@dataclass(frozen=True, slots=True)
class Words:
    """What is set: the first phrase large, the others small."""

    headline: str
    line: str
    face: Face


def composed(prompt: str, aspect: str, seed: int, reference: bytes | None = None) -> bytes:
    """A JPEG for a prompt, the same for the same arguments; consecutive seeds give different layouts."""
    size = SIZES[aspect]
    rng = np.random.default_rng(int.from_bytes(hashlib.sha256(f"{seed}\0{prompt}".encode()).digest()[:8]))
    palette = palette_of(prompt, np.random.default_rng(_hashed(prompt)))
    ground = partial(toned, reference) if reference else _ground(prompt, palette, seed)
    picture = ground(size, palette, rng)
    margin = round(min(size) * 0.07)
    room = (round((size[0] - 2 * margin) * (1 if size[1] >= size[0] else 0.62)), round(size[1] * 0.3))
    room = beside(size, margin) if ground is swiss else room
    _set(picture, _words(prompt, palette), palette, margin, room)
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=QUALITY, subsampling=0)
    return target.getvalue()


def _hashed(prompt: str) -> int:
    return int.from_bytes(hashlib.sha256(prompt.encode()).digest()[:8])


def _ground(prompt: str, palette: Palette, seed: int) -> Ground:
    """The grounds in an order of the prompt's own, by the seed."""
    order = [int(place) for place in np.random.default_rng(_hashed(prompt)).permutation(len(GROUNDS))]
    moods = [SUITS[mood] for mood in named("palettes.txt", prompt) if mood in SUITS]
    first = moods[0] if moods else SUITS.get(palette.name)
    order.sort(key=lambda place: GROUNDS[place][0] != first)
    return GROUNDS[order[seed % len(GROUNDS)]][1]


def toned(reference: bytes, size: Size, palette: Palette, rng: np.random.Generator) -> Image.Image:
    """The reference picture in the tones of the palette, darker towards the foot where the type stands."""
    with Image.open(io.BytesIO(reference)) as source:
        grey = ImageOps.autocontrast(ImageOps.fit(source.convert("L"), size, Image.Resampling.BICUBIC), cutoff=1)
    stops = [palette.deep, *palette.colours, palette.light]
    tones = ramp(stops, np.linspace(0, 1, 256, dtype=np.float32) ** 1.1)
    table = [int(value) for band in range(3) for value in tones[:, band]]
    picture = Image.merge("RGB", [grey] * 3).point(table)
    column = (np.clip(np.linspace(-0.9, 1, size[1]), 0, 1) ** 0.8 * 225).astype(np.uint8)
    picture.paste(palette.deep, (0, 0), Image.fromarray(column[:, None]).resize(size))
    return grained(picture, rng)


def _words(prompt: str, palette: Palette) -> Words:
    family = family_for(prompt, SERIF if palette.serif else SANS)
    shown = [one for one in (drawable(family, phrase) for phrase in phrases(prompt)) if one]
    # A colour alone says little that the picture does not show.
    shown.sort(key=lambda one: " " not in one and bool(named("hues.txt", one)))
    headline = shown[0] if shown else ""
    if family == SANS:
        return Words(_raised(headline), "  ·  ".join(shown[1:4]), Face(SANS, 760, -0.028))
    return Words(_raised(headline), "  ·  ".join(shown[1:4]), Face(SERIF, 560))


def _raised(text: str) -> str:
    return text[:1].upper() + text[1:]


def _set(picture: Image.Image, words: Words, palette: Palette, margin: int, room: Size) -> None:
    """Headline and line at the foot on the left, the label at the head."""
    width, height = picture.size
    unit = min(picture.size)
    small = Face(SANS, 500)
    line_size = round(unit * 0.026)
    free = (room[0], room[1] - round(line_size * 2.2))
    block = fitted(words.headline, words.face, free, round(unit * 0.15), 3) if words.headline else None
    line = _cut(words.line, small, line_size, room[0])
    foot = height - margin
    top = foot - (round(line_size * 2.2) if line else 0)
    high = block.height if block else 0
    if block or line:
        box = (margin, max(0, top - high - margin // 3), min(width, margin + room[0]), min(height, foot + 8))
        ink = _readable(picture, box, palette)
        pen = ImageDraw.Draw(picture)
        if block:
            first = top - block.leading * (len(block.lines) - 1)
            for number, text in enumerate(block.lines):
                words.face.draw(pen, (margin, first + number * block.leading), text, block.size, ink)
        if line:
            small.draw(pen, (margin + 2, foot), line, line_size, ink)
    _label(picture, palette, margin)


def _cut(text: str, face: Face, size: int, width: int) -> str:
    """As many of the phrases as stand on one line."""
    parts = text.split("  ·  ") if text else []
    while parts and face.width("  ·  ".join(parts), size) > width:
        parts.pop()
    return "  ·  ".join(parts)


def _readable(picture: Image.Image, box: tuple[int, int, int, int], palette: Palette) -> Colour:
    """The ink for a place; where the place is too lively for any, it is calmed first."""
    ground = mean_colour(picture, box)
    ink = palette.ink(ground)
    paper = palette.deep if ink == palette.light else palette.light
    grid = np.asarray(picture.crop(box).resize((24, 12), Image.Resampling.BOX)).reshape(-1, 3)
    share = float(np.mean([contrast(ink, colour) >= LEAST_CONTRAST for colour in grid]))
    if share < 0.97:
        _calm(picture, box, paper, 0.62 + 0.3 * (1 - share))
    return ink


def _calm(picture: Image.Image, box: tuple[int, int, int, int], paper: Colour, strength: float) -> None:
    """A soft veil over a place and towards the foot of the picture."""
    small = (picture.width // 8, picture.height // 8)
    veil = Image.new("L", small)
    left, top, right, _ = (value // 8 for value in box)
    reach = max(small) // 5
    area = [left - 3 * reach, top - reach // 8, right + reach // 6, small[1] + 3 * reach]
    ImageDraw.Draw(veil).rectangle(area, fill=round(255 * min(0.9, strength)))
    padded = Image.new("L", (small[0] + 2 * reach, small[1] + 2 * reach))
    padded.paste(veil.resize((small[0] + reach, small[1])), (0, reach))
    padded.paste(veil, (reach, reach))
    padded.paste(veil.crop((0, 0, 1, small[1])).resize((reach, small[1])), (0, reach))
    bottom = padded.crop((0, reach + small[1] - 1, padded.width, reach + small[1])).resize((padded.width, reach))
    padded.paste(bottom, (0, reach + small[1]))
    soft = padded.filter(ImageFilter.GaussianBlur(reach / 2.6)).crop((reach, reach, reach + small[0], reach + small[1]))
    picture.paste(paper, (0, 0), soft.resize(picture.size, Image.Resampling.BICUBIC))


def _label(picture: Image.Image, palette: Palette, margin: int) -> None:
    """What this is, small and always readable."""
    face, size = Face(SANS, 520, 0.012), round(min(picture.size) * 0.019)
    long = face.width(LABEL, size)
    high = round(size * 2.2)
    left, top = margin, margin
    box = (left, top, round(left + long + size * 2), top + high)
    ground = mean_colour(picture, box)
    fill = mix((round(ground[0]), round(ground[1]), round(ground[2])), palette.deep, 0.72)
    mask = Image.new("L", ((box[2] - left) * 3, high * 3))
    ImageDraw.Draw(mask).rounded_rectangle([0, 0, mask.width - 1, mask.height - 1], mask.height // 2, fill=235)
    spot = Image.new("RGB", (box[2] - left, high), fill)
    picture.paste(spot, (left, top), mask.resize(spot.size, Image.Resampling.LANCZOS))
    face.draw(ImageDraw.Draw(picture), (left + size, top + round(size * 1.45)), LABEL, size, palette.light)
