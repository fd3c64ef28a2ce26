"""``ImageGenerator`` without any model: a typographic composition from the prompt's words, at once and for nothing."""

import hashlib
from dataclasses import replace
from typing import Final

from PIL import Image, UnidentifiedImageError

from aura.providers.errors import ProviderError
from aura.providers.image_ports import MOST_IMAGES, ImageOrder, MadeImage, Making
from aura.providers.local.composer.composition import SIZES, composed

LARGEST: Final = 2**31


class LocalComposer:
    """Composes placeholders: palette, layout and type by the prompt and the seed. No model, no network, no cost.

    The same prompt, form and seed give the same bytes (with the same version); variation ``n`` has the seed
    ``seed + n``. Without a seed it is made from the order's marker, so that an order tried again looks the same.
    """

    name = "local:composer"
    version = "1"
    paid = False
    edits = True

    def start(self, order: ImageOrder) -> Making:
        """All pictures of the order, done. Raises ``ProviderError`` with ``unsupported_input``."""
        if order.aspect not in SIZES:
            words = f"There is no form {order.aspect[:12]!r}. Choose one of {', '.join(SIZES)}."
            raise ProviderError(words, code="unsupported_input")
        seed = _seed(order.marker) if order.seed is None else order.seed % LARGEST
        images = []
        for number in range(max(1, min(order.count, MOST_IMAGES))):
            own = (seed + number) % LARGEST
            images.append(MadeImage(self._compose(order, own), "", "image/jpeg", own, placeholder=True))
        return Making("done", model="composer", model_version=self.version, images=tuple(images))

    def _compose(self, order: ImageOrder, seed: int) -> bytes:
        try:
            return composed(order.prompt, order.aspect, seed, order.reference)
        except (UnidentifiedImageError, Image.DecompressionBombError, OSError):
            raise ProviderError("The reference picture cannot be read.", code="unsupported_input") from None

    def find(self, order: ImageOrder, since: float) -> Making | None:
        """Nothing: it answers at once and keeps nothing."""
        return None

    def look(self, making: Making, wait: float = 0) -> Making:
        """The making itself."""
        return making

    def cancel(self, making: Making) -> Making:
        """It is over before anyone can ask."""
        return making if making.state != "running" else replace(making, state="cancelled")

    def fetch(self, image: MadeImage) -> bytes:
        """Its bytes."""
        return image.data


def _seed(marker: str) -> int:
    return int.from_bytes(hashlib.sha256(marker.encode()).digest()[:4]) % LARGEST
