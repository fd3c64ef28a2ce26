"""A picture in words from a scene, and the user's and the model's description made one (O9)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from aura.providers.local.scenes import Fact, Scene
from aura.providers.local.wording import worded
from optimizer.limits import plain, shorten

MODES: Final = ("user", "ai", "both")
MOST_DESCRIPTION: Final = 2000
ALIKE: Final = 0.5
"""Two sentences that share so much of their words (Jaccard) say the same."""
SENTENCES: Final = re.compile(r"(?<=[.!?…。！？])\s+|\n+")
SEEN: Final[Mapping[str, str]] = {
    "backlight": "light from behind", "centred": "a clear middle", "colour": "{0} as the main colour",
    "contrast": "strong light and shade", "contrast_colours": "{0} against {1}", "cool": "cool tones",
    "depth": "a sharp subject before a soft background", "earth_tones": "earthy tones", "golden": "warm golden light",
    "harmony": "{0} next to {1}", "high_key": "bright, airy light", "horizon": "a clear horizon",
    "low_key": "deep shadows", "monochrome": "black, white and grey", "night": "the dark of the night",
    "pastel": "soft pastel tones", "sharp": "crisp detail", "sky": "a lot of sky", "soft": "soft, even light",
    "space": "plenty of empty space", "symmetry": "two mirrored halves", "texture": "rich texture",
    "thirds_left": "a subject set to the left", "thirds_right": "a subject set to the right", "vivid": "vivid colours",
    "warm": "warm tones", "water": "water", "greenery": "green leaves", "wide": "a wide view",
}  # fmt: skip
PEOPLE: Final = {1: "one person", 2: "two people", 3: "three people", 4: "four people"}
FORMATS: Final = {"landscape": "landscape-format", "portrait": "upright", "square": "square"}


@dataclass(frozen=True, slots=True)
class Description:
    """``source`` is ``user``, ``ai``, ``both`` or ``none``: whose words the text holds."""

    text: str
    source: str


def combined(user: str, ai: str, mode: str = "both") -> Description:
    """One description by ``mode`` (see ``MODES``); where the wanted one is empty, the other.

    Of both the user's words come first and whole, then the sentences of the other that say something else.
    """
    mine, other = plain(user)[:MOST_DESCRIPTION].strip(), plain(ai)[:MOST_DESCRIPTION].strip()
    if not mine or not other:
        return Description(mine or other, "user" if mine else "ai" if other else "none")
    if mode in {"user", "ai"}:
        return Description(mine if mode == "user" else other, mode)
    said = [frozenset(worded(one).words) for one in _sentences(mine)]
    added = []
    for sentence in _sentences(other):
        words = frozenset(worded(sentence).words)
        if words and not any(_alike(words, before) for before in said):
            added.append(sentence)
            said.append(words)
    if not added:
        return Description(mine, "user")
    ended = mine if mine[-1] in ".!?…。！？" else f"{mine}."
    return Description(" ".join([ended, *added])[:MOST_DESCRIPTION].strip(), "both")


def seen(fact: Fact) -> str:
    """A fact as a phrase, "" where it is not to be spoken of (people are counted, never described)."""
    words = SEEN.get(fact.code, "")
    return words.format(*fact.colours) if len(fact.colours) >= words.count("{") else ""


def subjects(scene: Scene) -> tuple[str, ...]:
    """What can be named in the picture: people by number, sky, leaves, water."""
    found = [people] if (people := _people(scene)) else []
    codes = {fact.code for fact in scene.facts}
    return tuple(found + [SEEN[code] for code in ("sky", "greenery", "water") if code in codes])


def described(scene: Scene) -> str:
    """One or two sentences of what this machine sees; "" for a picture that it cannot read."""
    if not scene.readable:
        return ""
    things = subjects(scene)
    kind = FORMATS[scene.composition.orientation]
    article = "An" if kind.startswith("u") else "A"
    first = f"{article} {kind} picture" + (f" with {_listed(things)}" if things else "")
    codes = ("sky", "greenery", "water")
    more = [words for fact in scene.facts if fact.code not in codes and (words := seen(fact))][:3]
    return f"{first}. It shows {_listed(tuple(more))}." if more else f"{first}."


def alt_text(platform: str, scene: Scene | None, description: str) -> str:
    """Words for people who do not see the picture, within the platform's limit: the description, else what is seen."""
    text = " ".join(plain(description).split()) or (described(scene) if scene else "")
    return shorten(text, platform, "alt_text")


def _people(scene: Scene) -> str:
    return PEOPLE.get(len(scene.faces), "a group of people" if scene.faces else "")


def _listed(things: tuple[str, ...]) -> str:
    return things[0] if len(things) == 1 else f"{', '.join(things[:-1])} and {things[-1]}"


def _sentences(text: str) -> list[str]:
    return [one.strip() for one in SENTENCES.split(text) if one.strip()]


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    if not one or not other:
        return False
    return one <= other or len(one & other) / len(one | other) >= ALIKE
