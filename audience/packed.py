"""People of an audience by number, in arrays: who commented on a day or a post, and as what they are counted. Pure.

Everybody in an account's audience has a number, from 0. A *sheet* lists, for one day or post, the numbers of those who
commented with how many comments and likes; several sheets add up, and one that takes comments back has negative counts.
*Pages* hold each person's secret number and code, the place, from 1, in a list of the groups there are; 0 is nobody.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, starmap
from math import prod
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from audience.anonymity import SHUFFLED, Census

EXACT = 2**53
"""Up to here sums of floating point numbers are exact."""
BELOW = 31
ONE = 2**BELOW
"""What a comment adds where comments and likes are summed as one number, likes below."""
BITS = 20
MASK = 2**BITS - 1
LIMIT = round(SHUFFLED * 2**BITS)
BLOCK = 2**15
SPARSE = 8
PARTS = 4

Numbers = NDArray[np.int64]
Floats = NDArray[np.float64]
Words = NDArray[np.uint32]
Codes = NDArray[np.int16]
Places32 = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Crowd:
    """Those who commented: ascending numbers of people, with their comments and likes."""

    people: Numbers
    comments: Numbers
    likes: Numbers

    @property
    def size(self) -> int:
        return int(self.people.nbytes + self.comments.nbytes + self.likes.nbytes)


def crowd(sheets: Iterable[tuple[int, bytes, bytes, bytes]]) -> Crowd | None:
    """What sheets ``(how many people, their numbers, comments, likes)`` add up to; None where sums may not be exact.

    The numbers of a column are whole, of one width, their first byte the highest. Nobody is twice in a sheet.
    People of less than four bytes each are bits, one for each number from 0.
    """
    found = [sheet for sheet in sheets if sheet[0]]
    if len(found) == 1 and (alone := _alone(*found[0])):
        return alone
    ends = np.cumsum([0, *(sheet[0] for sheet in found)]).tolist()
    who, both, written, liked = np.empty(ends[-1], np.int64), np.empty(ends[-1]), 0.0, 0.0
    # Sheet by sheet, which stays near the processor.
    for (many, *columns), (start, end) in zip(found, pairwise(ends), strict=True):
        comments, likes = (np.frombuffer(column, f">i{len(column) // many}") for column in columns[1:])
        who[start:end] = _people(many, columns[0])
        weights = comments.astype(np.float64)
        written += float(np.abs(weights).sum())
        weights *= ONE
        more = likes.astype(np.float64)
        weights += more
        both[start:end] = weights
        liked += float(np.abs(more, out=more).sum())
    if liked >= EXACT:
        return None
    numbers, places = None, who
    if len(who) * SPARSE < int(who.max(initial=0)):
        numbers, places = np.unique(who, return_inverse=True)
    if liked < ONE / 2 and written < EXACT / ONE / 2:
        here, *each = _sums_together(places, both)
    else:
        here, *each = _sums(places, *(_column(found, place) for place in (2, 3)))
    return Crowd(here if numbers is None else numbers[here], *each)


def _people(many: int, column: bytes) -> NDArray[np.integer[Any]]:
    if len(column) < 4 * many:
        return np.flatnonzero(np.unpackbits(np.frombuffer(column, np.uint8)).view(np.bool_))
    return np.frombuffer(column, ">i4")


def _alone(many: int, *columns: bytes) -> Crowd | None:
    """A sheet that needs no adding up: its people ascend and all of them have comments."""
    comments, likes = (np.frombuffer(column, f">i{len(column) // many}").astype(np.int64) for column in columns[1:])
    people = _people(many, columns[0]).astype(np.int64, copy=False)
    if int(comments.min()) <= 0 or not bool((people[1:] > people[:-1]).all()):
        return None
    most = max(int(likes.max()), -int(likes.min()))
    return Crowd(people, comments, likes) if most * many < EXACT else None


def _column(sheets: Sequence[tuple[int, bytes, bytes, bytes]], place: Literal[2, 3]) -> Floats:
    columns = [np.frombuffer(sheet[place], f">i{len(sheet[place]) // sheet[0]}") for sheet in sheets]
    return np.concatenate(columns).astype(np.float64)


def _sums(places: Numbers, comments: Floats, likes: Floats) -> tuple[Numbers, Numbers, Numbers]:
    """The places with comments, with the sums of both."""
    sums = [np.bincount(places, weights=part) for part in (comments, likes)]
    here = np.flatnonzero(sums[0] > 0)
    return here, sums[0][here].astype(np.int64), sums[1][here].astype(np.int64)


def _sums_together(places: Numbers, both: Floats) -> tuple[Numbers, Numbers, Numbers]:
    """The same by one pass over all people, where comments and likes fit into one number."""
    sums = np.bincount(places, weights=both)
    here = np.flatnonzero(sums >= ONE / 2)
    told = sums[here].astype(np.int64)
    many: Numbers = (told + ONE // 2) >> BELOW
    return here, many, told - (many << BELOW)


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


def _mixed(seed: int) -> tuple[int, int, int]:
    """The state of PostgreSQL's hash of 32 bits after its seed; see ``hash_bytes_uint32_extended``."""
    a = b = c = (0x9E3779B9 + 4 + 3923095) & 0xFFFFFFFF
    if not seed:
        return a, b, c
    b = (b + seed) & 0xFFFFFFFF

    def turned(value: int, by: int) -> int:
        return ((value << by) | (value >> (32 - by))) & 0xFFFFFFFF

    for by in (4, 6, 8, 16, 19, 4):
        a = ((a - c) & 0xFFFFFFFF) ^ turned(c, by)
        c = (c + b) & 0xFFFFFFFF
        a, b, c = b, c, a
    return a, b, c


