"""``ImageGenerator`` for product photographs without any model: cut out, stage, label. At once and for nothing."""

import hashlib
import io
from collections import OrderedDict
from dataclasses import replace
from threading import Lock
from typing import Final

from PIL import Image

from aura.providers.errors import ProviderError
from aura.providers.image_ports import MOST_IMAGES, ImageOrder, MadeImage, Making
from aura.providers.images import BROKEN, FORMATS, MAX_PIXELS
from aura.providers.local.composer import SIZES
from aura.providers.local.cutting import Cutout, cut_out
from aura.providers.local.staging.staging import STYLES, VERSION, Staged, staged

LARGEST: Final = 2**31
QUALITY: Final = 92
KEPT: Final = 4
LEAST: Final = 0.12
"""Below this confidence there is nothing worth showing, not even as a preview."""

_kept: OrderedDict[str, Cutout] = OrderedDict()
_lock = Lock()


class ProductStager:
    """Stages the product of an order's reference picture in one style of ``STYLES``; the prompt's words are not read.

    ``size`` (width, height) makes the pictures exactly so large; without it the order's aspect does. Each picture has
    ``label``, the cut-out's ``confidence`` and ``notes``: below 0.6 show it to somebody before it is used. The same
    reference, style, size and seed give the same bytes (with the same version); variation ``n`` has seed ``seed + n``.
    """

    name = "local:stager"
    version = VERSION
    paid = False
    edits = True

    def __init__(self, style: str, size: tuple[int, int] | None = None) -> None:
        if style not in STYLES:
            raise ValueError(f"There is no style {style[:24]!r}. Choose one of {', '.join(STYLES)}.")
        self.style = style
        self.size = size

    def start(self, order: ImageOrder) -> Making:
        """All pictures of the order, done; or failed with ``no_product`` where nothing could be cut out.

        Raises ``ProviderError`` with ``unsupported_input`` where the reference is missing or cannot be read, or
        the size cannot be made.
        """
        if order.aspect not in SIZES:
            words = f"There is no form {order.aspect[:12]!r}. Choose one of {', '.join(SIZES)}."
            raise ProviderError(words, code="unsupported_input")
        cutout = _cut(order.reference)
        verdict = cutout.judgement
        if verdict.confidence < LEAST:
            words = (
                "No product could be cut out of the picture. " + " ".join(verdict.reasons) + " Try a plain background."
            )
            return Making(
                "failed", model="stager", model_version=self.version, code="no_product", message=words.strip()
            )
        seed = _seed(order.marker) if order.seed is None else order.seed % LARGEST
        seeds = [(seed + number) % LARGEST for number in range(max(1, min(order.count, MOST_IMAGES)))]
        images = tuple(self._made(cutout, order.aspect, own) for own in seeds)
        return Making("done", model="stager", model_version=self.version, images=images)

    def _made(self, cutout: Cutout, aspect: str, seed: int) -> MadeImage:
        try:
            found = staged(cutout, self.style, self.size or SIZES[aspect], seed)
        except ValueError as error:
            raise ProviderError(str(error), code="unsupported_input") from None
        return _image(found)

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


def _image(found: Staged) -> MadeImage:
    target = io.BytesIO()
    found.picture.save(target, "JPEG", quality=QUALITY, subsampling=0)
    notes = (*found.reasons, *found.notes)
    return MadeImage(
        target.getvalue(),
        "",
        "image/jpeg",
        found.seed,
        True,
        label=found.label,
        confidence=found.confidence,
        notes=notes,
    )


def _cut(reference: bytes | None) -> Cutout:
    """The cut-out of a picture; the last few are kept: a session asks for the same one in several styles."""
    if not reference:
        raise ProviderError("A product photograph starts from a picture of the product.", code="unsupported_input")
    digest = hashlib.sha256(reference).hexdigest()
    with _lock:
        known = _kept.get(digest)
        if known is not None:
            _kept.move_to_end(digest)
            return known
    try:
        with Image.open(io.BytesIO(reference), formats=FORMATS) as source:
            if source.width * source.height > MAX_PIXELS:
                raise ProviderError("The reference picture has too many pixels.", code="unsupported_input")
            source.load()
            found = cut_out(source if source.has_transparency_data else source.convert("RGB"))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, *BROKEN):
        raise ProviderError("The reference picture cannot be read.", code="unsupported_input") from None
    with _lock:
        _kept[digest] = found
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return found


def _seed(marker: str) -> int:
    return int.from_bytes(hashlib.sha256(marker.encode()).digest()[:4]) % LARGEST
