"""What Gemini would not understand in a request: unknown keys, wrong enums, pictures it cannot read, odd schemas."""

import base64
import binascii
import io
import re
from collections.abc import Iterator, Mapping
from typing import Any

from PIL import Image, UnidentifiedImageError

MAX_BYTES = 20_000_000
MOST_SIDE = 2048
"""Of pictures that are written about; of profile pictures 384 pixels are enough."""
PICTURES = {"image/png", "image/jpeg", "image/webp", "image/heic", "image/heif"}
REQUEST = {
    "contents",
    "systemInstruction",
    "safetySettings",
    "generationConfig",
    "tools",
    "toolConfig",
    "cachedContent",
}
CONTENT = {"role", "parts"}
PART = {"text", "inlineData", "mediaResolution", "thought", "thoughtSignature"}
BLOB = {"mimeType", "data"}
SAFETY = {"category", "threshold"}
CONFIG = {
    "maxOutputTokens", "responseMimeType", "responseSchema", "responseJsonSchema", "mediaResolution", "thinkingConfig",
    "candidateCount", "stopSequences", "seed", "temperature", "topP", "topK",
}  # fmt: skip
THINKING = {"thinkingLevel", "includeThoughts"}
DEPRECATED = {"temperature", "topP", "topK"}
LEVELS = {"MINIMAL", "LOW", "MEDIUM", "HIGH"}
RESOLUTIONS = {"MEDIA_RESOLUTION_LOW", "MEDIA_RESOLUTION_MEDIUM", "MEDIA_RESOLUTION_HIGH"}
HARMS = {"HARASSMENT", "HATE_SPEECH", "SEXUALLY_EXPLICIT", "DANGEROUS_CONTENT", "CIVIC_INTEGRITY"}
THRESHOLDS = {"BLOCK_LOW_AND_ABOVE", "BLOCK_MEDIUM_AND_ABOVE", "BLOCK_ONLY_HIGH", "BLOCK_NONE", "OFF"}
# https://ai.google.dev/gemini-api/docs/structured-output: the part of JSON Schema that is understood.
SCHEMA = {
    "$id", "$defs", "$ref", "$anchor", "type", "format", "title", "description", "enum", "items", "prefixItems",
    "minItems", "maxItems", "minimum", "maximum", "anyOf", "oneOf", "properties", "additionalProperties", "required",
}  # fmt: skip
TYPES = {"object", "array", "string", "number", "integer", "boolean", "null"}


def camel(name: str) -> str:
    """``mime_type`` and ``mimeType`` are the same to Google."""
    return re.sub(r"_([a-z0-9])", lambda match: match[1].upper(), name)


def plain(value: Any) -> Any:
    """The request with all keys in camel case, schemas apart."""
    if isinstance(value, list):
        return [plain(one) for one in value]
    if not isinstance(value, Mapping):
        return value
    return {
        (key := camel(name)): inner if key in {"responseJsonSchema", "responseSchema"} else plain(inner)
        for name, inner in value.items()
    }


def problems(request: Mapping[str, Any]) -> Iterator[str]:
    """Everything in a request (in camel case) that Google would refuse or advises against."""
    yield from _unknown("request", request, REQUEST)
    contents = request.get("contents")
    if not isinstance(contents, list) or not contents:
        yield "contents are required"
        contents = []
    config = request.get("generationConfig", {})
    side = 384 if "profiles" in ((config.get("responseJsonSchema") or {}).get("properties") or {}) else MOST_SIDE
    for content in contents:
        if content.get("role") not in {"user", "model"}:
            yield "a content has no role"
        yield from _content(content, side)
    yield from _content(request.get("systemInstruction") or {"parts": [{"text": ""}]}, side)
    for setting in request.get("safetySettings", []):
        yield from _unknown("safetySettings", setting, SAFETY)
        if setting.get("category", "").removeprefix("HARM_CATEGORY_") not in HARMS:
            yield f"no such category: {setting.get('category')}"
        if setting.get("threshold") not in THRESHOLDS:
            yield f"no such threshold: {setting.get('threshold')}"
    yield from _config(config)


def _unknown(place: str, value: Mapping[str, Any], known: set[str]) -> Iterator[str]:
    yield from (f'Unknown name "{name}" at {place}' for name in value if name not in known)


def _content(content: Mapping[str, Any], side: int) -> Iterator[str]:
    yield from _unknown("content", content, CONTENT)
    if not content.get("parts"):
        yield "a content has no parts"
    for part in content.get("parts", []):
        yield from _unknown("part", part, PART)
        if not {"text", "inlineData"} & set(part):
            yield "a part has no data"
        if "inlineData" in part:
            yield from _picture(part["inlineData"], side)


def decoded(data: str) -> bytes:
    """Base64 in either alphabet, as proto's JSON takes it."""
    return base64.b64decode(data.replace("-", "+").replace("_", "/"), validate=True)


def _picture(blob: Mapping[str, Any], side: int) -> Iterator[str]:
    yield from _unknown("inlineData", blob, BLOB)
    kind = blob.get("mimeType")
    if kind not in PICTURES:
        yield f"Unsupported MIME type: {kind}"
        return
    try:
        with Image.open(io.BytesIO(decoded(blob.get("data", "")))) as picture:
            found = f"image/{(picture.format or '').lower()}"
            if max(picture.size) > side:
                yield f"the picture is {picture.size}, larger than it has to be"
    except (UnidentifiedImageError, binascii.Error, OSError):
        yield "Unable to process input image"
        return
    if found != kind:
        yield f"a picture is called {kind} and is {found}"


def _config(config: Mapping[str, Any]) -> Iterator[str]:
    yield from _unknown("generationConfig", config, CONFIG)
    yield from (f"{name} is deprecated" for name in DEPRECATED & set(config))
    thinking = config.get("thinkingConfig", {})
    yield from _unknown("thinkingConfig", thinking, THINKING)
    if thinking.get("thinkingLevel", "LOW") not in LEVELS:
        yield f"no such thinking level: {thinking['thinkingLevel']}"
    if config.get("mediaResolution", "MEDIA_RESOLUTION_LOW") not in RESOLUTIONS:
        yield f"no such resolution: {config['mediaResolution']}"
    room = config.get("maxOutputTokens", 1)
    if not isinstance(room, int) or not 0 < room <= 65_536:
        yield f"maxOutputTokens is {room}"
    schema = config.get("responseJsonSchema")
    if schema is not None:
        if config.get("responseMimeType") != "application/json":
            yield "a schema needs responseMimeType application/json"
        yield from schema_problems(schema, SCHEMA)


def schema_problems(schema: Any, known: set[str], *, strict: bool = False) -> Iterator[str]:
    """What is wrong with a JSON schema; ``strict`` as OpenAI's: nothing may be added and everything is required."""
    if not isinstance(schema, Mapping) or schema.get("type") not in TYPES:
        yield f"a schema has no type: {schema}"
        return
    yield from _unknown("schema", schema, known)
    fields = schema.get("properties", {})
    if set(schema.get("required", [])) - set(fields):
        yield "a required property is not described"
    if strict and schema["type"] == "object":
        if schema.get("additionalProperties") is not False:
            yield "'additionalProperties' is required to be supplied and to be false."
        if set(schema.get("required", [])) != set(fields):
            yield "'required' is required to be supplied and to include every key in properties."
    if schema["type"] == "array" and "items" not in schema:
        yield "an array has no items"
    for inner in [*fields.values(), *([schema["items"]] if "items" in schema else [])]:
        yield from schema_problems(inner, known, strict=strict)
