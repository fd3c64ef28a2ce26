"""Sheets of an audience's packs as they are written (see ``audience.packed``). Pure.

A sheet's people ascend. Where that is shorter than four bytes each, their column is a bit for every number there is.
"""

from dataclasses import dataclass

import numpy as np

from audience.packed import Crowd, Numbers, crowd

WIDTHS_OF_COMMENTS, WIDTHS_OF_LIKES = (1, 2, 4), (2, 4, 8)
BELOW = 32
MOST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Sheet:
    """How many people and comments, and the columns: the people's numbers, their comments and their likes."""

    size: int
    total: int
    people: bytes
    comments: bytes
    likes: bytes


def _column(numbers: Numbers, widths: tuple[int, ...]) -> bytes:
    """The numbers in as few bytes as all of them fit into, the highest byte first."""
    most = max(int(numbers.max(initial=0)), -int(numbers.min(initial=0)))
    width = next((width for width in widths if most < 2 ** (8 * width - 1)), widths[-1])
    return numbers.astype(f">i{width}").tobytes()


def _people(numbers: Numbers) -> bytes:
    """The numbers, which ascend: as bits or one by one, whatever is shorter."""
    if not len(numbers) or int(numbers[-1]) // 8 + 1 >= 4 * len(numbers):
        return numbers.astype(">i4").tobytes()
    bits = np.zeros(int(numbers[-1]) + 1, np.uint8)
    bits[numbers] = 1
    return np.packbits(bits).tobytes()


def sheet(found: Crowd) -> Sheet:
    """What a crowd is kept as."""
    columns = _column(found.comments, WIDTHS_OF_COMMENTS), _column(found.likes, WIDTHS_OF_LIKES)
    return Sheet(len(found.people), int(found.comments.sum()), _people(found.people), *columns)


def gathered(who: bytes, likes: bytes) -> Sheet:
    """The sheet of comments: the number of each one's author, 4 bytes, and its likes, 8 bytes, highest first."""
    # One sorting of whole numbers is faster than one of places.
    keys = np.frombuffer(who, ">i4").astype(np.int64) << BELOW
    keys |= np.arange(len(keys))
    keys.sort()
    people, order = keys >> BELOW, keys & (2**BELOW - 1)
    starts = np.flatnonzero(np.diff(people, prepend=-1))
    liked = np.frombuffer(likes, ">i8").astype(np.int64)[order]
    if float(np.abs(liked.astype(np.float64)).sum()) >= MOST / 2:
        # More than anybody has; a reader counts the comments.
        sums = np.add.reduceat(liked.astype(object), starts).clip(-MOST, MOST).astype(np.int64)
    else:
        sums = np.add.reduceat(liked, starts)
    return sheet(Crowd(people[starts], np.diff(starts, append=len(people)), sums))


def counted(places: bytes) -> tuple[bytes, bytes]:
    """Whole numbers of 4 bytes: which there are, and how many of each, 4 bytes as well."""
    found, many = np.unique(np.frombuffer(places, ">i4"), return_counts=True)
    return found.astype(">i4").tobytes(), many.astype(">i4").tobytes()


def together(sheets: list[Sheet]) -> Sheet | None:
    """The sheet that sheets add up to; None where their sums may not be exact."""
    found = crowd((one.size, one.people, one.comments, one.likes) for one in sheets)
    return sheet(found) if found else None
