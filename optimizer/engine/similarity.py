"""How alike two pictures look: SSIM of their light, by numpy alone.

Wang, Bovik, Sheikh and Simoncelli (2004), "Image quality assessment: from error visibility to structural similarity":
here over squares of 8 × 8 pixels, 4 apart, with the same constants.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Light = NDArray[np.float32]

CELL: Final = 4
C1: Final = (0.01 * 255) ** 2
C2: Final = (0.03 * 255) ** 2
TILE: Final = 96
TILES: Final = 3


def ssim(one: Image.Image, other: Image.Image) -> float:
    """The mean structural similarity of two pictures of one size: 1 for the same, near 0 for strangers.

    Transparency is laid on mid grey. Raises ValueError where the sizes differ or a side is under 8 pixels.
    """
    return Reference(one).likeness(other)


class Reference:
    """A picture that others are compared with; what is known of it alone is worked out once."""

    def __init__(self, image: Image.Image) -> None:
        if min(image.size) < 2 * CELL:
            raise ValueError("A picture of 8 x 8 pixels at least is compared.")
        self.size = image.size
        self.light = _light(image)
        self.mean = _means(self.light)
        self.variance = _means(self.light * self.light) - self.mean**2

    def likeness(self, other: Image.Image) -> float:
        """The SSIM of another picture of the same size. Raises ValueError where the sizes differ."""
        if other.size != self.size:
            raise ValueError("Pictures of one size are compared.")
        light = _light(other)
        mean = _means(light)
        variance = _means(light * light) - mean**2
        both = _means(self.light * light) - self.mean * mean
        top = (2 * self.mean * mean + C1) * (2 * both + C2)
        return float((top / ((self.mean**2 + mean**2 + C1) * (self.variance + variance + C2))).mean())


def sample(image: Image.Image) -> Image.Image:
    """At most nine squares of 96 pixels, spread evenly over a picture, side by side: what a quality is judged by.

    Their pixels are untouched, so they lose under an encoder what the whole picture loses.
    """
    across, down = (min(TILES, side // TILE) or 1 for side in image.size)
    size = min(TILE, *image.size)
    board = Image.new(image.mode, (across * size, down * size))
    for row in range(down):
        for column in range(across):
            left = _start(image.width, size, column, across)
            top = _start(image.height, size, row, down)
            board.paste(image.crop((left, top, left + size, top + size)), (column * size, row * size))
    return board


def _start(length: int, size: int, place: int, places: int) -> int:
    """Where a tile begins; on the grid of 16 pixels that a JPEG is cut by."""
    room = length - size
    return round((place + 0.5) * room / places) // 16 * 16


def _light(image: Image.Image) -> Light:
    if image.mode == "RGBA":
        paper = Image.new("RGB", image.size, (128, 128, 128))
        paper.paste(image, mask=image.getchannel("A"))
        image = paper
    return np.asarray(image.convert("L"), dtype=np.float32)


def _means(values: Light) -> Light:
    """Means over 8 × 8 pixels, 4 apart: sums of cells of 4 × 4, four by four."""
    rows, columns = (side // CELL for side in values.shape)
    cells = values[: rows * CELL, : columns * CELL].reshape(rows, CELL, columns, CELL).sum(axis=(1, 3))
    pairs = cells[:-1] + cells[1:]
    return np.asarray((pairs[:, :-1] + pairs[:, 1:]) / (4 * CELL * CELL), dtype=np.float32)
