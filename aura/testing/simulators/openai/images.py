"""Pictures at the simulated OpenAI-compatible server: generations (JSON) and edits (a form with files)."""

import base64
import io
import time
from collections.abc import Iterator, Mapping
from email import message_from_bytes
from typing import Any

from PIL import Image, UnidentifiedImageError

from aura.testing.simulators.drawings import drawing
from aura.testing.simulators.server import Answer, Asked

IMAGE_MODELS = ("draw-small", "draw-large")
OPENAI_SIZES = ("1024x1024", "1024x1536", "1536x1024", "auto")
ROUTES = {("POST", "/v1/images/generations"), ("POST", "/v1/images/edits")}
KNOWN = {"model", "prompt", "n", "size", "quality", "background", "output_format", "user", "moderation"}
MOST_PROMPT = 32_000


def read(asked: Asked) -> dict[str, Any]:
    """The request, from JSON or from a form; ``pictures`` are the files of ``image`` or ``image[]``."""
    kind = asked.headers.get("content-type", "")
    if kind.startswith("application/json"):
        return dict(asked.json())
    form = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + asked.body)
    found: dict[str, Any] = {"pictures": []}
    for part in form.get_payload() if form.is_multipart() else []:
        name = str(part.get_param("name", header="content-disposition"))  # type: ignore[union-attr]
        data = part.get_payload(decode=True)  # type: ignore[union-attr]
        if name in ("image", "image[]"):
            found["pictures"].append((part.get_content_type(), data))  # type: ignore[union-attr]
        elif isinstance(data, bytes):
            found[name] = int(data) if name == "n" else data.decode()
    return found


def problems(request: Mapping[str, Any], *, edits: bool) -> Iterator[str]:
    """What OpenAI would refuse."""
    yield from (f"Unknown parameter: '{name}'." for name in request if name not in KNOWN | {"pictures"})
    prompt = request.get("prompt")
    if not isinstance(prompt, str) or not prompt.strip() or len(prompt) > MOST_PROMPT:
        yield "Missing required parameter: 'prompt'."
    if request.get("n", 1) != 1:
        yield "one picture a call is what every server takes"
    if edits and not request.get("pictures"):
        yield "Missing required parameter: 'image'."
    for kind, data in request.get("pictures", []):
        try:
            with Image.open(io.BytesIO(data)) as picture:
                if kind != f"image/{(picture.format or '').lower()}":
                    yield f"a picture is called {kind} and is {picture.format}"
        except (UnidentifiedImageError, OSError):
            yield "Invalid image file."


def drawn(request: Mapping[str, Any], number: int) -> bytes:
    """A PNG of the size that was asked for, at a quarter of its sides."""
    size = str(request.get("size", "auto"))
    wide, high = (1024, 1024) if size == "auto" else (int(part) for part in size.split("x"))
    return drawing(str(request["prompt"]), (wide // 4, high // 4), "png", number)


def answered(data: bytes, link: str) -> dict[str, Any]:
    """The answer with the picture in it, or with its address, as DALL·E and some servers have it."""
    row = {"url": link} if link else {"b64_json": base64.b64encode(data).decode()}
    found: dict[str, Any] = {"created": int(time.time()), "data": [row]}
    return found if link else found | {"usage": {"input_tokens": 30, "output_tokens": 1056, "total_tokens": 1086}}


def file(asked: Asked, drawings: list[bytes]) -> Answer:
    """A picture behind its address."""
    number = asked.path.removeprefix("/files/").removesuffix(".png")
    if not number.isdigit() or int(number) >= len(drawings):
        return Answer(404, b"Not Found")
    return Answer(200, drawings[int(number)], {"Content-Type": "image/png"})
