"""Makes the table of first names that ships with Aura, and reads it.

The source is ``name_data.json`` of nomquamgender 0.1.4 (Ian Van Buskirk, MIT, see ``NAMES-LICENSE.txt``): for each name
how many data sets hold it, how many people bear it and which share of them are women. To make the table again:
``python -m aura.providers.local.name_table name_data.json``.
"""

import gzip
import json
import re
import sys
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

TABLE = Path(__file__).with_name("names.tsv.gz")
NAME = re.compile(r"[a-z]{2,20}")
MIN_BEARERS = 100
MIN_SOURCES = 4
# A data set never proves that nobody of the other gender bears a name: one such person is added to each side.
PSEUDO = 1.0
MAX_MAGNITUDE = 6


class FirstName(NamedTuple):
    """``woman`` is the share of women among the bearers (0..1), ``magnitude`` the digits of their number (1..6)."""

    woman: float
    magnitude: int


@lru_cache(maxsize=1)
def first_names() -> dict[str, FirstName]:
    """Every name of the table, in plain lower-case ASCII letters. Read once for each process (about 0.1 s, 15 MB)."""
    with gzip.open(TABLE, "rt", encoding="ascii") as stream:
        rows = (line.split("\t") for line in stream)
        shared = {(share, size): FirstName(share / 1000, size) for share in range(1001) for size in range(1, 7)}
        return {name: shared[int(share), int(size)] for name, share, size in rows}


def make_table(source: Path, target: Path = TABLE) -> int:
    """Write the table from nomquamgender's data; the same data gives the same bytes. Returns the number of names."""
    data = json.loads(source.read_text(encoding="utf-8"))
    lines = [_line(name, entry[1], entry[2]) for name, entry in sorted(data.items()) if _is_kept(name, entry)]
    target.write_bytes(gzip.compress("".join(lines).encode("ascii"), compresslevel=9, mtime=0))
    return len(lines)


def _is_kept(name: str, entry: list[float]) -> bool:
    sources, bearers, woman = entry[:3]
    return bool(NAME.fullmatch(name)) and woman is not None and (bearers >= MIN_BEARERS or sources >= MIN_SOURCES)


def _line(name: str, bearers: int, woman: float) -> str:
    share = (woman * bearers + PSEUDO) / (bearers + 2 * PSEUDO)
    return f"{name}\t{round(share * 1000)}\t{min(MAX_MAGNITUDE, len(str(bearers)))}\n"


if __name__ == "__main__":
    make_table(Path(sys.argv[1]))
