"""People of an audience by number, in arrays: who commented on a day or a post, and as what they are counted. Pure.

Everybody in an account's audience has a number, from 0; ``audience.packing`` adds up who commented.
*Pages* hold each person's secret number and code, the place, from 1, in a list of the groups there are; 0 is nobody.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, starmap
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audience.anonymity import SHUFFLED, Census
from audience.packing import Crowd, Numbers

BITS = 20
MASK = 2**BITS - 1
LIMIT = round(SHUFFLED * 2**BITS)
BLOCK = 2**15
PARTS = 4

Words = NDArray[np.uint32]
Codes = NDArray[np.int16]
Places32 = NDArray[np.int32]


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
    return int(np.dot(a, b))


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
