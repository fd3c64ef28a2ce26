"""Which colours a prompt's picture has: those its words name, else those of its mood, else some by chance."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from aura.providers.local.composer.colours import Colour, contrast, hexed, lab, mix, polar, rounded
from aura.providers.local.composer.words import named, table

MOODS: Final = "palettes.txt"
HUES: Final = "hues.txt"
PALE: Final = {"beige", "grey", "black", "white", "brown"}


@dataclass(frozen=True, slots=True)
class Palette:
    """``colours`` blend in their order from dark to bright; type is set in ``deep`` or ``light``."""

    name: str
    deep: Colour
    colours: tuple[Colour, ...]
    light: Colour
    accent: Colour
    serif: bool = False

    @property
    def stops(self) -> tuple[Colour, ...]:
        """All from the deepest to the lightest."""
        return (self.deep, *self.colours, self.light)

    def ink(self, ground: object) -> Colour:
        """The one of ``deep`` and ``light`` that reads better on a colour."""
        return max((self.deep, self.light), key=lambda one: contrast(one, ground))


def palette_of(prompt: str, rng: np.random.Generator) -> Palette:
    """The palette for a prompt; ``rng`` decides what its words leave open."""
    moods, hues = named(MOODS, prompt), named(HUES, prompt)
    mood = _mood(moods[0]) if moods else None
    # The same draws whatever was found, so that what follows does not depend on the words.
    chosen, turn = int(rng.integers(len(table(MOODS)))), float(rng.normal(0, 7))
    if hues:
        return _of_hues(hues, mood)
    return _turned(mood or _mood(table(MOODS)[chosen][0]), turn)


def _mood(name: str) -> Palette:
    row = next(one for one in table(MOODS) if one[0] == name)
    deep, colours, light, accent, kind = row[1:6]
    return Palette(
        name, hexed(deep), tuple(map(hexed, colours.split())), hexed(light), hexed(accent), serif=kind == "serif"
    )


def _of_hues(names: list[str], mood: Palette | None) -> Palette:
    """A palette around the colours that were named."""
    rows = {row[0]: [float(part) for part in row[1].split()] for row in table(HUES)}
    lightness, chroma, hue = rows[names[0]]
    strong = chroma > 0.1
    deep = polar(0.2, min(chroma, 0.09), hue - 8)
    low = polar(0.36 if strong else 0.34, min(chroma, 0.15), hue - 6)
    main = polar(lightness, chroma, hue)
    second = polar(*rows[names[1]]) if len(names) > 1 else polar(0.76, chroma * 0.75, hue + (32 if strong else 10))
    pale = mix(second if len(names) < 3 else polar(*rows[names[2]]), (255, 252, 246), 0.45)
    light = polar(0.975, min(chroma, 0.012), hue + 30)
    accent = mood.accent if mood is not None else polar(0.74, 0.16, 45 if names[0] in PALE else hue + 165)
    ordered = sorted((low, main, second, pale), key=lambda one: float(lab(one)[0]))
    return Palette("+".join(names[:3]), deep, tuple(ordered), light, accent, serif=mood.serif if mood else not strong)


def _turned(palette: Palette, degrees: float) -> Palette:
    """The palette with its hues turned a little, so that no two prompts look quite the same."""
    angle = np.deg2rad(degrees)
    turn = np.array([[1, 0, 0], [0, np.cos(angle), -np.sin(angle)], [0, np.sin(angle), np.cos(angle)]], np.float32)

    def turned(colour: Colour) -> Colour:
        return rounded(lab(colour) @ turn.T)

    return Palette(
        palette.name,
        turned(palette.deep),
        tuple(turned(one) for one in palette.colours),
        palette.light,
        turned(palette.accent),
        palette.serif,
    )
