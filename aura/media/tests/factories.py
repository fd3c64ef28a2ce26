"""Pictures for tests."""

import io
from functools import cache

import numpy as np
from PIL import Image


@cache
def picture_bytes(seed: int = 0, size: tuple[int, int] = (900, 600), kind: str = "PNG", mode: str = "RGB") -> bytes:
    """A file of coloured noise on a gradient; another seed, another picture."""
    width, height = size
    grid = np.linspace(0, 200, width * height * len(mode)).reshape(height, width, len(mode))
    noise = np.random.default_rng(seed).integers(0, 50, grid.shape)
    out = io.BytesIO()
    Image.fromarray((grid + noise).astype(np.uint8), mode).save(out, kind)
    return out.getvalue()
