"""One JSON text to one clean Python value."""

import json
from typing import Any

import orjson


class BrokenJson(ValueError):
    """Not JSON; the message is for a person."""


def parse_json(raw: bytes) -> Any:
    """The value of a JSON text; raises :class:`BrokenJson`.

    More is forgiven than the standard allows, because exporters write it: NaN (read as null), control characters and
    halves of surrogate pairs in texts (left out).
    """
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        pass
    try:
        value = json.loads(raw.decode("utf-8"), strict=False, parse_constant=lambda _: None)
        return _clean(value)
    except UnicodeDecodeError as error:
        raise BrokenJson("This is not UTF-8 text.") from error
    except RecursionError as error:
        raise BrokenJson("This is nested too deeply.") from error
    except ValueError as error:
        raise BrokenJson("This is not valid JSON.") from error


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "ignore").decode()
    if isinstance(value, list):
        return [_clean(part) for part in value]
    if isinstance(value, dict):
        return {_clean(key): _clean(part) for key, part in value.items()}
    return value
