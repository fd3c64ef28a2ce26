"""The image models of the simulated Gemini: what they refuse, and pictures of the form that was asked for."""

import base64
import io
import time
from collections.abc import Iterator, Mapping
from typing import Any

from PIL import Image, UnidentifiedImageError

from aura.testing.simulators.drawings import drawing, sized
from aura.testing.simulators.gemini.checks import CONTENT, PICTURES, REQUEST, decoded
from aura.testing.simulators.server import Answer

IMAGE_MODELS = ("gemini-3.1-flash-image", "gemini-3.1-flash-lite-image", "gemini-3-pro-image")
ASPECTS = {"1:1", "1:4", "4:1", "1:8", "8:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"}
SIZES = {"512", "1K", "2K", "4K"}
CONFIG = {"responseModalities", "imageConfig", "candidateCount", "seed"}
IMAGE = {"aspectRatio", "imageSize"}
MOST_INPUTS = 14
PICTURE_TOKENS, IMAGE_TOKENS, WORD_TOKENS, THOUGHTS = 1120, 1120, 4, 120


def problems(request: Mapping[str, Any]) -> Iterator[str]:
    """Everything in a request (in camel case) that Google would refuse."""
    yield from (f'Unknown name "{name}" at request' for name in request if name not in REQUEST)
    config = request.get("generationConfig", {})
    yield from (f'Unknown name "{name}" at generationConfig' for name in config if name not in CONFIG)
    if "IMAGE" not in config.get("responseModalities", []):
        yield "The model answers with pictures: responseModalities must name IMAGE"
    form = config.get("imageConfig", {})
    yield from (f'Unknown name "{name}" at imageConfig' for name in form if name not in IMAGE)
    if form.get("aspectRatio", "1:1") not in ASPECTS:
        yield f"aspect_ratio must be one of {sorted(ASPECTS)}"
    if form.get("imageSize", "1K") not in SIZES:
        yield f"image_size must be one of {sorted(SIZES)}"
    parts = [part for content in request.get("contents", []) for part in content.get("parts", [])]
    for content in request.get("contents", []):
        yield from (f'Unknown name "{name}" at content' for name in content if name not in CONTENT)
    if not any(part.get("text", "").strip() for part in parts):
        yield "contents are required"
    pictures = [part["inlineData"] for part in parts if "inlineData" in part]
    if len(pictures) > MOST_INPUTS:
        yield f"at most {MOST_INPUTS} pictures"
    for blob in pictures:
        yield from _picture(blob)


def _picture(blob: Mapping[str, Any]) -> Iterator[str]:
    try:
        with Image.open(io.BytesIO(decoded(blob["data"]))) as picture:
            found = f"image/{(picture.format or '').lower()}"
    except (UnidentifiedImageError, ValueError, OSError):
        yield "Unable to process input image"
        return
    if blob.get("mimeType") not in PICTURES or blob["mimeType"] != found:
        yield f"a picture is called {blob.get('mimeType')} and is {found}"


def drawn(request: Mapping[str, Any], model: str, number: int, *, thoughts: bool = False) -> dict[str, Any]:
    """A GenerateContentResponse with a picture; ``thoughts`` puts a draft before it, as the pro model does."""
    parts = [part for content in request["contents"] for part in content["parts"]]
    words = " ".join(part.get("text", "") for part in parts)
    form = request.get("generationConfig", {}).get("imageConfig", {}).get("aspectRatio", "1:1")
    shown = _part(drawing(words, sized(form), "png", number))
    draft = [{"thought": True, **_part(drawing("draft", (64, 64)))}] if thoughts else []
    read = len(words) // 4 + PICTURE_TOKENS * sum("inlineData" in part for part in parts)
    content = {"role": "model", "parts": [*draft, {"text": "Here it is."}, shown]}
    return {
        "candidates": [{"content": content, "finishReason": "STOP", "index": 0}],
        "usageMetadata": {
            "promptTokenCount": read,
            "candidatesTokenCount": IMAGE_TOKENS + WORD_TOKENS,
            "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": IMAGE_TOKENS}],
            "thoughtsTokenCount": THOUGHTS,
            "totalTokenCount": read + IMAGE_TOKENS + WORD_TOKENS + THOUGHTS,
        },
        "modelVersion": model,
        "responseId": f"i{time.monotonic_ns()}",
    }


def _part(data: bytes) -> dict[str, Any]:
    return {"inlineData": {"mimeType": "image/png", "data": base64.b64encode(data).decode()}}


def only_words() -> Answer:
    """It says that it made a picture, and there is none."""
    candidate = {"content": {"role": "model", "parts": [{"text": "Here is your picture!"}]}, "finishReason": "STOP"}
    usage = {"promptTokenCount": 20, "candidatesTokenCount": 8, "totalTokenCount": 28}
    return Answer.json({"candidates": [candidate], "usageMetadata": usage})
