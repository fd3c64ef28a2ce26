"""``ImageGenerator`` by Gemini's image models: one picture a call, several calls at once."""

import math
from dataclasses import replace
from typing import Final

import structlog
from google.genai import types

from aura.providers.configuration import ImageSettings
from aura.providers.errors import ProviderError
from aura.providers.gemini.client import client_of
from aura.providers.gemini.errors import MODEL_RETIRED, translated
from aura.providers.gemini.requests import PROVIDER, count_usage
from aura.providers.image_ports import MOST_IMAGES, ImageOrder, MadeImage, Making
from aura.providers.making import Drawn, Shots, cropped, made
from aura.providers.metering import Usage
from aura.providers.reading.retired import model_of, retire

log = structlog.get_logger(__name__)

OPERATION: Final = "make_images"
ASPECTS: Final = ("1:1", "4:5", "3:4", "2:3", "9:16", "5:4", "4:3", "3:2", "16:9")
"""The model's own forms; it also knows 21:9."""
NEAREST: Final = {"1.91:1": "16:9"}
"""Forms that are cut out of another one."""
IMAGE_SIZE: Final = "1K"
IMAGE_TOKENS: Final = 1120
"""Of a picture of size 1K, as it comes and as it goes; pictures that are made have a price of their own."""
THOUGHT_TOKENS: Final = 400
# A refusal of what was asked, by the names of the finish reasons and of the prompt's block reasons.
UNSAFE: Final = {
    "IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "SAFETY", "PROHIBITED_CONTENT", "BLOCKLIST", "SPII", "JAILBREAK",
    "MODEL_ARMOR",
}  # fmt: skip
COPIES: Final = {"RECITATION", "IMAGE_RECITATION"}
NSFW_WORDS: Final = "Gemini's safety filter stopped the picture. Say it in other words."
COPY_WORDS: Final = "Gemini stopped the picture because it came too close to a known work. Say it in other words."
NONE_WORDS: Final = "Gemini answered without a picture."


class GeminiImages:
    """Makes pictures with one key. Without a seed of its own: Gemini's image models promise none."""

    paid = True
    edits = True

    def __init__(self, api_key: str, settings: ImageSettings, outlet: Shots) -> None:
        self._key, self._settings, self._outlet = api_key, settings, outlet
        self.name = f"{PROVIDER}:{settings.model}"

    def expected(self, order: ImageOrder) -> Usage:
        """What one picture of an order will take."""
        return self._expected(self._chosen(order), order)

    def start(self, order: ImageOrder) -> Making:
        """Ask for all pictures and wait. Raises ``ProviderError``, with ``unsupported_input`` before paying."""
        if NEAREST.get(order.aspect, order.aspect) not in ASPECTS:
            words = f"Gemini makes no pictures of the form {order.aspect[:12]}, only {', '.join(ASPECTS)}."
            raise ProviderError(words, code="unsupported_input")
        if order.extra:
            raise ProviderError("Gemini takes no further settings for pictures.", code="unsupported_input")
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
        """Raises ``find_unsupported``: Gemini keeps nothing that was made."""
        words = "Gemini keeps no list of what it made, so Aura cannot tell whether the picture was made."
        raise ProviderError(words, code="find_unsupported")

    def look(self, making: Making, wait: float = 0) -> Making:
        """The making itself: it was over when it was told."""
        return making

    def cancel(self, making: Making) -> Making:
        """The making itself: there is nothing left to stop."""
        return making

    def fetch(self, image: MadeImage) -> bytes:
        """Its bytes."""
        return image.data

    def _chosen(self, order: ImageOrder) -> str:
        return order.model.removeprefix(f"{PROVIDER}:") or model_of(self._settings)

    def _expected(self, model: str, order: ImageOrder) -> Usage:
        words = math.ceil((len(order.prompt) + len(order.negative_prompt)) / 3) + 40
        tokens = words + (IMAGE_TOKENS if order.reference else 0)
        return Usage(PROVIDER, model, OPERATION, input_tokens=tokens, output_tokens=THOUGHT_TOKENS, images=1)

    def _ask(self, order: ImageOrder) -> Drawn:
        """One request, in a thread of its own. Raises ``ProviderError``."""
        model = self._chosen(order)
        for _ in range(2):
            try:
                client = client_of(self._key, self._settings)
                answer = client.models.generate_content(model=model, contents=contents(order), config=config(order))
            except Exception as error:
                trouble = translated(error)
                ours = not order.model and trouble.code == MODEL_RETIRED
                if not ours or not retire(self._settings, model):
                    raise trouble from None
                log.warning("model_retired", provider=PROVIDER, model=model, replacement=self._settings.replacement)
                model = self._settings.replacement
            else:
                return drawn_of(answer, self._expected(model, order), order.aspect)
        raise AssertionError("The second model either answers or fails.")


