"""``ImageGenerator`` by OpenAI's image models and servers that speak as it does: one picture a call."""

import base64
import binascii
import math
from typing import Any, Final
from urllib.parse import urlsplit

import structlog

from aura.providers.configuration import ImageSettings
from aura.providers.errors import ProviderError
from aura.providers.image_ports import MOST_IMAGES, ImageOrder, MadeImage, Making
from aura.providers.making import Drawn, Shots, cropped, made, ratio_of, sides
from aura.providers.metering import Usage
from aura.providers.openai_compatible.client import client_of
from aura.providers.openai_compatible.errors import MODEL_RETIRED, REQUEST_REFUSED, translated, words_of
from aura.providers.openai_compatible.requests import PROVIDER
from aura.providers.outbound import fetch
from aura.providers.reading.retired import model_of, retire

log = structlog.get_logger(__name__)

OPERATION: Final = "make_images"
OUTPUT_TOKENS: Final = 1584
"""Of the dearest of the three sizes at medium quality (gpt-image-1)."""
REFERENCE_TOKENS: Final = 800
THREE: Final = ("1024x1024", "1024x1536", "1536x1024")
WAYS: Final = ("exact", "three", "square")
"""How the size is asked for: as ordered, as one of OpenAI's three, as the square that every server makes."""
MOST_CALLS: Final = 4
LARGEST: Final = 50 * 2**20
FETCH_SECONDS: Final = 60.0
BLOCKED: Final = ("moderation_blocked", "content_policy", "content policy", "safety system", "nsfw")
NSFW_WORDS: Final = "The model's safety filter stopped the picture. Say it in other words."
NONE_WORDS: Final = "The model's server answered without a picture."

_ways: dict[tuple[str, str], int] = {}


