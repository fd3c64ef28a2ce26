"""How a simulated model reads profiles and comments: it finds them in what it was sent, and answers as a test says."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aura.providers.ports import AGES, GENDERS, PROFILE_TYPES


@dataclass(frozen=True, slots=True)
class Shown:
    """One profile or comment as the model got it: its line, under the id of this request, and its picture."""

    id: str
    line: Mapping[str, Any]
    picture: bytes | None = None

    @property
    def username(self) -> str:
        return str(self.line.get("username", ""))

    @property
    def text(self) -> str | None:
        """What a comment says; None for a profile."""
        return self.line.get("text")


Truth = Callable[[Shown], Mapping[str, Any]]
"""The values that the model gives for one of them; what is missing is filled in by :func:`likely` or :func:`felt`."""
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


def felt(shown: Shown) -> dict[str, Any]:
    """An answer that depends on a comment's text alone: its mark decides, or chance."""
    text = shown.text or ""
    number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
    sentiment = "neutral" if "?" in text else ("positive", "negative", "neutral", "unclear")[number % 4]
    return {
        "sentiment": sentiment,
        "score": {"positive": 0.8, "negative": -0.7}.get(sentiment, 0.0),
        "is_question": "?" in text,
        "praise": ("generic", "specific")[number // 4 % 2] if sentiment == "positive" else "none",
        "language": ("en", "de", "pt", "es")[number // 64 % 4],
    }


def written(shown: Iterable[Shown], truth: Truth = likely, feels: Truth = felt) -> str:
    """The model's answer as JSON."""
    rows = list(shown)
    if rows and rows[0].text is not None:
        return json.dumps({"comments": [{"id": row.id} | felt(row) | dict(feels(row)) for row in rows]})
    entries = [{"id": row.id} | likely(row) | dict(truth(row)) for row in rows]
    return json.dumps({"profiles": entries}, ensure_ascii=False)


def line_problems(shown: Iterable[Shown], schema: Mapping[str, Any] | None, closing: str) -> Iterator[str]:
    """What is wrong with the lines of a request as a whole: mixed or doubled, not asked for, of another schema."""
    rows = list(shown)
    ids = [row.id for row in rows]
    comments = [row for row in rows if row.text is not None]
    if len(set(ids)) < len(ids) or any(one not in closing for one in ids):
        yield "an id is doubled, or not asked for at the end"
    if comments and (len(comments) < len(rows) or any(set(row.line) != {"id", "text"} for row in comments)):
        yield "a comment is a line with an id and a text, and nothing else is beside it"
    if any(re.search(r"@\w", row.text or "") for row in comments):
        yield "a comment names somebody"
    if schema is not None and rows and list(schema.get("properties", {})) != ["comments" if comments else "profiles"]:
        yield "the schema asks about something else than the lines"


def twisted(change: Callable[[list[dict[str, Any]]], Any]) -> Twist:
    """A twist of the entries: ``change`` returns what stands in their place."""

    def twist(text: str) -> str:
        ((name, entries),) = json.loads(text).items()
        return json.dumps({name: change(entries)})

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
