"""The embedded caption writer: a hook, what the user said, what was seen, a call to action, in the platform's tone."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from aura.providers.local.scenes import Scene
from optimizer.captions.describing import seen
from optimizer.limits import TEXTS, count, limit_of, plain, shorten

VERSION: Final = "1"
FRAMES: Final = Path(__file__).with_name("frames.txt")
IN_CAPTION: Final = frozenset({"x.com", "linkedin", "facebook", "pinterest", "tiktok"})
"""Where hashtags stand at the end of the caption; at Instagram they are the first comment."""
TIGHT: Final = frozenset({"x.com"})
BREAKS: Final = {"instagram": "\n\n", "linkedin": "\n\n", "facebook": "\n\n"}
MOST_BODY: Final = {
    "instagram": 1500,
    "facebook": 1500,
    "linkedin": 2000,
    "pinterest": 260,
    "x.com": 160,
    "tiktok": 400,
}
NEW: Final = "A new picture"


@dataclass(frozen=True, slots=True)
class Material:
    """What is known. ``description`` is the combined one, ``niches`` words such as "coffee", most telling first."""

    description: str = ""
    niches: tuple[str, ...] = ()
    scene: Scene | None = None


@dataclass(frozen=True, slots=True)
class Caption:
    """Texts of one platform, ready to post. ``title`` where the platform has one. ``source`` is ``local``."""

    platform: str
    text: str
    title: str = ""
    source: str = "local"


def write_all(
    platforms: Sequence[str], material: Material, *, seed: int = 0, tags: Mapping[str, Sequence[str]] | None = None
) -> dict[str, Caption]:
    """A caption for each platform; see :func:`write`."""
    return {one: write(one, material, seed=seed, tags=(tags or {}).get(one, ())) for one in platforms}


def write(platform: str, material: Material, *, seed: int = 0, tags: Sequence[str] = ()) -> Caption:
    """A caption within the platform's limit, with ``tags`` at its end where they belong there (``IN_CAPTION``).

    The same material and seed give the same words; another seed gives others. Raises ``KeyError`` for an unknown
    platform.
    """
    limit_of(platform)
    body = _body(platform, material)
    words = _words(material, seed)
    hook = _line(platform, "hook", words, seed)
    sight = _line(platform, "seen", words, seed)
    call = _line(platform, "cta", words, seed)
    if platform in TIGHT or hook.endswith(":"):
        hook, body, sight = "", f"{hook} {body or sight}", sight if body else ""
    parts = [hook, body, sight, call]
    return Caption(platform, _joined(platform, parts, tags), _title(platform, material))


def with_tags(platform: str, text: str, tags: Sequence[str]) -> str:
    """The text with hashtags at its end where they belong there, shortened so that all of it fits."""
    line = " ".join(f"#{name}" for name in tags) if platform in IN_CAPTION else ""
    if not line:
        return shorten(text, platform)
    gap = " " if platform in TIGHT else "\n\n"
    room = limit_of(platform).most - count(gap + line, platform)
    kept = shorten(text, platform, most=room)
    return f"{kept}{gap}{line}" if kept else shorten(line, platform)


def _joined(platform: str, parts: Sequence[str], tags: Sequence[str]) -> str:
    """All parts where they fit, else without the last ones but the call; the description is shortened last."""
    kept = [part for part in parts if part]
    gap = BREAKS.get(platform, " ")
    while len(kept) > 1:
        text = gap.join(kept)
        if with_tags(platform, text, tags).startswith(text):
            break
        kept.pop()
    return with_tags(platform, gap.join(kept), tags)


def _body(platform: str, material: Material) -> str:
    """What was said of the picture; "" where nothing was and what is seen has a line of its own."""
    text = plain(material.description)
    if not text and _phrases(material):
        return ""
    text = shorten(text or f"{NEW}.", platform, most=MOST_BODY[platform])
    if platform not in BREAKS:
        text = " ".join(text.split())
    return text if text[-1:] in {*".!?…。！？"} else f"{text}."


def _phrases(material: Material) -> list[str]:
    facts = material.scene.facts if material.scene is not None and material.scene.readable else ()
    return [words for fact in facts if (words := seen(fact))][:3]


def _title(platform: str, material: Material) -> str:
    if "title" not in TEXTS[platform]:
        return ""
    text = " ".join(plain(material.description).split())
    first = text.partition(". ")[0].rstrip(".") or NEW
    if material.niches and material.niches[0].lower() not in first.lower():
        longer = f"{first} | {' & '.join(niche.capitalize() for niche in material.niches[:2])}"
        if count(longer, platform, "title") <= limit_of(platform, "title").most:
            return longer
    return shorten(first, platform, "title")


def _words(material: Material, seed: int) -> dict[str, str]:
    found: dict[str, str] = {}
    phrases = _phrases(material)
    if phrases:
        found["seen"] = phrases[_number(seed, "phrase") % len(phrases)]
        found["Seen"] = found["seen"][0].upper() + found["seen"][1:]
    if material.niches:
        found["niche"] = " ".join(plain(material.niches[0]).split())[:40]
    return found


def _line(platform: str, part: str, words: Mapping[str, str], seed: int) -> str:
    """One line of the frames whose words are all known, "" where there is none."""
    good = [line for line in _frames()[f"{platform}.{part}"] if all(name in words for name in _names(line))]
    if not good:
        return ""
    line = good[_number(seed, platform, part) % len(good)]
    for name in _names(line):
        line = line.replace(f"{{{name}}}", words[name])
    return line


def _names(line: str) -> tuple[str, ...]:
    return tuple(name for name in ("seen", "Seen", "niche") if f"{{{name}}}" in line)


def _number(seed: int, *about: str) -> int:
    """A number for each seed and purpose; neighbouring seeds take neighbouring lines, so that they differ."""
    start = int.from_bytes(hashlib.blake2b("/".join(about).encode(), digest_size=4).digest())
    return start + seed


@cache
def _frames() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    section = ""
    for line in FRAMES.read_text("utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[] ")
        elif line and not line.startswith("#"):
            found.setdefault(section, []).append(line)
    return {name: tuple(lines) for name, lines in found.items()}
