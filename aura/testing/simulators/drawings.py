"""Pictures that the simulated image models "make": real files, other ones for other words and seeds."""

import hashlib
import io
from functools import lru_cache

import numpy as np
from PIL import Image

TYPES = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "webp": "image/webp"}


@lru_cache(maxsize=200)
def drawing(words: str, size: tuple[int, int], kind: str = "png", seed: int = 0) -> bytes:
    """A picture of clouds in two colours."""
    rng = np.random.default_rng(int.from_bytes(hashlib.sha256(f"{words} {seed}".encode()).digest()[:8]))
    small = rng.random((6, 6, 3)) * 255
    picture = Image.fromarray(small.astype(np.uint8)).resize(size, Image.Resampling.BICUBIC)
    target = io.BytesIO()
    picture.save(target, "JPEG" if kind in ("jpg", "jpeg") else kind.upper())
    return target.getvalue()


def sized(aspect: str, pixels: int = 262_144) -> tuple[int, int]:
    """Width and height of a form; a quarter of what the real ones make, which is quicker to draw."""
    wide, high = (float(part) for part in aspect.split(":"))
    return round((pixels * wide / high) ** 0.5), round((pixels * high / wide) ** 0.5)
