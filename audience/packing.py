"""Sheets of an audience's packs, written and added up. Pure.

A *sheet* lists, for one day, month or post, the numbers (see ``audience.packed``) of those who commented with how many
comments and likes; several sheets add up, and one that takes comments back has negative counts. In sheets that were
written here people ascend, and where that is shorter than four bytes each, their column is a bit for every number.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

WIDTHS = 1, 2, 4, 8
NUMBER_BITS = 32
MOST = 2**63 - 1
EXACT = 2**53
"""Up to here sums of floating point numbers are exact."""
BELOW = 31
ONE = 2**BELOW
"""What a comment adds where comments and likes are summed as one number, likes below."""
ODD = 12
"""Bytes of a count that does not fit into one."""
SPARSE = 8
FEW = 8
"""A sheet of so many times more people than all others together only has those of the others changed."""

Numbers = NDArray[np.int64]
Floats = NDArray[np.float64]
Columns = tuple[int, bytes, bytes, bytes]


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Crowd:
    """Those who commented: ascending numbers of people, with their comments and likes."""

    people: Numbers
    comments: Numbers
    likes: Numbers

    @property
    def size(self) -> int:
        return int(self.people.nbytes + self.comments.nbytes + self.likes.nbytes)


def crowd(sheets: Iterable[Columns]) -> Crowd | None:
    """What sheets ``(how many people, their numbers, comments, likes)`` add up to; None where sums may not be exact.

    The numbers of a column are whole, of one width, their first byte the highest. Nobody is twice in a sheet. People of
    less than four bytes each are bits, one for each number from 0. Counts of more than one byte each, but less than
    two, are one byte each, then the places, 4 bytes each, and values, 8 bytes each, of those that do not fit.
    """
    found = [sheet for sheet in sheets if sheet[0]]
    if found and (known := _largest_alone(found)):
        return known
    ends = np.cumsum([0, *(sheet[0] for sheet in found)]).tolist()
    who, both, most = np.empty(ends[-1], np.int64), np.empty(ends[-1]), [0, 0]
    # Sheet by sheet, which stays near the processor.
    for (many, *columns), (start, end) in zip(found, pairwise(ends), strict=True):
        comments, likes = (_counts(many, column) for column in columns[1:])
        who[start:end] = _people(many, columns[0])
        weights = both[start:end]
        weights[:] = comments
        weights *= ONE
        weights += likes
        most = [most[0] + _largest(comments), most[1] + _largest(likes)]
    if most[1] * ends[-1] >= EXACT and float(np.abs(_column(found, 3)).sum()) >= EXACT:
        return None
    numbers, places = None, who
    if len(who) * SPARSE < int(who.max(initial=0)):
        numbers, places = np.unique(who, return_inverse=True)
    if most[1] < ONE / 2 and most[0] < EXACT / ONE / 2:
        here, *each = _sums_together(places, both)
    else:
        here, *each = _sums(places, *(_column(found, place) for place in (2, 3)))
    return Crowd(here if numbers is None else numbers[here], *each)


def _people(many: int, column: bytes) -> NDArray[np.integer[Any]]:
    if len(column) < 4 * many:
        return np.flatnonzero(np.unpackbits(np.frombuffer(column, np.uint8)).view(np.bool_))
    return np.frombuffer(column, ">i4")


def _counts(many: int, column: bytes) -> NDArray[np.signedinteger[Any]]:
    width, odd = len(column) // many, (len(column) - many) // ODD
    if width > 1 or not odd:
        return np.frombuffer(column, f">i{width}")
    counts = np.frombuffer(column, np.int8, many).astype(np.int64)
    counts[np.frombuffer(column, ">i4", odd, many)] = np.frombuffer(column, ">i8", odd, many + 4 * odd)
    return counts


def _largest_alone(sheets: Sequence[Columns]) -> Crowd | None:
    """What they add up to where all but one have few people, and that one needs no adding up; else None."""
    many = sum(sheet[0] for sheet in sheets)
    place = max(range(len(sheets)), key=lambda place: sheets[place][0])
    if (many - sheets[place][0]) * FEW > sheets[place][0]:
        return None
    if many * sum(_largest(_counts(size, likes)) for size, _, _, likes in sheets) >= EXACT:
        return None
    alone = _alone(*sheets[place])
    few = [*sheets[:place], *sheets[place + 1 :]]
    return _changed(alone, few) if alone and few else alone


def _alone(many: int, *columns: bytes) -> Crowd | None:
    """A sheet that needs no adding up: its people ascend and all of them have comments."""
    comments, likes = (_counts(many, column).astype(np.int64, copy=False) for column in columns[1:])
    people = _people(many, columns[0]).astype(np.int64, copy=False)
    ascend = int(comments.min()) > 0 and bool((people[1:] > people[:-1]).all())
    return Crowd(people, comments, likes) if ascend else None


def _changed(known: Crowd, few: Sequence[Columns]) -> Crowd:
    who = np.concatenate([_people(sheet[0], sheet[1]) for sheet in few]).astype(np.int64)
    numbers = np.unique(who)
    places = np.searchsorted(known.people, numbers)
    new = known.people[np.minimum(places, len(known.people) - 1)] != numbers
    people = np.insert(known.people, places[new], numbers[new])
    at, sums = np.searchsorted(people, who), []
    for column, some in ((known.comments, _column(few, 2)), (known.likes, _column(few, 3))):
        sums.append(np.insert(column, places[new], 0))
        np.add.at(sums[-1], at, some.astype(np.int64))
    here = sums[0] > 0
    return Crowd(people, sums[0], sums[1]) if here.all() else Crowd(people[here], sums[0][here], sums[1][here])


def _largest(numbers: NDArray[np.integer[Any]]) -> int:
    return max(int(numbers.max()), -int(numbers.min()))


def _column(sheets: Sequence[Columns], place: Literal[2, 3]) -> Floats:
    return np.concatenate([_counts(sheet[0], sheet[place]) for sheet in sheets]).astype(np.float64)


def _sums(places: Numbers, comments: Floats, likes: Floats) -> tuple[Numbers, Numbers, Numbers]:
    """The places with comments, with the sums of both."""
    sums = [np.bincount(places, weights=part) for part in (comments, likes)]
    here = np.flatnonzero(sums[0] > 0)
    return here, sums[0][here].astype(np.int64), sums[1][here].astype(np.int64)


def _sums_together(places: Numbers, both: Floats) -> tuple[Numbers, Numbers, Numbers]:
    """The same by one pass over all people, where comments and likes fit into one number."""
    sums = np.bincount(places, weights=both)
    here = np.flatnonzero(sums >= ONE / 2)
    likes = sums[here].astype(np.int64)
    likes += ONE // 2
    comments: Numbers = likes >> BELOW
    likes &= ONE - 1
    likes -= ONE // 2
    return here, comments, likes


def added(columns: Iterable[tuple[bytes, bytes]]) -> tuple[list[int], list[int]]:
    """Where and how many: pairs of columns of 4 bytes each, added up. Places that come to nothing are left out."""
    found = [[np.frombuffer(column, ">i4").astype(np.int64) for column in pair] for pair in columns]
    if not found:
        return [], []
    where, many = (np.concatenate(parts) for parts in zip(*found, strict=True))
    places, back = np.unique(where, return_inverse=True)
    sums = np.zeros(len(places), np.int64)
    np.add.at(sums, back, many)
    return places[sums != 0].tolist(), sums[sums != 0].tolist()


@dataclass(frozen=True, slots=True)
class Sheet:
    """How many people and comments, and the columns: the people's numbers, their comments and their likes."""

    size: int
    total: int
    people: bytes
    comments: bytes
    likes: bytes


