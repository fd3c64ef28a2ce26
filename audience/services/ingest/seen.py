"""Which of many things were met before, in eight bytes each."""

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.uint64]
MASK = 2**64 - 1


class SeenSet:
    """A set of 64-bit keys as a few sorted arrays, each at least twice as long as the next: 8 MB for a million keys."""

    def __init__(self) -> None:
        self.levels: list[Keys] = []

    def has(self, keys: Keys) -> NDArray[np.bool_]:
        """For each key whether it was added before."""
        found = np.zeros(len(keys), dtype=np.bool_)
        for level in self.levels:
            place = np.searchsorted(level, keys)
            place[place == len(level)] = 0
            found |= level[place] == keys
        return found

    def add(self, keys: Keys) -> None:
        """Remember keys; those that are there already do no harm."""
        if not len(keys):
            return
        level = np.unique(keys)
        while self.levels and len(self.levels[-1]) < 2 * len(level):
            level = np.union1d(self.levels.pop(), level)
        self.levels.append(level)


def keys_of_texts(texts: Iterable[str]) -> Keys:
    """One 64-bit hash per text. Two of a million texts share one with a probability of 1 : 37 million."""
    digests = b"".join([blake2b(text.encode(), digest_size=8).digest() for text in texts])
    return np.frombuffer(digests, dtype=np.uint64)


def keys_of_rows(rows: Sequence[UUID]) -> Keys:
    """The last 64 bits of row ids; 62 of them are random."""
    return np.fromiter((row.int & MASK for row in rows), dtype=np.uint64, count=len(rows))
