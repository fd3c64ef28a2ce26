"""Reads settings from the environment and says clearly which are wrong (M11).

The functions raise; a :class:`Reader` goes on with the default and keeps what was wrong, so that all of it is said at
once.
"""

import base64
import os
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")
HOST = re.compile(r"[A-Za-z0-9._~%-]+|[0-9a-fA-F:.]+")


class WrongSetting(ValueError):
    """An environment variable has a value that Aura cannot use; the message names the variable and what it takes.

    ``id`` is that of the system check that says the same.
    """

    def __init__(self, message: str, id: str = "aura.E107") -> None:
        super().__init__(message)
        self.id = id


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
    raise WrongSetting(f"{name} is {value!r}; it takes 1 or 0.", "aura.E101")


def number(name: str, default: int, *, low: int = 0, high: int = 2**31, environ: Mapping[str, str] = os.environ) -> int:
    """A whole number between ``low`` and ``high``."""
    value = text(name, environ=environ)
    if not value:
        return default
    try:
        result = int(value)
    except ValueError:
        words = f"{name} is {value!r}; it takes a whole number from {low} to {high}."
        raise WrongSetting(words, "aura.E102") from None
    if not low <= result <= high:
        raise WrongSetting(f"{name} is {result}; it takes a whole number from {low} to {high}.", "aura.E102")
    return result


def choice(name: str, default: str, allowed: Sequence[str], environ: Mapping[str, str] = os.environ) -> str:
    """One of ``allowed``, in any case; the answer is spelt as there."""
    value = text(name, default, environ)
    known = {one.lower(): one for one in allowed}
    if value.lower() not in known:
        raise WrongSetting(f"{name} is {value!r}; it takes one of {', '.join(allowed)}.", "aura.E103")
    return known[value.lower()]


def words(name: str, default: str = "", environ: Mapping[str, str] = os.environ) -> list[str]:
    """A list separated by commas."""
    return [part.strip() for part in text(name, default, environ).split(",") if part.strip()]


def _safe(value: str) -> str:
    """A URL as it may be shown: without user, password and query."""
    scheme, found, rest = value.partition("://")
    if not found:
        return "…" if "@" in value else value[:60]
    return f"{scheme}://{rest.rpartition('@')[2].partition('?')[0].partition('/')[0]}…"


def url(name: str, default: str = "", *, schemes: Sequence[str], environ: Mapping[str, str] = os.environ) -> str:
    """A URL with one of ``schemes`` and a host (or, for ``unix``, a path). A wrong one is shown without its secrets."""
    value = text(name, default, environ)
    if not value:
        return value
    try:
        parts = urlsplit(value)
        good = parts.scheme in schemes and bool(parts.path if parts.scheme == "unix" else parts.hostname)
        good = good and (parts.port is None or 0 < parts.port < 65536) and not re.search(r"\s", value)
        good = good and (parts.hostname is None or HOST.fullmatch(parts.hostname) is not None)
    except ValueError:
        good = False
    if not good:
        takes = " or ".join(f"{scheme}://…" for scheme in schemes)
        raise WrongSetting(f"{name} is {_safe(value)!r}; it takes a URL such as {takes}.", "aura.E104")
    return value


def origins(name: str, environ: Mapping[str, str] = os.environ) -> list[str]:
    """A list of origins: scheme and host, perhaps a port, no path."""
    found = words(name, environ=environ)
    for one in found:
        if not re.fullmatch(r"https?://(\*\.)?[A-Za-z0-9.\[\]:-]+", one):
            raise WrongSetting(f"{name} has {one!r}; it takes origins such as https://aura.example.org.", "aura.E104")
    return found


def keys(name: str, environ: Mapping[str, str] = os.environ) -> list[str]:
    """A list of Fernet keys: 32 random bytes each, in URL-safe base64. What was given is not shown."""
    found = words(name, environ=environ)
    for place, one in enumerate(found, 1):
        try:
            good = len(base64.urlsafe_b64decode(one)) == 32 and len(one) == 44
        except ValueError:
            good = False
        if not good:
            raise WrongSetting(
                f"{name} has {len(one)} characters at place {place}; it takes keys of 44 (32 bytes in URL-safe "
                "base64), separated by commas.",
                "aura.E106",
            )
    return found


class Reader:
    """The same functions, for settings: a wrong value is kept in ``wrong`` and the default is used meanwhile."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        self.environ = environ
        self.wrong: list[WrongSetting] = []

    def attempt(self, read: Callable[[], T], otherwise: T) -> T:
        """What ``read`` returns, or ``otherwise`` where it raises :class:`WrongSetting`."""
        try:
            return read()
        except WrongSetting as error:
            self.wrong.append(error)
            return otherwise

    def text(self, name: str, default: str = "") -> str:
        return text(name, default, self.environ)

    def required(self, name: str, advice: str) -> str:
        """A text that has no default."""
        value = text(name, environ=self.environ)
        if not value:
            self.wrong.append(WrongSetting(f"{name} is not set. {advice}", "aura.E105"))
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        return self.attempt(lambda: flag(name, default, self.environ), default)

    def number(self, name: str, default: int, *, low: int = 0, high: int = 2**31) -> int:
        return self.attempt(lambda: number(name, default, low=low, high=high, environ=self.environ), default)

    def choice(self, name: str, default: str, allowed: Sequence[str]) -> str:
        return self.attempt(lambda: choice(name, default, allowed, self.environ), default)

    def words(self, name: str, default: str = "") -> list[str]:
        return words(name, default, self.environ)

    def url(self, name: str, default: str = "", *, schemes: Sequence[str] = ("https", "http")) -> str:
        return self.attempt(lambda: url(name, default, schemes=schemes, environ=self.environ), default)

    def origins(self, name: str) -> list[str]:
        return self.attempt(lambda: origins(name, self.environ), [])

    def keys(self, name: str) -> list[str]:
        return self.attempt(lambda: keys(name, self.environ), [])


def explain(wrong: Sequence[WrongSetting]) -> str:
    """All wrong settings as one message for the terminal."""
    many = "One setting is" if len(wrong) == 1 else f"{len(wrong)} settings are"
    lines = [f"  {error.id}  {error}" for error in wrong]
    return "\n".join([f"Aura cannot start. {many} wrong:", *lines, "README.md lists every setting."])
