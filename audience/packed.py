"""People of an audience by number, in arrays: who commented on a day or a post, and as what they are counted. Pure.

Everybody in an account's audience has a number, from 0. A *sheet* lists, for one day or post, the numbers of those who
commented with how many comments and likes; several sheets add up, and one that takes comments back has negative counts.
*Pages* hold each person's secret number and code, the place, from 1, in a list of the groups there are; 0 is nobody.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, starmap
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audience.anonymity import SHUFFLED, Census

EXACT = 2**53
"""Up to here sums of floating point numbers are exact."""
BITS = 20
MASK = 2**BITS - 1
LIMIT = round(SHUFFLED * 2**BITS)
BLOCK = 2**15
SPARSE = 8

Numbers = NDArray[np.int64]
Words = NDArray[np.uint32]
Codes = NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Crowd:
    """Those who commented: ascending numbers of people, with their comments and likes."""

    people: Numbers
    comments: Numbers
    likes: Numbers

    @property
    def size(self) -> int:
        return int(self.people.nbytes + self.comments.nbytes + self.likes.nbytes)


def numbers(sheet: bytes, many: int) -> Numbers:
    """The ``many`` whole numbers, all of the same width, that a sheet or page holds."""
    return np.frombuffer(sheet, f">i{len(sheet) // many}").astype(np.int64) if many else np.zeros(0, np.int64)


def crowd(sheets: Iterable[tuple[int, bytes, bytes, bytes]]) -> Crowd | None:
    """What sheets ``(how many people, their numbers, comments, likes)`` add up to; None where sums may not be exact."""
    found = [(numbers(who, many), numbers(n, many), numbers(likes, many)) for many, who, n, likes in sheets]
    if not found:
        return Crowd(*(np.zeros(0, np.int64) for _ in range(3)))
    who, comments, likes = (np.concatenate(parts) for parts in zip(*found, strict=True))
    if float(np.abs(likes).astype(np.float64).sum()) >= EXACT:
        return None
    people, places = None, who
    if len(who) * SPARSE < int(who.max(initial=0)):
        people, places = np.unique(who, return_inverse=True)
    sums = [np.bincount(places, weights=part) for part in (comments, likes)]
    here = np.flatnonzero(sums[0] > 0)
    each = [part[here].astype(np.int64) for part in sums]
    return Crowd(here if people is None else people[here], *each)


def _turned(value: Words, by: int) -> Words:
    return (value << np.uint32(by)) | (value >> np.uint32(32 - by))


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


def hashed(keys: Numbers, seed: int) -> tuple[Words, Words]:
    """``hashint8extended(key, seed)`` of PostgreSQL: its upper and lower 32 bits. ``seed`` has less than 32 bits."""
    high = (keys >> 32).astype(np.uint32)
    low = keys.astype(np.uint32) ^ np.where(keys >= 0, high, ~high)
    start = _mixed(seed)
    a, b, c = (np.full(len(keys), value, np.uint32) for value in start)
    a += low
    for by in (14, 11, 25, 16, 4, 14, 24):
        c ^= b
        c -= _turned(b, by)
        a, b, c = b, c, a
    # Seven turns of three letters leave them one place on.
    a, b, c = c, a, b
    return b, c


def replaced(keys: Numbers, salt: int, size: int) -> Numbers:
    """By which of ``size`` values a person's own is replaced, -1 where it stays (randomised response)."""
    high, low = hashed(keys, salt)
    place = ((high.astype(np.int64) & 0xFF) << 12) | (low >> np.uint32(BITS)).astype(np.int64)
    chosen: Numbers = np.where((low & np.uint32(MASK)) < LIMIT, (place & MASK) % size, -1)
    return chosen


def count_in(
    census: Census,
    keys: Numbers,
    codes: Codes,
    groups: Sequence[Mapping[str, str]],
    kept: Callable[[str, Sequence[str]], str],
) -> None:
    """Count people by their own and their shuffled values. ``groups`` are the values that code 1, 2, … stands for;

    those without a gender were never classified and only add to the key. ``kept`` names a value as an axis does.
    """
    census.key ^= int(np.bitwise_xor.reduce(keys)) if len(keys) else 0
    was_read = np.array([False, *(bool(group["gender"]) for group in groups)])
    lists = [
        np.array([0, *(axis.index(kept(group[name], axis)) if group["gender"] else 0 for group in groups)], np.int64)
        for name, axis in census.axes.items()
    ]
    chosen = was_read[codes]
    keys, codes = keys[chosen], codes[chosen]
    shape = census.true.shape
    cells = int(np.prod(shape))
    own = np.ravel_multi_index([places[: len(groups) + 1] for places in lists], shape)
    census.true += np.bincount(own, weights=np.bincount(codes, minlength=len(own)), minlength=cells).reshape(shape)
    # In blocks that stay near the processor.
    ends = [*range(0, len(keys), BLOCK), len(keys)]
    for start, end in pairwise(ends):
        some, of = keys[start:end], codes[start:end]
        places = []
        for salt, (values, size) in enumerate(zip(lists, shape, strict=True), 1):
            other = replaced(some, salt, size)
            places.append(np.where(other < 0, values[of], other))
        census.seen += np.bincount(np.ravel_multi_index(places, shape), minlength=cells).reshape(shape)


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
    least = int(np.partition(by, len(by) - most)[len(by) - most])
    first: Numbers = found.people[by >= least]
    return first
