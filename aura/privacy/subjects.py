"""Who a request is about, and where a text or a JSON value names that person. Pure: no database, no Django."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

REMOVED = "[removed]"
USERNAME = re.compile(r"[a-z0-9._]{1,30}")
LINK = re.compile(r"^(https?://)?(www\.|m\.)?instagram\.com/")
DIGITS = re.compile(r"[0-9]{1,40}")
# Shorter numbers stand for so many other things that only a whole value is taken for an id.
LONG_ID = 6
DISTINCTIVE = 5
NOT_AFTER = r"(?![a-z0-9_]|\.[a-z0-9_])"
PLACE = r"(?:instagram\.com|instagr\.am|ig\.me/m)/(?:_u/|stories/)?"
WHO_KEYS = re.compile(r"(?:user|username|user_name|owner|ownerusername|author|account|handle|profile)$")
ID_KEYS = re.compile(r"(?:^|_)(?:id|pk)$|[a-z](?:Id|Pk)$|ID$")


class UsernameRefused(ValueError):
    """Not an Instagram user name."""


class IdRefused(ValueError):
    """Not an Instagram id."""


def clean_username(value: str) -> str:
    """``@North.Roast`` or a profile link → ``north.roast``. Raises :class:`UsernameRefused`."""
    name = LINK.sub("", value.strip().lower()).split("/")[0].split("?")[0].removeprefix("@")
    if not USERNAME.fullmatch(name) or not name.strip("."):
        raise UsernameRefused("An Instagram user name has up to 30 letters, digits, dots and underscores.")
    return name


def clean_id(value: str) -> str:
    """Instagram's number of a person, as digits. Raises :class:`IdRefused`."""
    number = value.strip()
    if not DIGITS.fullmatch(number):
        raise IdRefused("An Instagram id is a number of up to 40 digits.")
    return number


def is_distinctive(username: str) -> bool:
    """True for a name that is no ordinary word or number, so that it means the person wherever it stands."""
    special = any(letter in "0123456789._" for letter in username)
    return len(username) >= DISTINCTIVE and special and any(letter.isalpha() for letter in username)


@dataclass(frozen=True)
class Identifiers:
    """All names and ids of one person. ``bare_words`` also takes an ordinary word in a text for the person's name."""

    usernames: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()
    bare_words: bool = False

    @classmethod
    def of(cls, username: str = "", external_id: str = "", *, bare_words: bool = False) -> "Identifiers":
        """From what a person typed; raises :class:`UsernameRefused` or :class:`IdRefused`."""
        names = frozenset([clean_username(username)] if username.strip() else [])
        return cls(names, frozenset([clean_id(external_id)] if external_id.strip() else []), bare_words)

    def __bool__(self) -> bool:
        return bool(self.usernames or self.ids)

    def __or__(self, other: "Identifiers") -> "Identifiers":
        return Identifiers(self.usernames | other.usernames, self.ids | other.ids, self.bare_words or other.bare_words)

    def as_json(self) -> dict[str, Any]:
        """For sealing; :meth:`from_json` is its inverse."""
        return {"usernames": sorted(self.usernames), "ids": sorted(self.ids), "bare_words": self.bare_words}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Identifiers":
        """What :meth:`as_json` gave."""
        return cls(frozenset(value["usernames"]), frozenset(value["ids"]), bool(value["bare_words"]))

    @property
    def needles(self) -> list[str]:
        """Lower-case texts of which one stands in everything that could name the person."""
        return sorted(self.usernames | self.ids)

    @cached_property
    def _named(self) -> re.Pattern[str]:
        parts = [rf"{PLACE}{re.escape(name)}{NOT_AFTER}" for name in self.usernames]
        parts += [rf"[@＠]{re.escape(name)}{NOT_AFTER}" for name in self.usernames]
        plain = [name for name in self.usernames if self.bare_words or is_distinctive(name)]
        parts += [rf"(?<![a-z0-9_.]){re.escape(name)}{NOT_AFTER}" for name in plain]
        parts += [rf"(?<![0-9]){number}(?![0-9])" for number in self.ids if len(number) >= LONG_ID]
        return re.compile("|".join(parts) or r"(?!)", re.IGNORECASE | re.ASCII)

    @cached_property
    def _word(self) -> re.Pattern[str]:
        parts = [rf"(?<![a-z0-9_.]){re.escape(name)}{NOT_AFTER}" for name in self.usernames]
        return re.compile("|".join(parts) or r"(?!)", re.IGNORECASE | re.ASCII)

    def is_whole(self, value: str) -> bool:
        """True where the value is one of the names or ids, and nothing else."""
        return value.strip().lower().removeprefix("@") in self.usernames or value.strip() in self.ids

    def in_text(self, text: str) -> bool:
        """True where a text names the person."""
        return self._named.search(text) is not None

    def as_word(self, text: str) -> bool:
        """True where a text holds the name as a word that may mean something else."""
        return self._word.search(text) is not None

    def without(self, text: str) -> str:
        """The text with every naming of the person replaced."""
        return self._named.sub(REMOVED, text)

    def without_in(self, value: Any, key: str = "") -> Any:
        """A JSON value with every naming of the person replaced, in keys and values at any depth."""
        if isinstance(value, str):
            whole = bool(value) and self.is_whole(value) and (is_who(key) or is_id(key))
            return REMOVED if whole else self.without(value)
        if isinstance(value, bool):
            return value
        if isinstance(value, int):
            return None if is_id(key) and str(value) in self.ids else value
        if isinstance(value, list):
            return [self.without_in(part, key) for part in value]
        if isinstance(value, dict):
            return {self.without(name): self.without_in(part, name) for name, part in value.items()}
        return value


def is_who(key: str) -> bool:
    """True for a JSON key or column whose value says who somebody is."""
    return WHO_KEYS.search(key.lower()) is not None


def is_id(key: str) -> bool:
    """True for a JSON key or column whose value is an id."""
    return ID_KEYS.search(key) is not None


def mentioned(text: str) -> Iterable[str]:
    """Every user name that stands behind an @ in a text, in lower case."""
    return (found.group(1).lower().rstrip(".") for found in re.finditer(r"[@＠]([A-Za-z0-9._]{1,30})", text))
