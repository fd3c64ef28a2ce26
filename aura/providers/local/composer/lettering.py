"""Setting type: which font has a letter, how large a headline can be, and what is drawn.

Pillow reads WOFF2 itself. Inter stands with the pages' own files, so that it ships once.
"""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from aura.providers.local.composer.colours import Colour

OWN: Final = Path(__file__).parent / "fonts"
SHARED: Final = Path(__file__).parents[3] / "static" / "aura" / "vendor"
SANS, SERIF = "sans", "serif"
FILES: Final = {
    (SANS, "latin"): SHARED / "inter-latin-wght-normal.woff2",
    (SANS, "latin-ext"): OWN / "inter-latin-ext-wght-normal.woff2",
    (SANS, "cyrillic"): OWN / "inter-cyrillic-wght-normal.woff2",
    (SANS, "greek"): OWN / "inter-greek-wght-normal.woff2",
    (SERIF, "latin"): OWN / "playfair-display-latin-wght-normal.woff2",
    (SERIF, "latin-ext"): OWN / "playfair-display-latin-ext-wght-normal.woff2",
    (SERIF, "cyrillic"): OWN / "playfair-display-cyrillic-wght-normal.woff2",
}
MEASURE: Final = 100


@lru_cache(maxsize=64)
def font(family: str, script: str, size: int, weight: int) -> ImageFont.FreeTypeFont:
    """One font; raises ``KeyError`` where the family has no such script."""
    found = ImageFont.truetype(str(FILES[family, script]), size)
    found.set_variation_by_axes([weight])
    return found


def script_of(letter: str) -> str:
    """Which of the files may have a letter, "" where none has."""
    code = ord(letter)
    if code <= 0xFF or letter in "ıŒœ–—‘’“”…·•€":
        return "latin"
    if 0x100 <= code <= 0x24F or 0x1E00 <= code <= 0x1EFF:
        return "latin-ext"
    if 0x401 <= code <= 0x45F or code in (0x490, 0x491):
        return "cyrillic"
    return "greek" if 0x370 <= code <= 0x3FF else ""


@lru_cache(maxsize=2000)
def has(family: str, letter: str) -> bool:
    """Whether the family can draw a letter."""
    script = script_of(letter)
    if not script or (family, script) not in FILES:
        return False
    if letter.isspace():
        return True
    named = font(family, script, MEASURE, 400)
    missing = named.getmask("\U0010ffff")
    shape = named.getmask(letter)
    return (shape.size, bytes(shape)) != (missing.size, bytes(missing))


def drawable(family: str, text: str) -> str:
    """The words of a text that the family can draw whole."""
    words = unicodedata.normalize("NFC", text).split()
    return " ".join(word for word in words if all(has(family, letter) for letter in word))


def family_for(text: str, wanted: str) -> str:
    """``wanted`` where it can draw as much of the text as Inter can."""
    return SANS if len(drawable(wanted, text)) < len(drawable(SANS, text)) else wanted


def runs(text: str) -> list[tuple[str, str]]:
    """The text in pieces of one font file each, with its script."""
    found: list[tuple[str, str]] = []
    for letter in text:
        script = script_of(letter)
        if found and (found[-1][0] == script or letter.isspace()):
            found[-1] = (found[-1][0], found[-1][1] + letter)
        else:
            found.append((script or "latin", letter))
    return found


@dataclass(frozen=True, slots=True)
class Face:
    """A family at a weight; ``tracking`` is put between letters, as a share of the size."""

    family: str
    weight: int
    tracking: float = 0.0

    def width(self, text: str, size: int) -> float:
        """Pixels."""
        total = sum(font(self.family, script, MEASURE, self.weight).getlength(part) for script, part in runs(text))
        return (total / MEASURE + self.tracking * len(text)) * size

    def draw(self, pen: ImageDraw.ImageDraw, place: tuple[float, float], text: str, size: int, fill: Colour) -> None:
        """Draw one line with its baseline at ``place``."""
        x, y = place
        for script, part in runs(text):
            chosen = font(self.family, script, size, self.weight)
            pieces = list(part) if self.tracking else [part]
            for piece in pieces:
                pen.text((x, y), piece, font=chosen, fill=fill, anchor="ls")
                x += chosen.getlength(piece) + self.tracking * size


@dataclass(frozen=True, slots=True)
class Block:
    """Lines at a size, ``leading`` pixels from baseline to baseline."""

    lines: tuple[str, ...]
    size: int
    leading: int

    @property
    def height(self) -> int:
        """From the top of the first capitals to the last baseline, in pixels."""
        return round(self.size * 0.73) + self.leading * (len(self.lines) - 1)


def fitted(text: str, face: Face, room: tuple[int, int], largest: int, most_lines: int = 4) -> Block:
    """The text as large as it can be in a room of so many pixels, at most ``largest``."""
    words = text.split()
    for size in range(largest, 11, -max(1, largest // 40)):
        lines = _wrapped(words, face, size, room[0])
        block = Block(tuple(lines), size, round(size * (1.08 if face.family == SERIF else 1.02)))
        widest = max((face.width(one, size) for one in lines), default=0.0)
        if len(lines) <= most_lines and block.height <= room[1] and widest <= room[0]:
            return block
    return Block(tuple(_wrapped(words, face, 12, room[0])[:most_lines]), 12, 14)


def _wrapped(words: list[str], face: Face, size: int, width: int) -> list[str]:
    lines: list[str] = []
    for word in words:
        if lines and face.width(f"{lines[-1]} {word}", size) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def mean_colour(picture: Image.Image, box: tuple[int, int, int, int]) -> tuple[float, float, float]:
    """What a part of the picture looks like from afar."""
    red, green, blue = picture.crop(box).resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))  # type: ignore[misc]
    return red, green, blue
