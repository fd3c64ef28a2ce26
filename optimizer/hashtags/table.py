"""The stored table of hashtags: a starter that ships, and the reading of tables that people import."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from optimizer.hashtags.forms import Refused, hashtag, key_of

SHIPPED: Final = Path(__file__).with_name("starter.txt")
SOURCE: Final = "Aura's own starter list of November 2026; sizes are guesses, nothing was counted"
SIZES: Final = ("popular", "medium", "niche")
POPULAR_FROM, MEDIUM_FROM = 20_000_000, 1_000_000
MOST_ROWS, MOST_BYTES = 200_000, 20_000_000
TRUE: Final = frozenset({"1", "true", "yes", "y", "x", "banned", "ja", "si", "sí", "oui"})
FALSE: Final = frozenset({"", "0", "false", "no", "n", "nein", "non"})


class WrongTable(ValueError):
    """An imported table cannot be used; the message says where and why."""


@dataclass(frozen=True, slots=True)
class TagRow:
    """One hashtag of a table. ``posts`` counts posts where somebody counted; ``size`` else a guess (see ``SIZES``)."""

    name: str
    size: str = ""
    posts: int | None = None
    banned: bool = False
    niches: tuple[str, ...] = ()


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


def parsed(text: str) -> tuple[TagRow, ...]:
    """Rows of a CSV with a head: ``hashtag`` (or ``name``), and if known ``posts``, ``banned``, ``niches`` (by ";").

    Later rows of the same hashtag win. Raises :class:`WrongTable`, which names the line.
    """
    if len(text) > MOST_BYTES:
        raise WrongTable("The table is larger than 20 MB.")
    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff"), newline=""))
    try:
        head = [str(name).strip().lower() for name in reader.fieldnames or ()]
        column = next((name for name in ("hashtag", "name", "tag") if name in head), None)
        if column is None:
            raise WrongTable("The first line must name the columns; one of them is hashtag.")
        reader.fieldnames = head
        rows: dict[str, TagRow] = {}
        for number, row in enumerate(reader, 2):
            if number > MOST_ROWS:
                raise WrongTable(f"A table has at most {MOST_ROWS:,} lines.")
            found = _row(number, row, column)
            rows.pop(key_of(found.name), None)
            rows[key_of(found.name)] = found
    except csv.Error as error:
        raise WrongTable(f"This is not a CSV table ({error}).") from None
    return tuple(rows.values())


def _row(number: int, row: Mapping[str, str | None], column: str) -> TagRow:
    try:
        name = hashtag(row.get(column) or "")
    except Refused as refused:
        raise WrongTable(f"Line {number}: this is no hashtag ({refused.code}).") from None
    banned = (row.get("banned") or "").strip().lower()
    if banned not in TRUE | FALSE:
        raise WrongTable(f"Line {number}: banned is yes or no.")
    niches = tuple(
        dict.fromkeys(one.strip().lower()[:60] for one in (row.get("niches") or "").split(";") if one.strip())
    )
    return TagRow(name, "", _posts(number, row.get("posts") or ""), banned in TRUE, niches[:20])


def _posts(number: int, said: str) -> int | None:
    plain = said.strip().replace(",", "").replace("_", "").replace(" ", "")
    if not plain:
        return None
    if not (plain.isascii() and plain.isdigit() and len(plain) <= 12):
        raise WrongTable(f"Line {number}: posts is a whole number.")
    return int(plain)