def contents(order: ImageOrder) -> list[types.Content]:
    """The reference first, as the service advises, then the words."""
    parts = []
    if order.reference is not None:
        parts.append(types.Part(inline_data=types.Blob(mime_type=order.reference_type, data=order.reference)))
    words = order.prompt + (f"\nDo not show: {order.negative_prompt}" if order.negative_prompt else "")
    return [types.Content(role="user", parts=[*parts, types.Part(text=words)])]


def config(order: ImageOrder) -> types.GenerateContentConfig:
    """How Gemini is to answer."""
    return types.GenerateContentConfig(
        response_modalities=["IMAGE"],
        image_config=types.ImageConfig(aspect_ratio=NEAREST.get(order.aspect, order.aspect), image_size=IMAGE_SIZE),
        automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
    )


def drawn_of(answer: types.GenerateContentResponse, expected: Usage, aspect: str = "") -> Drawn:
    """The pictures of an answer of whatever shape, or why there are none."""
    candidate = answer.candidates[0] if answer.candidates else None
    parts = (candidate.content.parts if candidate and candidate.content else None) or []
    images = tuple(
        _image(part.inline_data.data, part.inline_data.mime_type or "", aspect)
        for part in parts
        if part.inline_data is not None and part.inline_data.data and not part.thought
    )
    version = (answer.model_version or "")[:100]
    used = count_usage(answer.usage_metadata, expected)
    if images:
        return Drawn(_paid(used, answer, len(images)), images, version)
    code, message, retryable = _refusal(answer)
    return Drawn(_unpaid(used, answer), (), version, code, message, retryable)


def _image(data: bytes, kind: str, aspect: str) -> MadeImage:
    if aspect in NEAREST:
        data, found = cropped(data, aspect)
        kind = found or kind
    return MadeImage(data, "", kind)


def _refusal(answer: types.GenerateContentResponse) -> tuple[str, str, bool]:
    blocked = answer.prompt_feedback.block_reason if answer.prompt_feedback else None
    finished = answer.candidates[0].finish_reason if answer.candidates else None
    reason = str(getattr(blocked or finished, "value", "") or "")
    if reason in UNSAFE or (blocked is not None and reason not in {"", "OTHER", "BLOCKED_REASON_UNSPECIFIED"}):
        return "nsfw", NSFW_WORDS, False
    if reason in COPIES:
        return "copyright", COPY_WORDS, False
    return "made_nothing", NONE_WORDS, True


def _paid(used: Usage, answer: types.GenerateContentResponse, images: int) -> Usage:
    """Pictures are booked by number, so their tokens do not count once more."""
    said = answer.usage_metadata
    if said is None or not said.prompt_token_count:
        return replace(used, images=images)
    words = max(0, (said.candidates_token_count or 0) - IMAGE_TOKENS * images)
    details = {row.modality: row.token_count for row in said.candidates_tokens_details or []}
    if types.MediaModality.IMAGE in details:
        words = max(0, (said.candidates_token_count or 0) - (details[types.MediaModality.IMAGE] or 0))
    return replace(used, images=images, output_tokens=words + max(0, said.thoughts_token_count or 0))


def _unpaid(used: Usage, answer: types.GenerateContentResponse) -> Usage:
    """Without a picture no picture is paid for; the words that were read are."""
    said = answer.usage_metadata
    nothing = Usage(used.provider, used.model, used.operation)
    return replace(used, images=0) if said is not None and said.prompt_token_count else nothing
