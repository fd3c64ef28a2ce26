"""What of a picture is worth a word, with how sure and how striking it is."""

from collections.abc import Iterator

from aura.providers.local.scenes.model import Colour, Composition, Face, Fact, Light, Nature
from aura.providers.local.scenes.palette import accents, hue_apart

PASTELS = frozenset({"blush", "peach", "mint", "lavender", "sky blue", "cream", "sage"})
SKIN = frozenset(
    {
        "beige",
        "sand",
        "caramel",
        "brown",
        "chocolate",
        "terracotta",
        "peach",
        "blush",
        "cream",
        "rust",
        "olive",
        "coral",
    }
)
"""These may be the colour of a skin, of which nothing is ever said; people whose face is not seen are not found."""
EARTHS = frozenset({"sand", "beige", "caramel", "brown", "chocolate", "rust", "terracotta", "olive", "sage", "mustard"})


def facts(
    people: tuple[Face, ...], colours: tuple[Colour, ...], light: Light, built: Composition, nature: Nature
) -> tuple[Fact, ...]:
    """All facts of a picture, strongest first; there is always at least one for a readable picture."""
    found = [
        *_people(people),
        *_colours(colours, light, people),
        *_light(light, nature),
        *_built(built, people),
        *_nature(nature),
    ]
    if not found:
        found = [Fact("calm", 0.3)]
    return tuple(sorted(found, key=lambda fact: (-fact.strength, fact.code)))


def _fact(code: str, strength: float, *colours: Colour) -> Fact:
    return Fact(code, round(min(1.0, max(0.05, strength)), 3), tuple(one.name for one in colours))


def _people(people: tuple[Face, ...]) -> Iterator[Fact]:
    if len(people) == 1:
        yield _fact("portrait" if people[0].width >= 0.2 else "person", 0.75 + people[0].width / 2)
    elif len(people) == 2:
        yield _fact("two_people", 0.85)
    elif people:
        yield _fact("group", 0.9)


def _colours(colours: tuple[Colour, ...], light: Light, people: tuple[Face, ...]) -> Iterator[Fact]:
    named = accents(tuple(one for one in colours if one.name not in SKIN))
    if light.saturation < 5 and light.contrast > 4:
        yield _fact("monochrome", 0.9)
        return
    if named:
        yield _fact("colour", 0.45 + named[0].share / 2, named[0])
    pair = next(((a, b) for a in named[:3] for b in named[:4] if hue_apart(a, b) > 110 and b.share > 0.05), None)
    if pair:
        yield _fact("contrast_colours", 0.6 + min(pair[0].share, pair[1].share), *pair)
    elif len(named) > 1 and hue_apart(named[0], named[1]) < 60:
        yield _fact("harmony", 0.5 + named[1].share / 2, named[0], named[1])
    share = sum(one.share for one in colours if one.name in PASTELS)
    if share > 0.5 and light.brightness > 60 and not people:
        yield _fact("pastel", 0.4 + share / 2)
    share = sum(one.share for one in colours if one.name in EARTHS)
    if share > 0.5 and not people:
        yield _fact("earth_tones", 0.3 + share / 2)
    if light.saturation > 38:
        yield _fact("vivid", min(0.95, light.saturation / 60))


def _light(light: Light, nature: Nature) -> Iterator[Fact]:
    if light.golden > 0.3 and light.warmth > 14 and not nature.greenery:
        yield _fact("golden", 0.5 + light.golden / 2)
    elif light.warmth > 14:
        yield _fact("warm", 0.4 + light.warmth / 80)
    elif light.warmth < -9:
        yield _fact("cool", 0.4 - light.warmth / 80)
    if light.night:
        yield _fact("night", 0.85)
    elif light.backlit:
        yield _fact("backlight", 0.7)
    if light.key == "high":
        yield _fact("high_key", 0.6 + light.brightness / 500)
    elif light.key == "low" and not light.night:
        yield _fact("low_key", 0.7)
    elif light.contrast > 27:
        yield _fact("contrast", 0.35 + light.contrast / 90)
    elif light.contrast < 14 and light.saturation >= 5:
        yield _fact("soft", 0.55)


def _built(built: Composition, people: tuple[Face, ...]) -> Iterator[Fact]:
    if built.symmetry > 0.75:
        yield _fact("symmetry", built.symmetry - 0.1)
    if built.depth > 5:
        yield _fact("depth", 0.45 + built.depth / 40)
    if built.space > 0.6:
        yield _fact("space", built.space - 0.15)
    if built.spread < 0.24:
        yield from _place(built)
    if built.texture > 0.3:
        yield _fact("texture", 0.35 + built.texture / 2)
    if built.sharpness > 0.85:
        yield _fact("sharp", 0.5)
    if built.horizon is not None and not people:
        yield _fact("horizon", 0.6)
    if built.frame == "wide":
        yield _fact("wide", 0.65)


def _place(built: Composition) -> Iterator[Fact]:
    if abs(built.x - 0.5) < 0.07 and abs(built.y - 0.5) < 0.15:
        yield _fact("centred", 0.6)
    elif abs(built.x - 1 / 3) < 0.09:
        yield _fact("thirds_left", 0.6)
    elif abs(built.x - 2 / 3) < 0.09:
        yield _fact("thirds_right", 0.6)


def _nature(nature: Nature) -> Iterator[Fact]:
    for code in ("sky", "greenery", "water"):
        share = getattr(nature, code)
        if share > 0.12:
            yield _fact(code, 0.55 + share / 2)
