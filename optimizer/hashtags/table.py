"""A table of hashtags: its rows, their sizes, and the starter that ships."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from optimizer.hashtags.forms import key_of

SHIPPED: Final = Path(__file__).with_name("starter.txt")
SOURCE: Final = "Aura's own starter list of November 2026; sizes are guesses, nothing was counted"
SIZES: Final = ("popular", "medium", "niche")
POPULAR_FROM, MEDIUM_FROM = 20_000_000, 1_000_000


class WrongTable(ValueError):
    """An imported table cannot be used; the message says where and why."""


@dataclass(frozen=True, slots=True)
class TagRow:
    """One hashtag of a table. ``posts`` counts posts where somebody counted; ``size`` else a guess (see ``SIZES``).

    ``own`` are the workspace's own rows, which go before the shipped guesses.
    """

    name: str
    size: str = ""
    posts: int | None = None
    banned: bool = False
    niches: tuple[str, ...] = ()
    own: bool = False


def size_of(row: TagRow) -> str:
    """``popular``, ``medium`` or ``niche``: by the count where there is one; an unknown hashtag counts as niche."""
    if row.posts is not None:
        return "popular" if row.posts >= POPULAR_FROM else "medium" if row.posts >= MEDIUM_FROM else "niche"
    return row.size if row.size in SIZES else "niche"


@cache
def starter() -> tuple[TagRow, ...]:
    """The shipped rows, in the order of their file; a hashtag of several niches is one row."""
    niches: defaultdict[str, list[str]] = defaultdict(list)
    sizes: dict[str, str] = {}
    banned: dict[str, None] = {}
    for niche, kind, names in sections():
        for name in names if kind != "words" else ():
            if niche == "banned":
                banned[name] = None
            else:
                niches[name].append(niche)
                sizes.setdefault(name, kind)
    forbidden = {key_of(name) for name in banned}
    good = (TagRow(n, sizes[n], niches=tuple(niches[n])) for n in niches if key_of(n) not in forbidden)
    return (*good, *(TagRow(name, banned=True) for name in banned))


def sections() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Group, kind of line and its entries."""
    niche = ""
    for line in SHIPPED.read_text("utf-8").splitlines():
        if line.startswith("["):
            niche = line.strip("[] ")
        elif line and not line.startswith("#"):
            kind, _, rest = line.partition(":")
            yield niche, kind, tuple(one for part in rest.split(",") if (one := part.strip()))