def folded(keys: Numbers) -> Words:
    """What ``hashint8`` of PostgreSQL makes of whole numbers before it mixes them: the same for all seeds."""
    words: Words = keys.astype(np.uint32) ^ (keys >> 32).astype(np.uint32)
    words ^= (keys >> 63).astype(np.uint32)
    return words


def hashed(words: Words, seed: int, room: NDArray[np.uint32] | None = None) -> tuple[Words, Words]:
    """``hashint8extended(key, seed)`` of PostgreSQL: its upper and lower 32 bits, of keys that are :func:`folded`.

    ``seed`` has less than 32 bits. Both lie in ``room``, four rows as long as ``words``, where it is given.
    """
    a, b, c, part = np.empty((4, len(words)), np.uint32) if room is None else room[:, : len(words)]
    first, second, third = (np.array([value], np.uint32) for value in _mixed(seed))

    def less(value: Words, turned: Words, by: int) -> None:
        # A number turned is the sum of its two parts.
        np.left_shift(turned, np.uint32(by), out=part[: len(turned)])
        value -= part[: len(turned)]
        np.right_shift(turned, np.uint32(32 - by), out=part[: len(turned)])
        value -= part[: len(turned)]

    # The key comes in late: what is the same for all of them is worked out once.
    third ^= second
    less(third, second, 14)
    np.add(words, first, out=a)
    a ^= third
    less(a, third, 11)
    np.bitwise_xor(a, second, out=b)
    less(b, a, 25)
    np.bitwise_xor(b, third, out=c)
    less(c, b, 16)
    for value, turned, by in ((a, c, 4), (b, a, 14), (c, b, 24)):
        value ^= turned
        less(value, turned, by)
    return b, c


@dataclass(frozen=True, slots=True)
class Places:
    """What the codes of people stand for in a census: whether they were read, and the places of their own values."""

    was_read: NDArray[np.bool_]
    lists: tuple[Places32, ...]
    own: Places32
    shape: tuple[int, ...]


