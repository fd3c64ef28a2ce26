"""Reads and checks what a model answered: whatever comes becomes readings, or profiles to ask about again. Pure.

Nothing a model writes is trusted: ids are those that were sent in this very request, values those of the lists in
``ports``, shares between 0 and 1, and each id counts only where it comes once.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from aura.providers.errors import ProviderError
from aura.providers.ports import AGES, GENDERS, PROFILE_TYPES, ProfileEvidence, ProfileReading
from aura.providers.reading import estimates
from aura.providers.reading.batches import Batch, Item, Reply, again, given_up

MOST_CHARACTERS: Final = 1_000_000
THOUGHTS: Final = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL | re.IGNORECASE)
NOT_ONE_PERSON: Final = {"business", "fan_page", "suspected_bot"}
FIELDS: Final = ("gender", "age", "profile_type", "language")
_DECODER: Final = json.JSONDecoder()


A = TypeVar("A", bound=Item)
B = TypeVar("B")


@dataclass(frozen=True, slots=True)
class Judged(Generic[A, B]):
    """What one answer brought: readings, batches to ask again, and by item's id why it is given up."""

    readings: tuple[B, ...]
    again: tuple[Batch[A], ...] = ()
    failed: Mapping[str, ProviderError] = field(default_factory=dict)


def judge(batch: Batch[ProfileEvidence], reply: Reply, prompt_version: str) -> Judged[ProfileEvidence, ProfileReading]:
    """Readings for the valid part of an answer about profiles; the rest is asked again in smaller batches, or given up.

    Never raises, whatever the text is.
    """
    return judged(batch, reply, lambda name, entry: _reading(name, entry, batch, reply, prompt_version), "profile")


def judged(
    batch: Batch[A], reply: Reply, reading_of: Callable[[str, Mapping[str, Any]], B | None], thing: str
) -> Judged[A, B]:
    """``reading_of(id, entry)`` for each entry, None where it is not as asked for. ``thing`` in the plural is the
    answer's list, in the singular the word for an item."""
    entries = {} if reply.problem == "blocked" else entries_of(reply.text, f"{thing}s")
    found = {
        reply.ids[echo]: reading
        for echo, entry in entries.items()
        if echo in reply.ids and (reading := reading_of(reply.ids[echo], entry)) is not None
    }
    readings = tuple(found[one.id] for one in batch.items if one.id in found)
    left = tuple(one for one in batch.items if one.id not in found)
    next_batches = again(batch, left, reply.problem)
    if next_batches or not left:
        return Judged(readings, next_batches)
    return Judged(readings, (), {one.id: given_up(reply.problem, thing) for one in left})


def entries_of(text: str, name: str = "profiles") -> dict[str, Mapping[str, Any]]:
    """The entries of an answer's list ``name`` by their echoed id, without those whose id comes twice."""
    entries = [entry for entry in _objects(text[:MOST_CHARACTERS], name) if isinstance(entry.get("id"), str)]
    counts = Counter(entry["id"].strip() for entry in entries)
    return {echo: entry for entry in entries if counts[echo := entry["id"].strip()] == 1}


def _objects(text: str, name: str) -> list[dict[str, Any]]:
    """The entries in an answer that may be fenced, thought about, cut off or of another shape."""
    words = THOUGHTS.sub("", text)
    for start in _starts(words):
        try:
            value, _ = _DECODER.raw_decode(words, start)
        except (ValueError, RecursionError):
            # Cut off: what was whole before the cut counts.
            rows = list(_whole(words, start))
        else:
            rows = _rows(value, name)
        if rows:
            return rows
    return []


def _starts(words: str) -> list[int]:
    """Where JSON may begin: the first brace and the first bracket, in the order in which they come."""
    return sorted(place for place in (words.find("{"), words.find("[")) if place >= 0)


def _rows(value: Any, name: str) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        inner = value.get(name, [value])
        value = inner if isinstance(inner, list) else []
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _whole(words: str, start: int) -> Iterator[dict[str, Any]]:
    """The complete objects of the first list from ``start`` on."""
    place = words.find("[", start) + 1
    while place > 0 and (place := words.find("{", place)) >= 0:
        try:
            row, place = _DECODER.raw_decode(words, place)
        except (ValueError, RecursionError):
            return
        if isinstance(row, dict):
            yield row


def _reading(
    name: str, entry: Mapping[str, Any], batch: Batch[ProfileEvidence], reply: Reply, prompt_version: str
) -> ProfileReading | None:
    """The reading in one entry, or None where any part of it is not as it was asked for."""
    gender = estimates.value_of(entry.get("gender"), GENDERS)
    age = estimates.value_of(entry.get("age"), AGES)
    kind = estimates.value_of(entry.get("profile_type"), PROFILE_TYPES)
    shares = [estimates.share_of(entry.get(part)) for part in (*(f"{one}_confidence" for one in FIELDS), "under_18")]
    sure = [share for share in shares if share is not None]
    if gender is None or age is None or kind is None or len(sure) < len(shares):
        return None
    profile_type = estimates.choice(kind, sure[2], PROFILE_TYPES, estimates.TYPE_FROM)
    is_person = profile_type.value not in NOT_ONE_PERSON
    language = estimates.language_of(entry.get("language"))
    return ProfileReading(
        name,
        estimates.choice(gender, sure[0], GENDERS, estimates.GENDER_FROM) if is_person else estimates.NOTHING,
        estimates.age(age, sure[1], sure[4]) if is_person else estimates.NOTHING,
        profile_type,
        estimates.language(language, sure[3]),
        {
            "source": "model",
            "model": reply.model,
            "prompt": prompt_version,
            "ids_checked": True,
            "asked_together": len(batch.items),
            "splits": batch.splits,
            "one_person": is_person,
            "said": {"gender": gender, "age": age, "profile_type": kind, "language": language},
        },
        model_version=reply.model,
    )
