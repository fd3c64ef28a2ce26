"""What can be chosen for a session, as one value: checked, stored as JSON; same choice, same value. Pure."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final, Literal, get_args

from optimizer.captions.describing import MODES
from optimizer.engine.logos import ANCHORS, Anchor, Tone
from optimizer.engine.targets import MEDIA_TYPES, Encoding, Fit
from optimizer.limits import HASHTAGS
from optimizer.photography import STYLES
from optimizer.platforms import PLATFORMS, UnknownPlatform, format_of, has_format, resolve
from optimizer.prompts import LANGUAGES

Photography = Literal["off", "auto", "on"]
PHOTOGRAPHY: Final = get_args(Photography)
FITS: Final = get_args(Fit)
TONES: Final = get_args(Tone)
WRITERS: Final = ("auto", "gemini", "openai", "local")
MAKERS: Final = ("auto", "replicate", "gemini", "openai", "local")
RANGES: Final[Mapping[str, tuple[float, float]]] = {
    "logo_scale": (0.02, 1.0),
    "logo_margin": (0.0, 0.25),
    "logo_opacity": (0.0, 1.0),
}
CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "mode": tuple(MODES),
    "output_format": tuple(MEDIA_TYPES),
    "fit": FITS,
    "hashtag_preset": tuple(HASHTAGS),
    "language": tuple(LANGUAGES),
    "writer": WRITERS,
    "maker": MAKERS,
    "photography": PHOTOGRAPHY,
    "logo_position": tuple(ANCHORS),
    "logo_tone": TONES,
}


class WrongOption(ValueError):
    """An option that cannot be; ``name`` is the option's, the message is for people."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


@dataclass(frozen=True, slots=True)
class Choices:
    """Everything that is chosen for a session besides picture, description and logo.

    ``platforms`` are keys of :mod:`optimizer.platforms`, in its order; ``formats`` a platform's size by its key where a
    person chose one. ``mode`` says whose description counts (O9). ``styles`` are those of the photographs, all seven
    where ``photography`` is wanted and none is named.
    """

    platforms: tuple[str, ...]
    mode: str = "both"
    output_format: Encoding = "jpeg"
    fit: Fit = "crop"
    formats: tuple[tuple[str, str], ...] = ()
    hashtag_preset: str = "full"
    language: str = "en"
    writer: str = "auto"
    find_accounts: bool = True
    photography: Photography = "off"
    styles: tuple[str, ...] = ()
    maker: str = "auto"
    logo_position: Anchor = "bottom-right"
    logo_scale: float = 0.18
    logo_margin: float = 0.04
    logo_opacity: float = 1.0
    logo_tone: Tone = "auto"

    def as_data(self) -> dict[str, Any]:
        """Plain values for a JSON column; :func:`choices` reads them again."""
        return {**asdict(self), "formats": dict(self.formats)}

    def format_for(self, platform: str) -> str:
        """The key of the size that a person chose, "" where the picture's shape decides."""
        return dict(self.formats).get(platform, "")


def choices(data: Mapping[str, Any]) -> Choices:
    """Read and check what was chosen; what is not named is as by default.

    ``platforms`` may hold ``all``, ``x`` and ``twitter``. Raises :class:`WrongOption`.
    """
    known = {field.name for field in fields(Choices)}
    if unknown := sorted(set(data) - known):
        raise WrongOption(unknown[0], f"There is no option {unknown[0]}. Known: {', '.join(sorted(known))}.")
    values = {**data, "platforms": _platforms(data.get("platforms") or ()), "styles": _styles(data.get("styles") or ())}
    values["formats"] = _formats(data.get("formats") or {}, values["platforms"])
    for name, allowed in CHOICES.items():
        if name in values and values[name] not in allowed:
            raise WrongOption(name, f"{name} is one of {', '.join(allowed)}.")
    for name, (low, high) in RANGES.items():
        if name in values:
            values[name] = _number(name, values[name], low, high)
    if "find_accounts" in values and not isinstance(values["find_accounts"], bool):
        raise WrongOption("find_accounts", "find_accounts is true or false.")
    return Choices(**values)


def stored(data: Mapping[str, Any]) -> Choices:
    """Read what was chosen and stored, maybe by another version: what there is no more is as by default."""
    try:
        return choices(data)
    except WrongOption:
        return _as_far_as_known(data)


def _as_far_as_known(data: Mapping[str, Any]) -> Choices:
    known = {field.name for field in fields(Choices)}
    platforms = tuple(name for name in PLATFORMS if name in (data.get("platforms") or ())) or PLATFORMS
    values: dict[str, Any] = {"platforms": platforms}
    for name in sorted(known - {"platforms"} & set(data)):
        given: Any = data[name]
        if name == "styles":
            given = [style for style in given if style in STYLES]
        elif name == "formats":
            given = {one: key for one, key in dict(given).items() if one in platforms and has_format(one, key)}
        try:
            values[name] = getattr(choices({"platforms": platforms, name: given}), name)
        except WrongOption:
            continue
    return Choices(**values)


def digest(*parts: Any) -> str:
    """One name (SHA-256 in hex) for plain values: the same values give the same name on every machine."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()


def _platforms(names: Any) -> tuple[str, ...]:
    try:
        return resolve([str(name) for name in names])
    except UnknownPlatform as error:
        raise WrongOption("platforms", str(error)) from None


def _styles(names: Any) -> tuple[str, ...]:
    wanted = {str(name) for name in names}
    if unknown := sorted(wanted - set(STYLES)):
        raise WrongOption("styles", f"There is no style {unknown[0]}. Known: {', '.join(STYLES)}.")
    return tuple(style for style in STYLES if style in wanted)


def _formats(chosen: Any, platforms: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    if not isinstance(chosen, Mapping):
        raise WrongOption("formats", "formats names a size for a platform, such as {“instagram”: “story”}.")
    try:
        found = {resolve([str(name)])[0]: str(key) for name, key in chosen.items() if key}
        for name, key in found.items():
            format_of(name, key)
    except UnknownPlatform as error:
        raise WrongOption("formats", str(error)) from None
    return tuple((name, found[name]) for name in platforms if name in found)


def _number(name: str, value: Any, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise WrongOption(name, f"{name} is a number from {low} to {high}.")
    return float(value)