def _narrow(numbers: Numbers) -> bytes:
    """The numbers in as few bytes as all of them fit into, or nearly all of them in one."""
    most = _largest(numbers)
    width = next((width for width in WIDTHS if most < 2 ** (8 * width - 1)), 8)
    odd = np.flatnonzero(np.abs(numbers) >= 2**7)
    if width > 1 and ODD * len(odd) < len(numbers):
        small = numbers.astype(np.int8)
        return small.tobytes() + odd.astype(">i4").tobytes() + numbers[odd].astype(">i8").tobytes()
    return numbers.astype(f">i{width}").tobytes()


def _numbers(numbers: Numbers) -> bytes:
    """The numbers, which ascend: as bits or one by one, whatever is shorter."""
    if not len(numbers) or int(numbers[-1]) // 8 + 1 >= 4 * len(numbers):
        return numbers.astype(">i4").tobytes()
    bits = np.zeros(int(numbers[-1]) + 1, np.uint8)
    bits[numbers] = 1
    return np.packbits(bits).tobytes()


def sheet(found: Crowd) -> Sheet:
    """What a crowd is kept as."""
    columns = _numbers(found.people), _narrow(found.comments), _narrow(found.likes)
    return Sheet(len(found.people), int(found.comments.sum()), *columns)


def gathered(who: bytes, likes: bytes) -> Sheet:
    """The sheet of comments: the number of each one's author, 4 bytes, and its likes, 8 bytes, highest first."""
    # One sorting of whole numbers is faster than one of places.
    keys = np.frombuffer(who, ">i4").astype(np.int64) << NUMBER_BITS
    keys |= np.arange(len(keys))
    keys.sort()
    people, order = keys >> NUMBER_BITS, keys & (2**NUMBER_BITS - 1)
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


def whole_months(start: date, end: date) -> tuple[date, date]:
    """The first day of the first month that lies within these days, and the first one after the last such month."""
    first = start if start.day == 1 else _next_month(start)
    after = _next_month(end)
    return first, after if after - timedelta(days=1) == end else end.replace(day=1)


def _next_month(day: date) -> date:
    last = date.max.replace(day=1)
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1) if day < last else last
