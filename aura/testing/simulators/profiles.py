"""How a simulated model reads profiles: it finds them in what it was sent, and answers by a function of the test."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from aura.providers.ports import AGES, GENDERS, PROFILE_TYPES


@dataclass(frozen=True, slots=True)
class Shown:
    """One profile as the model got it: its line, under the id that it has in this request, and its picture."""

    id: str
    line: Mapping[str, Any]
    picture: bytes | None = None

    @property
    def username(self) -> str:
        return str(self.line.get("username", ""))


Truth = Callable[[Shown], Mapping[str, Any]]
"""The values that the model gives for a profile; what is missing is filled in by :func:`likely`."""
Twist = Callable[[str], str]
"""What becomes of the words of an answer before they are sent."""


def shown_in(parts: Iterable[str | bytes]) -> list[Shown]:
    """The profiles in a request's words and pictures; a picture belongs to the line before it."""
    found: list[Shown] = []
    for part in parts:
        if isinstance(part, bytes):
            found[-1] = Shown(found[-1].id, found[-1].line, part)
        elif part.startswith("{"):
            line = json.loads(part)
            found.append(Shown(line["id"], line))
    return found


def likely(shown: Shown) -> dict[str, Any]:
    """A sure answer that depends on the user name alone."""
    number = int.from_bytes(hashlib.sha256(shown.username.encode()).digest()[:8], "big")
    return {
        "gender": GENDERS[number % 2],
        "gender_confidence": 0.95,
        "age": AGES[1 + number // 2 % 6],
        "age_confidence": 0.8,
        "under_18": 0.02,
        "profile_type": PROFILE_TYPES[0],
        "profile_type_confidence": 0.9,
        "language": ("en", "de", "pt", "es")[number // 64 % 4],
        "language_confidence": 0.9,
    }


def written(profiles: Iterable[Shown], truth: Truth) -> str:
    """The model's answer as JSON."""
    entries = [{"id": shown.id} | likely(shown) | dict(truth(shown)) for shown in profiles]
    return json.dumps({"profiles": entries}, ensure_ascii=False)


def twisted(change: Callable[[list[dict[str, Any]]], Any]) -> Twist:
    """A twist of the entries: ``change`` returns what stands in their place."""

    def twist(text: str) -> str:
        return json.dumps({"profiles": change(json.loads(text)["profiles"])})

    return twist


def fenced(text: str) -> str:
    """As models write it in spite of all schemas."""
    return f"Here you are:\n```json\n{text}\n```"


def cut(text: str) -> str:
    """The first two thirds."""
    return text[: len(text) * 2 // 3]


def wrong_ids(text: str) -> str:
    """Right values under ids that nobody sent."""
    return twisted(lambda entries: [entry | {"id": f"p{place}"} for place, entry in enumerate(entries)])(text)


def swapped(text: str) -> str:
    """All entries, the last one first."""
    return twisted(lambda entries: entries[::-1])(text)


def missing(text: str) -> str:
    """Without every second entry."""
    return twisted(lambda entries: entries[::2])(text)


def doubled(text: str) -> str:
    """The first id twice, with other values."""
    return twisted(lambda entries: [*entries, entries[0] | {"gender": "unknown"}])(text)
