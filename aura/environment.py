"""Reads settings from the environment and says clearly which one is wrong."""

import os
from collections.abc import Mapping


class WrongSetting(ValueError):
    """An environment variable has a value that Aura cannot use; the message names the variable and what it takes."""


def text(name: str, default: str = "", environ: Mapping[str, str] = os.environ) -> str:
    """The variable with white space trimmed, or ``default`` where it is unset or empty."""
    return environ.get(name, "").strip() or default


def flag(name: str, default: bool = False, environ: Mapping[str, str] = os.environ) -> bool:
    """``1 true yes on`` or ``0 false no off``, in any case."""
    value = text(name, environ=environ).lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise WrongSetting(f"{name} is {value!r}; it takes 1 or 0.")


def number(name: str, default: int, *, low: int = 0, high: int = 2**31, environ: Mapping[str, str] = os.environ) -> int:
    """A whole number between ``low`` and ``high``."""
    value = text(name, environ=environ)
    if not value:
        return default
    try:
        result = int(value)
    except ValueError:
        raise WrongSetting(f"{name} is {value!r}; it takes a whole number.") from None
    if not low <= result <= high:
        raise WrongSetting(f"{name} is {result}; it takes a whole number from {low} to {high}.")
    return result


def words(name: str, default: str = "", environ: Mapping[str, str] = os.environ) -> list[str]:
    """A list separated by commas."""
    return [part.strip() for part in text(name, default, environ).split(",") if part.strip()]