def places(
    axes: Mapping[str, Sequence[str]],
    groups: Sequence[Mapping[str, str]],
    kept: Callable[[str, Sequence[str]], str],
) -> Places:
    """``groups`` are the values that code 1, 2, … stands for; those without a gender were never classified.

    ``kept`` names a value as an axis does.
    """
    was_read = np.array([False, *(bool(group["gender"]) for group in groups)])
    lists = tuple(
        np.array([0, *(axis.index(kept(group[name], axis)) if group["gender"] else 0 for group in groups)], np.int32)
        for name, axis in axes.items()
    )
    shape = tuple(map(len, axes.values()))
    return Places(was_read, lists, np.ravel_multi_index(lists, shape).astype(np.int32), shape)


def shuffled(keys: Numbers, codes: Codes, of: Places) -> Places32:
    """The cells that people are counted in by their shuffled values; one after the last for who was never read."""
    cells = of.own[codes]
    # In blocks that stay near the processor.
    room = np.empty((4, min(BLOCK, len(keys))), np.uint32)
    for start, end in pairwise([*range(0, len(keys), BLOCK), len(keys)]):
        _shuffle(cells[start:end], keys[start:end], codes[start:end], of, room)
    cells[~of.was_read[codes]] = prod(of.shape)
    return cells


def _shuffle(cells: Places32, keys: Numbers, codes: Codes, of: Places, room: Words) -> None:
    """Move people from their own cells to those of their shuffled values (randomised response): few of them move."""
    words = folded(keys)
    for axis, (values, size) in enumerate(zip(of.lists, of.shape, strict=True)):
        high, low = hashed(words, axis + 1, room)
        moved = np.flatnonzero((low & np.uint32(MASK)) < np.uint32(LIMIT))
        place = (high[moved] & np.uint32(2 ** (2 * BITS - 32) - 1)) << np.uint32(32 - BITS)
        place |= low[moved] >> np.uint32(BITS)
        step = np.int32(prod(of.shape[axis + 1 :]))
        cells[moved] += ((place % np.uint32(size)).astype(np.int32) - values[codes[moved]]) * step


def count_in(census: Census, keys: Numbers, codes: Codes, cells: Places32, of: Places) -> None:
    """Count people by their own values and in their :func:`shuffled` cells. Who was never read only adds to the key."""
    shape, size = census.true.shape, census.true.size
    census.key ^= int(np.bitwise_xor.reduce(keys)) if len(keys) else 0
    many = np.bincount(codes, minlength=len(of.own)) * of.was_read
    census.true += np.bincount(of.own, weights=many, minlength=size).reshape(shape)
    census.seen += np.bincount(cells, minlength=size + 1)[:size].reshape(shape)


def squares(found: Crowd) -> tuple[int, int, int, int, int, int]:
    """``(people, Σ comments, Σ likes, Σ comments², Σ likes², Σ likes × comments)``, exact whatever their size."""
    n, likes = found.comments, found.likes
    most = max(int(n.max(initial=0)), int(np.abs(likes).max(initial=0)))
    if most**2 * max(1, len(n)) >= 2**63:
        n, likes = n.astype(object), likes.astype(object)
    pairs: list[tuple[Any, Any]] = [(n, n), (likes, likes), (likes, n)]
    return len(n), int(n.sum()), int(likes.sum()), *starmap(_product, pairs)  # type: ignore[return-value]


def _product(a: Any, b: Any) -> int:
    return int((a * b).sum())


def foremost(found: Crowd, most: int, order: str) -> Numbers:
    """The people who can be among the first ``most`` by ``comments`` or ``likes``, ties included."""
    by = found.likes if order == "likes" else found.comments
    if len(by) <= most:
        return found.people
    first: Numbers = found.people[by >= _least(by, most)]
    return first


def _least(values: Numbers, most: int) -> int:
    """The smallest of the ``most`` largest values, without sorting all, of which thousands are equal.

    As many are at least as large as that place among the largest of so many parts: only what is above is sorted.
    """
    many = min(len(values), PARTS * most)
    parts = np.maximum.reduceat(values, np.linspace(0, len(values), many, endpoint=False, dtype=np.int64))
    bound = int(np.sort(parts)[-most])
    above = values[values > bound]
    return bound if len(above) < most else int(np.sort(above)[-most])
