"""Models of the simulated Replicate with the schemas of their inputs, and what is wrong with an input."""

import base64
import binascii
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from PIL import Image, UnidentifiedImageError

FLUX_FORMS = ["1:1", "16:9", "21:9", "3:2", "2:3", "4:5", "5:4", "3:4", "4:3", "9:16", "9:21"]
TYPES: Mapping[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": list,
}


def _text(**more: Any) -> dict[str, Any]:
    return {"type": "string", **more}


def _whole(low: int, high: int, **more: Any) -> dict[str, Any]:
    return {"type": "integer", "minimum": low, "maximum": high, **more}


@dataclass(frozen=True, slots=True)
class Model:
    """``output`` is the form of what it makes: one text, a list, or an object; ``enums`` stand beside the input."""

    name: str
    version: str
    fields: Mapping[str, Mapping[str, Any]]
    enums: Mapping[str, list[str]]
    required: tuple[str, ...] = ("prompt",)
    output: str = "list"

    @property
    def schemas(self) -> dict[str, Any]:
        """The schemas as Cog writes them: enums apart, by reference."""
        listed = {name: {"enum": values, "type": "string", "title": name} for name, values in self.enums.items()}
        properties = dict(self.fields) | {
            name: {"allOf": [{"$ref": f"#/components/schemas/{name}"}], "default": values[0]}
            for name, values in self.enums.items()
        }
        described = {"type": "object", "title": "Input", "required": list(self.required), "properties": properties}
        return {"Input": described, **listed}

    def document(self) -> dict[str, Any]:
        """The answer to a question about the model."""
        owner, _, name = self.name.partition("/")
        version = {
            "id": self.version,
            "created_at": "2026-03-01T00:00:00.000Z",
            "cog_version": "0.16.0",
            "openapi_schema": {"openapi": "3.0.2", "components": {"schemas": self.schemas}},
        }
        return {
            "url": f"https://replicate.com/{self.name}",
            "owner": owner,
            "name": name,
            "description": "A simulated model",
            "visibility": "public",
            "run_count": 1,
            "latest_version": version,
        }

    def problems(self, sent: Mapping[str, Any]) -> Iterator[str]:
        """What Replicate would refuse."""
        yield from (f"- input: {name} is required" for name in self.required if name not in sent)
        for name, value in sent.items():
            rules = self.enums.get(name)
            if rules is not None:
                if value not in rules:
                    yield f"- input.{name}: input.{name} must be one of the following: {', '.join(rules)}"
            elif name not in self.fields:
                yield f"- input: Additional property {name} is not allowed"
            else:
                yield from _wrong(name, value, self.fields[name])


def _wrong(name: str, value: Any, rules: Mapping[str, Any]) -> Iterator[str]:
    kind = TYPES[rules["type"]]
    if not isinstance(value, kind) or (isinstance(value, bool) and rules["type"] != "boolean"):
        yield f"- input.{name}: Invalid type. Expected: {rules['type']}"
        return
    if isinstance(value, int | float) and not rules.get("minimum", value) <= value <= rules.get("maximum", value):
        yield f"- input.{name}: Must be between {rules.get('minimum')} and {rules.get('maximum')}"
    if isinstance(value, int) and value % rules.get("multipleOf", 1):
        yield f"- input.{name}: Must be a multiple of {rules['multipleOf']}"
    if rules.get("format") == "uri":
        yield from _not_a_picture(name, value)
    for one in value if isinstance(value, list) else []:
        yield from _not_a_picture(name, one)


def _not_a_picture(name: str, value: Any) -> Iterator[str]:
    if isinstance(value, str) and value.startswith("https://"):
        return
    head, _, data = str(value).partition(";base64,")
    try:
        with Image.open(io.BytesIO(base64.b64decode(data, validate=True))) as picture:
            if head != f"data:image/{(picture.format or '').lower()}":
                yield f"- input.{name}: the picture is {picture.format}, not what its data URI says"
    except (UnidentifiedImageError, binascii.Error, ValueError):
        yield f"- input.{name}: Does not match format 'uri'"
    if len(str(value)) > 1_400_000:
        yield f"- input.{name}: a data URI of more than a megabyte"


SEED = {"seed": {"type": "integer"}}
FILES = ["webp", "jpg", "png"]
MODELS = {
    model.name: model
    for model in (
        Model(
            "black-forest-labs/flux-schnell",
            "c846a69991daf4c0e5d016514849d14ee5b2e6846ce6b9d6f21369e564cfe51e",
            {"prompt": _text(), "num_outputs": _whole(1, 4), "output_quality": _whole(0, 100), **SEED},
            {"aspect_ratio": FLUX_FORMS, "output_format": FILES},
        ),
        Model(
            "black-forest-labs/flux-1.1-pro",
            "1" * 64,
            {
                "prompt": _text(),
                "image_prompt": _text(format="uri"),
                "width": _whole(256, 1440, multipleOf=32),
                "height": _whole(256, 1440, multipleOf=32),
                "output_quality": _whole(0, 100),
                **SEED,
            },
            {"aspect_ratio": ["1:1", "16:9", "custom"], "output_format": FILES},
            output="text",
        ),
        Model(
            "black-forest-labs/flux-kontext-pro",
            "2" * 64,
            {"prompt": _text(), "input_image": _text(format="uri"), **SEED},
            {"aspect_ratio": ["match_input_image", *FLUX_FORMS], "output_format": ["jpg", "png"]},
            output="text",
        ),
        Model(
            "google/nano-banana",
            "3" * 64,
            {"prompt": _text(), "image_input": {"type": "array", "items": _text(format="uri")}},
            {"aspect_ratio": FLUX_FORMS, "output_format": ["jpg", "png"]},
            output="text",
        ),
        Model(
            "stability-ai/stable-diffusion-3.5-medium",
            "4" * 64,
            {
                "prompt": _text(),
                "negative_prompt": _text(),
                "width": _whole(256, 1536),
                "height": _whole(256, 1536),
                "num_outputs": _whole(1, 2),
                **SEED,
            },
            {"output_format": ["png"]},
            output="object",
        ),
        Model(
            "851-labs/background-remover",
            "5" * 64,
            {"image": _text(format="uri"), "threshold": {"type": "number"}},
            {},
            required=("image",),
            output="text",
        ),
    )
}
BY_VERSION = {model.version: model for model in MODELS.values()}
