"""What a model wants to be told, read from its own schema, so that nothing is paid for that cannot come right. Pure.

A schema is the part ``components.schemas`` of a model's OpenAPI document; its ``Input`` describes the input.
"""

import base64
from collections.abc import Mapping
from typing import Any, Final

from aura.providers.errors import ProviderError
from aura.providers.image_ports import ImageOrder
from aura.providers.making import sides

Schemas = Mapping[str, Any]
PROMPTS: Final = ("prompt", "text_prompt", "text")
NEGATIVES: Final = ("negative_prompt", "negative")
COUNTS: Final = ("num_outputs", "number_of_images", "num_images", "n")
REFERENCES: Final = (
    "input_image", "image_input", "input_images", "image", "image_prompt", "images", "reference_image", "init_image",
)  # fmt: skip
FORMATS: Final = ("jpg", "jpeg", "png", "webp")
SEED: Final = "seed"
KINDS: Final[Mapping[str, type | tuple[type, ...]]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": list,
    "object": dict,
}


def input_of(schemas: Schemas, order: ImageOrder) -> dict[str, Any]:
    """What is sent for an order. Raises ``ProviderError`` with ``unsupported_input`` where the model cannot do it."""
    fields = fields_of(schemas)
    prompt = _first(PROMPTS, fields)
    if prompt is None:
        raise _unsupported("This model takes no prompt, so it makes no pictures from words.")
    sent: dict[str, Any] = {prompt: order.prompt}
    sent |= _shape(fields, order.aspect)
    if order.negative_prompt:
        sent[_needed(NEGATIVES, fields, "what not to show")] = order.negative_prompt
    if order.count > 1:
        sent |= _count(fields, order.count)
    if order.seed is not None and SEED in fields:
        sent[SEED] = order.seed
    if order.reference is not None:
        sent |= _reference(fields, order)
    sent |= _format(fields)
    sent |= _extra(fields, order.extra)
    missing = [name for name in _required(schemas) if name not in sent]
    if missing:
        raise _unsupported(f"This model also needs: {', '.join(missing)[:120]}.")
    return sent


def fields_of(schemas: Schemas) -> dict[str, Mapping[str, Any]]:
    """Each field of the input with its rules; those that stand elsewhere (``$ref``) are put in their place."""
    described = schemas.get("Input")
    rows = described.get("properties") if isinstance(described, Mapping) else None
    if not isinstance(rows, Mapping) or not rows:
        raise ProviderError("Replicate does not say what this model takes.", code="bad_answer", retryable=True)
    return {str(name): _whole(schemas, row) for name, row in rows.items() if isinstance(row, Mapping)}


def _whole(schemas: Schemas, row: Mapping[str, Any]) -> Mapping[str, Any]:
    found: dict[str, Any] = dict(row)
    parts = [row, *(row.get("allOf") or []), *(one for one in row.get("anyOf") or [] if one.get("type") != "null")]
    for part in parts:
        name = str(part.get("$ref", "")).rpartition("/")[2]
        target = schemas.get(name) if name else part
        if isinstance(target, Mapping):
            found = {**target, **found}
    return found


def _required(schemas: Schemas) -> list[str]:
    names = schemas["Input"].get("required")
    return [str(name) for name in names] if isinstance(names, list) else []


def _shape(fields: Mapping[str, Mapping[str, Any]], aspect: str) -> dict[str, Any]:
    """The form of the picture: by name, or by width and height of about a million pixels."""
    known = fields.get("aspect_ratio", {}).get("enum")
    if "aspect_ratio" in fields and (not isinstance(known, list) or aspect in known):
        return {"aspect_ratio": aspect}
    if "width" in fields and "height" in fields:
        width, height = sides(aspect)
        sized = {"width": _within(fields["width"], width), "height": _within(fields["height"], height)}
        return sized | ({"aspect_ratio": "custom"} if isinstance(known, list) and "custom" in known else {})
    if isinstance(known, list):
        forms = ", ".join(str(one) for one in known if ":" in str(one))
        raise _unsupported(f"This model makes no pictures of the form {aspect}, only {forms[:200]}.")
    if aspect == "1:1" or _only_edits(fields):
        return {}
    raise _unsupported(f"This model takes no form, so {aspect} cannot be asked for. Choose 1:1.")


def _only_edits(fields: Mapping[str, Any]) -> bool:
    """A model that changes a picture keeps that picture's form."""
    return _first(REFERENCES, fields) is not None


def _within(rules: Mapping[str, Any], value: int) -> int:
    allowed = rules.get("enum")
    if isinstance(allowed, list) and allowed:
        return int(min(allowed, key=lambda one: abs(int(one) - value)))
    step = rules.get("multipleOf")
    if isinstance(step, int) and step > 1:
        value = round(value / step) * step
    return int(max(rules.get("minimum", value), min(rules.get("maximum", value), value)))


def _count(fields: Mapping[str, Mapping[str, Any]], count: int) -> dict[str, Any]:
    name = _first(COUNTS, fields)
    if name is None:
        raise _unsupported("This model makes one picture at a time. Ask for one, or choose another model.")
    most = fields[name].get("maximum")
    if isinstance(most, int | float) and count > most:
        raise _unsupported(f"This model makes at most {int(most)} pictures at a time.")
    return {name: count}


def _reference(fields: Mapping[str, Mapping[str, Any]], order: ImageOrder) -> dict[str, Any]:
    name = _needed(REFERENCES, fields, "a picture to start from")
    data = f"data:{order.reference_type};base64,{base64.b64encode(order.reference or b'').decode()}"
    return {name: [data] if fields[name].get("type") == "array" else data}


def _format(fields: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    known = fields.get("output_format", {}).get("enum")
    wanted = next((one for one in FORMATS if isinstance(known, list) and one in known), None)
    quality = {"output_quality": 95} if wanted and "output_quality" in fields and wanted != "png" else {}
    return {"output_format": wanted} | quality if wanted else {}


def _extra(fields: Mapping[str, Mapping[str, Any]], extra: Mapping[str, Any]) -> dict[str, Any]:
    for name, value in extra.items():
        if name not in fields:
            raise _unsupported(f"This model does not take {str(name)[:40]!r}.")
        kind, allowed = KINDS.get(str(fields[name].get("type"))), fields[name].get("enum")
        wrong = kind is not None and (not isinstance(value, kind) or (kind is not bool and isinstance(value, bool)))
        if wrong or (isinstance(allowed, list) and value not in allowed):
            raise _unsupported(f"This model does not take that value of {str(name)[:40]!r}.")
    return dict(extra)


def _first(names: tuple[str, ...], fields: Mapping[str, Any]) -> str | None:
    return next((name for name in names if name in fields), None)


def _needed(names: tuple[str, ...], fields: Mapping[str, Any], what: str) -> str:
    found = _first(names, fields)
    if found is None:
        raise _unsupported(f"This model does not take {what}. Leave it out, or choose another model.")
    return found


def _unsupported(words: str) -> ProviderError:
    return ProviderError(words, code="unsupported_input")
