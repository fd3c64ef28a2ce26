"""A model's text as JSON of a schema, whatever stands around it. Nothing that does not hold to the schema comes out."""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

MOST_CHARACTERS: Final = 400_000
MOST_DEPTH: Final = 40
THOUGHTS: Final = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL | re.IGNORECASE)
MOST_PLACES: Final = 20
_DECODER: Final = json.JSONDecoder(parse_constant=lambda name: None)


class WrongShape(ValueError):
    """The text holds no JSON of the schema. The message names the place by the schema's own words, never the text."""


def checked(text: str, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The first JSON object in ``text`` that holds to ``schema``, fenced, thought about or preceded by words.

    Raises :class:`WrongShape`. Never raises anything else, whatever the text is.
    """
    words = THOUGHTS.sub("", text[:MOST_CHARACTERS])
    first: WrongShape | None = None
    place, looked = words.find("{"), 0
    while place >= 0 and looked < MOST_PLACES:
        looked += 1
        try:
            value, end = _DECODER.raw_decode(words, place)
        except (ValueError, RecursionError):
            place = words.find("{", place + 1)
            continue
        trouble = _trouble(value, schema)
        if trouble is None:
            return dict(value)
        first = first or trouble
        place = words.find("{", end)
    raise first or WrongShape("There is no whole JSON object in the answer.")


def _trouble(value: Any, schema: Mapping[str, Any]) -> WrongShape | None:
    if not isinstance(value, dict) or _depth(value) > MOST_DEPTH:
        return WrongShape("The answer is not an object as it was asked for.")
    error = best_match(_validator(json.dumps(dict(schema), sort_keys=True)).iter_errors(value))
    if error is None:
        return None
    where = "/".join(str(part) for part in error.absolute_schema_path)[:120]
    return WrongShape(f"The answer does not hold to the schema at {where}.")


def _depth(value: Any) -> int:
    depth, level = 0, [value]
    while level and depth <= MOST_DEPTH:
        depth += 1
        inner: list[Any] = []
        for one in level:
            inner += one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
        level = inner
    return depth


@lru_cache(maxsize=64)
def _validator(schema: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads(schema))
