"""What each platform shows and takes: sizes, shapes, limits, from one table (``platforms.csv``) with its sources."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Final, Literal

from optimizer.engine.targets import Encoding, Fit, Target

Orientation = Literal["portrait", "square", "landscape"]

PLATFORMS: Final = ("instagram", "facebook", "linkedin", "pinterest", "x.com", "tiktok")
ALL: Final = "all"
ALIASES: Final = {"x": "x.com", "twitter": "x.com"}
MEGABYTE: Final = 1_000_000
# Width over height from which a picture is called landscape; its inverse is where portrait begins.
LANDSCAPE_FROM: Final = 1.1
TRANSPARENT: Final[tuple[Encoding, ...]] = ("png", "webp")


class UnknownPlatform(ValueError):
    """A platform or a size that the table does not have; the message names those that it has."""


@dataclass(frozen=True, slots=True)
class PlatformFormat:
    """One size of a platform. ``suits`` are the orientations it is chosen for by itself; none: only when asked for.

    ``max_bytes`` and ``encodings`` are what the platform takes; ``source`` and ``read_on`` say who says so, and when.
    """

    platform: str
    key: str
    name: str
    width: int
    height: int
    suits: tuple[str, ...]
    max_bytes: int
    encodings: tuple[str, ...]
    source: str
    read_on: date

    @property
    def ratio(self) -> float:
        """Width over height."""
        return self.width / self.height

    def kept(self, width: int, height: int) -> float:
        """The part (0..1) of a picture that the largest crop of this shape keeps."""
        ratio = width / height
        return min(ratio, self.ratio) / max(ratio, self.ratio)


@cache
def table() -> tuple[PlatformFormat, ...]:
    """All rows of the table, a platform's first choice first."""
    text = resources.files("optimizer").joinpath("platforms.csv").read_text(encoding="utf-8")
    return tuple(_row(row) for row in csv.DictReader(text.splitlines()))


def resolve(names: Iterable[str]) -> tuple[str, ...]:
    """Platform names as the table has them, each once, in its order. ``all`` stands for all; ``x`` for ``x.com``.

    >>> resolve(["TikTok", "x", "instagram"])
    ('instagram', 'x.com', 'tiktok')

    Raises :class:`UnknownPlatform`, also when none is named.
    """
    wanted = {ALIASES.get(name.strip().lower(), name.strip().lower()) for name in names}
    if unknown := sorted(wanted - {*PLATFORMS, ALL}):
        raise UnknownPlatform(f"Unknown platform: {', '.join(unknown)}. Known: {', '.join(PLATFORMS)} and all.")
    if not wanted:
        raise UnknownPlatform(f"Name a platform: {', '.join(PLATFORMS)} or all.")
    return tuple(name for name in PLATFORMS if ALL in wanted or name in wanted)


def formats(platform: str) -> tuple[PlatformFormat, ...]:
    """The sizes of one platform. Raises :class:`UnknownPlatform`."""
    (name,) = resolve([platform]) if platform.strip().lower() != ALL else ("",)
    found = tuple(row for row in table() if row.platform == name)
    if not found:
        raise UnknownPlatform(f"One platform is asked for: {', '.join(PLATFORMS)}.")
    return found


def format_of(platform: str, key: str) -> PlatformFormat:
    """One size by its key, such as ``story``. Raises :class:`UnknownPlatform`."""
    rows = formats(platform)
    for row in rows:
        if row.key == key:
            return row
    raise UnknownPlatform(f"{platform} has no size {key}; it has {', '.join(row.key for row in rows)}.")


def has_format(platform: str, key: str) -> bool:
    """Whether a platform has such a size. Raises :class:`UnknownPlatform` where there is no such platform."""
    return any(row.key == key for row in formats(platform))


def orientation(width: int, height: int) -> Orientation:
    """How a picture lies.

    >>> orientation(3000, 4000), orientation(1000, 1050), orientation(4000, 3000)
    ('portrait', 'square', 'landscape')
    """
    if width >= height * LANDSCAPE_FROM:
        return "landscape"
    return "portrait" if height >= width * LANDSCAPE_FROM else "square"


def choose_format(platform: str, width: int, height: int) -> PlatformFormat:
    """The size for a picture: of those that suit its orientation, the one whose shape keeps most of it.

    >>> choose_format("instagram", 3000, 4000).name, choose_format("instagram", 6000, 3000).name
    ('Portrait 4:5', 'Landscape 1.91:1')
    """
    lies = orientation(width, height)
    return max((row for row in formats(platform) if lies in row.suits), key=lambda row: row.kept(width, height))


def format_for(platform: str, key: str, width: int, height: int) -> PlatformFormat:
    """The size that was chosen by its key, "" where the picture's shape decides; so it does where that size is gone."""
    return format_of(platform, key) if key and has_format(platform, key) else choose_format(platform, width, height)


def target_for(
    row: PlatformFormat, *, fit: Fit = "crop", focus: tuple[float, float] | None = None, key: str = ""
) -> Target:
    """What the engine is asked for one size; its key is the platform's name unless another is given."""
    alpha = any(encoding in row.encodings for encoding in TRANSPARENT)
    return Target(key or row.platform, row.width, row.height, row.max_bytes, fit, focus, alpha)


def targets_for(
    platforms: Sequence[str],
    width: int,
    height: int,
    *,
    fit: Fit = "crop",
    focus: tuple[float, float] | None = None,
) -> list[Target]:
    """One target for each platform, its size chosen by the picture's shape. Raises :class:`UnknownPlatform`."""
    chosen = [choose_format(name, width, height) for name in resolve(platforms)]
    return [target_for(row, fit=fit, focus=focus) for row in chosen]


def remark(row: PlatformFormat, encoding: Encoding) -> str:
    """What a person should know who asks for an encoding that a platform does not take; empty if it does.

    >>> remark(format_of("tiktok", "portrait"), "png")
    'tiktok takes JPEG or WEBP, not PNG.'
    """
    if encoding in row.encodings:
        return ""
    return f"{row.platform} takes {' or '.join(row.encodings).upper().replace(' OR ', ' or ')}, not {encoding.upper()}."


def _row(row: dict[str, str]) -> PlatformFormat:
    return PlatformFormat(
        platform=row["platform"],
        key=row["key"],
        name=row["name"],
        width=int(row["width"]),
        height=int(row["height"]),
        suits=tuple(row["suits"].split()),
        max_bytes=int(row["max_megabytes"]) * MEGABYTE,
        encodings=tuple(row["encodings"].split()),
        source=row["source"],
        read_on=date.fromisoformat(row["read_on"]),
    )
