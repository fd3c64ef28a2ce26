"""Portraits: the looks of a drawn face for a gender and an age, and the finished picture.

The means and spreads in `looks.json` were found by a cross-entropy search: they are the shapes that a face classifier
reads most often as that gender and age. They describe drawings, not people.
"""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from PIL import Image

from audience.sample.canvas import Canvas, Colour, clamp
from audience.sample.faces import Face, draw_face
from audience.sample.hair import draw_beard, draw_behind, draw_glasses, draw_hair

SKINS: tuple[Colour, ...] = (
    (244, 208, 186),
    (232, 190, 164),
    (222, 178, 150),
    (206, 158, 126),
    (182, 132, 100),
    (150, 104, 76),
    (116, 78, 56),
    (86, 58, 44),
)
DARK_HAIR: tuple[Colour, ...] = ((24, 18, 16), (48, 32, 24), (70, 46, 32))
LIGHT_HAIR: tuple[Colour, ...] = ((110, 74, 46), (160, 116, 70), (206, 170, 112), (140, 66, 36))
GREY_HAIR: tuple[Colour, ...] = ((176, 172, 166), (224, 222, 218), (120, 116, 112))
EYES: tuple[Colour, ...] = ((96, 64, 40), (60, 40, 28), (90, 120, 140), (90, 110, 70))
YOUNG = {
    "woman": ("bun", "bob", "long", "wavy", "fringe", "long", "wavy"),
    "man": ("short", "quiff", "buzz", "curly", "short", "quiff"),
}
OLDER = {"woman": ("bun", "bob", "wavy", "curly"), "man": ("short", "thin", "bald", "buzz")}


@cache
def _looks() -> dict[str, Any]:
    answer: dict[str, Any] = json.loads((Path(__file__).parent / "looks.json").read_text(encoding="utf-8"))
    return answer


def make_face(random: Random, gender: str, age: int) -> Face:
    """A face that is drawn to look like a "woman" or a "man" of about `age` years."""
    looks = _looks()
    near = min(looks[gender], key=lambda text: abs(int(text) - age))
    mean, spread = looks[gender][near]["mean"], looks[gender][near]["spread"]
    traits = {}
    for name, low, high, middle, width in zip(looks["traits"], looks["low"], looks["high"], mean, spread, strict=True):
        traits[name] = min(high, max(low, random.gauss(middle, width)))
    for name in ("beard", "moustache"):
        traits[name] = 0 if gender == "woman" or traits[name] < 0.2 else traits[name]
    traits["make_up"] = 0 if gender == "man" else traits["make_up"]
    traits["glasses"] = 1.0 if random.random() < traits["glasses"] * 0.6 else 0.0
    skin = random.choice(SKINS)
    styles = (OLDER if age > 45 else YOUNG)[gender]
    face = Face(skin=skin, hair=_hair(random, skin, age), eyes=_eyes(random, skin), style=random.choice(styles))
    return replace(face, light=random.uniform(-0.8, 0.8), **traits)


def _hair(random: Random, skin: Colour, age: int) -> Colour:
    if random.random() < max(0, (age - 38) / 35):
        return random.choice(GREY_HAIR)
    return random.choice(DARK_HAIR if sum(skin) < 440 else DARK_HAIR + LIGHT_HAIR)


def _eyes(random: Random, skin: Colour) -> Colour:
    return random.choice(EYES[:2] if sum(skin) < 440 else EYES)


def draw_portrait(random: Random, gender: str, age: int) -> Image.Image:
    """A 150 x 150 portrait of nobody."""
    face = make_face(random, gender, age)
    level = random.randrange(60, 220)
    ground = clamp(*(level + random.randrange(-38, 39) for _ in range(3)))
    canvas = Canvas(ground)
    canvas.fill([(0, 0), (150, 0), (150, 60), (0, 90)], clamp(*(part + 26 for part in ground)), 0.5, 18)
    canvas.place(random.uniform(-5, 5), random.uniform(1.0, 1.4), random.uniform(-4, 4), random.uniform(0, 6))
    draw_behind(canvas, face, clamp(*(random.randrange(20, 220) for _ in range(3))))
    skin = draw_face(canvas, face)
    draw_beard(canvas, face, skin, random)
    if face.glasses:
        draw_glasses(canvas, face)
    draw_hair(canvas, face, skin, random)
    canvas.grain(random, 0.12)
    return canvas.finished(random.uniform(0.2, 0.9))