class OpenAIImages:
    """Makes pictures at ``settings.url``; ``api_key`` may be "" for a server of one's own.

    What comes in another form than ordered is cut to it, around its middle.
    """

    paid = True
    edits = True

    def __init__(self, api_key: str, settings: ImageSettings, outlet: Shots) -> None:
        if not settings.model:
            raise ProviderError("No image model is chosen for the OpenAI-compatible server.", code="model_missing")
        self._key, self._settings, self._outlet = api_key, settings, outlet
        self.name = f"{PROVIDER}:{settings.model}"

    def expected(self, order: ImageOrder) -> Usage:
        """What one picture of an order will take."""
        return self._expected(self._chosen(order), order)

    def start(self, order: ImageOrder) -> Making:
        """Ask for all pictures and wait. Raises ``ProviderError``, with ``unsupported_input`` before paying."""
        if order.extra:
            raise ProviderError("This service takes no further settings for pictures.", code="unsupported_input")
        numbers = range(max(1, min(order.count, MOST_IMAGES)))
        model = self._chosen(order)
        return made(
            self._outlet,
            lambda _: self._ask(order),
            lambda _: self._expected(model, order),
            numbers,
            model=model,
            in_flight=min(len(numbers), self._settings.in_flight),
        )

    def find(self, order: ImageOrder, since: float) -> Making | None:
        """Raises ``find_unsupported``: nothing that was made is listed."""
        words = "The model's server keeps no list of what it made, so Aura cannot tell whether the picture was made."
        raise ProviderError(words, code="find_unsupported")

    def look(self, making: Making, wait: float = 0) -> Making:
        """The making itself: it was over when it was told."""
        return making

    def cancel(self, making: Making) -> Making:
        """The making itself: there is nothing left to stop."""
        return making

    def fetch(self, image: MadeImage) -> bytes:
        """Its bytes; a link is only there where fetching it at once did not work. Raises ``expired``."""
        return image.data or self._fetched(image.url)

    def _chosen(self, order: ImageOrder) -> str:
        return order.model.removeprefix(f"{PROVIDER}:") or model_of(self._settings)

    def _expected(self, model: str, order: ImageOrder) -> Usage:
        tokens = math.ceil(len(words_for(order)) / 3) + (REFERENCE_TOKENS if order.reference else 0)
        return Usage(PROVIDER, model, OPERATION, input_tokens=tokens, output_tokens=OUTPUT_TOKENS, images=1)

    def _ask(self, order: ImageOrder) -> Drawn:
        """One picture, in a thread of its own: a size that is refused is asked for in a plainer way."""
        model = self._chosen(order)
        for _ in range(MOST_CALLS):
            way = self._way(model)
            try:
                return self._drawn(self._generate(model, order, size_of(order.aspect, WAYS[way])), model, order)
            except ProviderError:
                raise
            except Exception as error:
                trouble, said = translated(error), words_of(error)
            if any(sign in said for sign in BLOCKED):
                return Drawn(Usage(PROVIDER, model, OPERATION), code="nsfw", message=NSFW_WORDS)
            if trouble.code == REQUEST_REFUSED and "size" in said and way + 1 < len(WAYS):
                _ways[self._settings.url, model] = way + 1
            elif trouble.code == MODEL_RETIRED and not order.model and retire(self._settings, model):
                log.warning("model_retired", provider=PROVIDER, model=model, replacement=self._settings.replacement)
                model = self._settings.replacement
            else:
                raise trouble from None
        raise ProviderError("The model's server refused the request.", code=REQUEST_REFUSED)

    def _way(self, model: str) -> int:
        at_openai = urlsplit(self._settings.url).hostname == "api.openai.com"
        return _ways.get((self._settings.url, model), 1 if at_openai else 0)

    def _generate(self, model: str, order: ImageOrder, size: str) -> Any:
        images = client_of(self._key, self._settings).images
        words = words_for(order)
        if order.reference is None:
            return images.generate(model=model, prompt=words, size=size, n=1)
        ending = order.reference_type.rpartition("/")[2].replace("jpeg", "jpg")
        picture = (f"reference.{ending}", order.reference, order.reference_type)
        return images.edit(model=model, image=[picture], prompt=words, size=size, n=1)

    def _drawn(self, answer: Any, model: str, order: ImageOrder) -> Drawn:
        used = self._usage(getattr(answer, "usage", None), model, order)
        rows = getattr(answer, "data", None)
        images = [self._image(row, order.aspect) for row in (rows if isinstance(rows, list) else [])[:1]]
        found = tuple(image for image in images if image is not None)
        if found:
            return Drawn(used, found, model)
        return Drawn(Usage(PROVIDER, model, OPERATION), (), model, "made_nothing", NONE_WORDS, retryable=True)

    def _image(self, row: Any, aspect: str) -> MadeImage | None:
        data, url = getattr(row, "b64_json", None), getattr(row, "url", None)
        if isinstance(data, str) and data and len(data) <= LARGEST * 4 // 3:
            try:
                return MadeImage(*_fitting(base64.b64decode(data.rpartition(",")[2], validate=True), aspect))
            except (binascii.Error, ValueError):
                return None
        if not isinstance(url, str) or not url.startswith(("http://", "https://")):
            return None
        try:
            return MadeImage(*_fitting(self._fetched(url), aspect))
        except ProviderError:
            # It is paid for, and may be had later.
            return MadeImage(b"", url)

    def _fetched(self, url: str) -> bytes:
        """From a public host, or from this machine where the server itself is on it."""
        own = urlsplit(self._settings.url).hostname in {"127.0.0.1", "localhost", "::1"}
        return fetch(url, max_bytes=LARGEST, deadline=FETCH_SECONDS, allow_loopback=own).data

    def _usage(self, said: Any, model: str, order: ImageOrder) -> Usage:
        read, wrote = (_count(getattr(said, name, None)) for name in ("input_tokens", "output_tokens"))
        if not read and not wrote:
            return self._expected(model, order)
        return Usage(PROVIDER, model, OPERATION, input_tokens=read, output_tokens=wrote, images=1)


def words_for(order: ImageOrder) -> str:
    """The prompt, with what not to show in words: there is no other place for it."""
    return order.prompt + (f"\nDo not show: {order.negative_prompt}" if order.negative_prompt else "")


def size_of(aspect: str, way: str) -> str:
    """How a form is asked for."""
    if way == "exact":
        width, height = sides(aspect, 64)
        return f"{width}x{height}"
    ratio = ratio_of(aspect)
    if way == "square" or 0.9 < ratio < 1.1:
        return THREE[0]
    return THREE[1] if ratio < 1 else THREE[2]


def _fitting(data: bytes, aspect: str) -> tuple[bytes, str, str]:
    found, kind = cropped(data, aspect)
    return found, "", kind


def _count(said: Any) -> int:
    return max(0, said) if isinstance(said, int) else 0
