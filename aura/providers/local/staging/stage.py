"""What a scene is built from, and how a product comes into it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image

from aura.providers.local.composer.colours import Colour
from aura.providers.local.staging.light import Place, Size
from aura.providers.local.staging.tones import Tones

WHITE: Final[Colour] = (255, 255, 255)


@dataclass(frozen=True, slots=True)
class Stage:
    """What a scene is built from: the product (RGBA, its own pixels), the picture's size, colours, chance."""

    product: Image.Image
    size: Size
    tones: Tones
    rng: np.random.Generator

    def fitted(self, wide: float, high: float) -> Image.Image:
        """The product as large as fits into shares of the picture, its form kept."""
        scale = min(self.size[0] * wide / self.product.width, self.size[1] * high / self.product.height)
        size = (max(2, round(self.product.width * scale)), max(2, round(self.product.height * scale)))
        return self.product.resize(size, Image.Resampling.LANCZOS)

    def standing(self, product: Image.Image, foot: float, across: float = 0.5) -> Place:
        """Where a product stands with its foot at a share of the height."""
        return round(self.size[0] * across - product.width / 2), round(self.size[1] * foot) - product.height

    def turned(self, product: Image.Image, most: float) -> Image.Image:
        """A product turned by some degrees either way."""
        angle = float(self.rng.uniform(0.5, 1)) * most * (1 if self.rng.random() < 0.5 else -1)
        found = product.rotate(angle, Image.Resampling.BICUBIC, expand=True)
        return found.crop(found.getchannel("A").getbbox() or (0, 0, *found.size))


Scene = Callable[[Stage], Image.Image]


def put(picture: Image.Image, product: Image.Image, place: Place) -> None:
    """Lay a product onto a picture, in place."""
    picture.paste(product.convert("RGB"), place, product.getchannel("A"))
