"""Noise that is the same whenever the same is asked, and random to whoever does not know the key."""

import math
from hashlib import blake2b


def draw(key: int, *label: str) -> float:
    """A number in 0..1, fixed by a secret key and by what it is for."""
    secret = (key & (2**64 - 1)).to_bytes(8, "big")
    digest = blake2b("\x1f".join(label).encode(), key=secret, digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def rounded(count: float, base: int, key: int, *label: str) -> int:
    """Rounded to a multiple of ``base``, up or down at random so that it is right on average."""
    return base * math.floor(max(0.0, count) / base + draw(key, "round", *label))
