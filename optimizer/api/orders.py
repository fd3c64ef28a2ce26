"""What comes in: forms and JSON, with options in one field or each in its own, made one checked order (O1, O11)."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, Final, cast

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from rest_framework import serializers

from aura.media.models import Picture
from aura.providers import outbound
from aura.providers.errors import ProviderError
from optimizer.api import shapes as s
from optimizer.engine.logos import LOGO_BYTES
from optimizer.engine.opening import MAX_BYTES, TOO_LARGE, PictureRefused
from optimizer.options import Choices, WrongOption, choices
from optimizer.services import intake
from optimizer.services.problems import refusal

LISTS: Final = ("platforms", "styles", "others")
SOURCES: Final = ("image", "image_url", "picture")
NESTED: Final = ("options", "formats")
BRACKETED: Final = re.compile(r"(\w+)\[([^\]]*)\]")
OPTIONS: Final = frozenset(s.OptionsSerializer().fields) | {"logo"}
CHOSEN: Final = frozenset(one.name for one in fields(Choices))
SPELLED: Final[Mapping[str, Callable[[str], str]]] = {
    "output_format": lambda word: {"jpg": "jpeg"}.get(short := word.removeprefix("image/"), short),
    "styles": lambda word: re.sub(r"[\s_-]+", "_", word),
    "logo_position": lambda word: {"centre": "center"}.get(name := re.sub(r"[\s_]+", "-", word), name),
}
"""Spellings that programs are known to send, made those of the options. Other words only lose capitals."""


def order_of(data: Any) -> intake.Order:
    """The order that a request's body makes; its picture is checked by its head, and nothing is stored but a logo.

    Raises ``ValidationError`` with the field's name, or the problem of a picture that is refused (O13).
    """
    serializer = s.OptimizeUploadSerializer(data=plain(data))
    serializer.is_valid(raise_exception=True)
    given = dict(serializer.validated_data)
    chosen = choices_of(given)
    named = [name for name in SOURCES if given.get(name)]
    if len(named) != 1:
        words = "Send one picture: as image, as image_url or as picture." if named else "Send a picture."
        raise serializers.ValidationError({"image": words}, code="invalid" if named else "required")
    data_of_upload = _upload(given["image"]) if "image" in named else None
    return intake.Order(
        choices=chosen,
        description=given.get("description", ""),
        upload=data_of_upload,
        name=(given["image"].name or "") if "image" in named else "",
        url=_address(given.get("image_url", "")),
        picture=_stored(given.get("picture"), "picture"),
        logo=_logo(given.get("logo")),
        others=tuple(_other(one, number) for number, one in enumerate(given.get("others", ()))),
        fresh=given.get("fresh", False),
    )


def plain(data: Any) -> dict[str, Any]:
    """A body as plain values by name, whatever way its lists and options were written.

    A list is a field that stands there several times, with or without ``[]``, a JSON list, or words between commas.
    Options stand in ``options`` (an object, or its JSON) or each in a field of its own, which then counts.
    """
    if not isinstance(data, Mapping):
        raise serializers.ValidationError("Send an object with the picture and what is to be made of it.")
    found: dict[str, Any] = {}
    nested: dict[str, dict[str, Any]] = {name: {} for name in NESTED}
    for name in data:
        values = data.getlist(name) if isinstance(data, QueryDict) else [data[name]]
        part = BRACKETED.fullmatch(name)
        bare = part[1] if part else name
        if part and bare in NESTED:
            nested[bare][part[2]] = values[-1]
        elif bare in LISTS:
            found[bare] = [*found.get(bare, []), *values]
        else:
            found[bare] = values[-1]
    options = _object("options", found.pop("options", None)) | nested["options"]
    if unknown := sorted(set(options) - OPTIONS):
        known = ", ".join(sorted(OPTIONS))
        raise serializers.ValidationError({"options": f"There is no option {unknown[0]}. Known: {known}."})
    merged = {name: value for some in (options, found) for name, value in some.items() if value not in (None, "")}
    if nested["formats"] or "formats" in merged:
        merged["formats"] = _object("formats", merged.get("formats")) | nested["formats"]
    return {name: _spelled(name, value) for name, value in merged.items()}


def choices_of(given: Mapping[str, Any]) -> Choices:
    """The choices among checked fields. ``use_ai_analysis`` and ``enable_product_photography`` are the short ways."""
    chosen = {name: value for name, value in given.items() if name in CHOSEN}
    if "mode" not in chosen and "use_ai_analysis" in given:
        chosen["mode"] = "both" if given["use_ai_analysis"] else "user"
    if "photography" not in chosen and ("enable_product_photography" in given or chosen.get("styles")):
        # Whoever names styles wants them.
        chosen["photography"] = "on" if given.get("enable_product_photography", True) else "off"
    try:
        return choices(chosen)
    except WrongOption as error:
        raise serializers.ValidationError({error.name: str(error)}) from None


def _object(name: str, value: Any) -> dict[str, Any]:
    if value is None or value == "":
        return {}
    found = _read(value) if isinstance(value, str) else value
    if not isinstance(found, dict):
        raise serializers.ValidationError({name: f"{name} is an object, or the JSON of one."})
    return {str(key): one for key, one in found.items()}


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _spelled(name: str, value: Any) -> Any:
    if name in LISTS:
        words = [word for one in _listed(value) for word in _listed(one)]
        return [_word(name, word) if isinstance(word, str) else word for word in words]
    return _word(name, value) if name in CHOSEN and isinstance(value, str) else value


def _word(name: str, value: str) -> str:
    return SPELLED.get(name, str)(value.strip().lower())


def _listed(value: Any) -> list[Any]:
    if not isinstance(value, str):
        return value if isinstance(value, list) else [value]
    if value.lstrip().startswith("[") and isinstance(found := _read(value), list):
        return found
    return [word for part in value.split(",") if (word := part.strip())]


def _upload(file: UploadedFile[Any]) -> bytes:
    try:
        if (file.size or 0) > MAX_BYTES:
            raise PictureRefused(TOO_LARGE, f"The picture has more than {MAX_BYTES // 2**20} MB.")
        data = bytes(file.read(MAX_BYTES + 1))
        intake.check_upload(data)
    except PictureRefused as error:
        raise refusal(error) from error
    return data


def _address(url: str) -> str:
    try:
        if url:
            outbound.checked_url(url, settings.AURA_ALLOW_LOOPBACK)
        return url
    except ProviderError as error:
        raise serializers.ValidationError({"image_url": error.message}, code=error.code) from None


def _stored(pk: Any, name: str) -> Picture | None:
    found = Picture.objects.filter(pk=pk).first() if pk else None
    if pk and found is None:
        words = "There is no such picture in this workspace."
        raise serializers.ValidationError({name: words}, code="does_not_exist")
    return found


def _logo(value: Any) -> Picture | None:
    if value is None or not hasattr(value, "read"):
        return _stored(value, "logo")
    return _kept(value, intake.store_logo, LOGO_BYTES, "/logo")


def _other(value: Any, number: int) -> Picture:
    if hasattr(value, "read"):
        return _kept(value, intake.store_other, intake.OTHER_BYTES, f"/others/{number}")
    return cast(Picture, _stored(value, "others"))


def _kept(file: Any, store: Callable[[bytes], Picture], most: int, pointer: str) -> Picture:
    try:
        return store(file.read(most + 1))
    except PictureRefused as error:
        raise refusal(error, pointer) from error
