"""All words of a session from what there is: a model's checked answer or none, a scene, the user's description. Pure.

The chain: the model's caption where it gave a usable one, else the embedded writer's; each result says which.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from aura.providers.local.scenes import Scene
from optimizer.captions import Description, Material, alt_text, combined, described, subjects, with_tags, write
from optimizer.hashtags import Choice, TagRow, Used, choose, niches_in
from optimizer.prompts import Words

LOCAL: Final = "local"
SCENE_NICHES: Final[Mapping[str, str]] = {
    "greenery": "nature", "sky": "nature", "water": "beach", "monochrome": "monochrome", "contrast_colours": "colour",
    "pastel": "colour", "vivid": "colour", "night": "city",
}  # fmt: skip
FALLBACK_NICHE: Final = "photography"
MOST_NICHES: Final = 5


@dataclass(frozen=True, slots=True)
class Told:
    """What is known and wanted. ``words`` None is no model; ``writer`` its name; ``mode`` is user, ai or both (O9).

    ``history`` are the workspace's hashtags, ``table`` the stored ones (None is the shipped starter).
    """

    platforms: tuple[str, ...]
    description: str = ""
    mode: str = "both"
    words: Words | None = None
    writer: str = ""
    scene: Scene | None = None
    history: tuple[Used, ...] = ()
    table: Sequence[TagRow] | None = None
    preset: str = "full"
    seed: int = 0


@dataclass(frozen=True, slots=True)
class PlatformText:
    """One platform's words, ready to post: ``caption`` holds hashtags where they belong in it."""

    platform: str
    caption: str
    title: str
    tags: Choice
    alt_text: str
    writer: str


@dataclass(frozen=True, slots=True)
class Composition:
    """``niches`` are words for people; ``groups`` those of the shipped table that the hashtags were filled from."""

    description: Description
    niches: tuple[str, ...]
    groups: tuple[str, ...]
    subjects: tuple[str, ...]
    texts: Mapping[str, PlatformText]


def compose(told: Told) -> Composition:
    """Words for all platforms, in their order; makes no call. Raises ``KeyError`` for an unknown platform."""
    words, scene = told.words, told.scene
    seen = words.description if words is not None else described(scene) if scene is not None else ""
    description = combined(told.description, seen, told.mode)
    groups = _groups(told, description.text)
    niches = _unique((*(words.niches if words is not None else ()), *groups))[:MOST_NICHES]
    material = Material(_for_captions(told), niches, scene)
    return Composition(
        description=description,
        niches=niches,
        groups=groups,
        subjects=words.subjects if words is not None else subjects(scene) if scene is not None else (),
        texts={platform: _text(platform, told, material, (*groups, *niches)) for platform in told.platforms},
    )


def _text(platform: str, told: Told, material: Material, niches: tuple[str, ...]) -> PlatformText:
    words = told.words
    tags = choose(
        platform,
        words.hashtags if words is not None else (),
        niches=niches,
        history=told.history,
        table=told.table,
        preset=told.preset,
    )
    alt = words.alt_text if words is not None else ""
    alt = alt_text(platform, told.scene, alt or told.description)
    given = words.captions.get(platform) if words is not None else None
    if given is not None:
        caption = with_tags(platform, given.caption, tags.names)
        return PlatformText(platform, caption, given.title, tags, alt, told.writer or "model")
    local = write(platform, material, seed=told.seed, tags=tags.names)
    return PlatformText(platform, local.text, local.title, tags, alt, LOCAL)


def _for_captions(told: Told) -> str:
    """The embedded writer speaks of what it saw itself; a bare list of it is no caption's middle."""
    seen = told.words.description if told.words is not None else ""
    return combined(told.description, seen, told.mode).text


def _groups(told: Told, description: str) -> tuple[str, ...]:
    words = told.words
    texts = [description, *(words.niches if words is not None else ()), *(words.hashtags if words is not None else ())]
    found = niches_in(texts)
    facts = told.scene.facts if told.scene is not None else ()
    if not words and not found:
        found = _unique(SCENE_NICHES[fact.code] for fact in facts if fact.code in SCENE_NICHES)[:2]
    return found or (FALLBACK_NICHE,)


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(name.casefold(), name)
    return tuple(found.values())
