"""The audit log as a chain: each entry's digest covers its content and the digest before it (M13).

Whoever changes, removes or inserts an entry in the middle breaks every digest after it. The oldest entries may go: an
entry ``audit.checkpoint`` further on says up to where and names the digest that the rest begins with.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

FIRST = "0" * 64
"""What the first entry of a chain names as the digest before it."""
CHECKPOINT = "audit.checkpoint"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it was written; ``created_at`` is aware, ``detail`` is plain JSON."""

    id: UUID
    workspace: UUID | None
    user: UUID | None
    action: str
    target: str
    detail: Mapping[str, Any]
    created_at: datetime
    sequence: int
    previous: str
    digest: str


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain does not hold, and why, in words."""

    sequence: int
    why: str


def plain(detail: Mapping[str, Any]) -> dict[str, Any]:
    """The detail as JSON that comes back from PostgreSQL as it went in: no floats, ids and times as texts."""
    found: dict[str, Any] = json.loads(json.dumps(_plain(detail), default=str))
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value


def digest(entry: Entry) -> str:
    """SHA-256 (hexadecimal) over the canonical JSON of an entry, which names the digest before it."""
    content = {
        "id": str(entry.id),
        "workspace": str(entry.workspace) if entry.workspace else None,
        "user": str(entry.user) if entry.user else None,
        "action": entry.action,
        "target": entry.target,
        "detail": entry.detail,
        "created_at": entry.created_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "sequence": entry.sequence,
        "previous": entry.previous,
    }
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def breaks(entries: Iterable[Entry]) -> Iterator[Break]:
    """Every place where a chain does not hold. ``entries`` are all there are of it, by sequence."""
    before: Entry | None = None
    missing: tuple[int, str] | None = None
    for entry in entries:
        if digest(entry) != entry.digest:
            yield Break(entry.sequence, "the entry was changed after it was written")
        if before is None:
            missing = (entry.sequence - 1, entry.previous) if entry.sequence != 1 else None
            if entry.sequence == 1 and entry.previous != FIRST:
                yield Break(1, "the first entry names one before it")
        elif entry.sequence != before.sequence + 1:
            yield Break(entry.sequence, f"{entry.sequence - before.sequence - 1} entries before it are missing")
        elif entry.previous != before.digest:
            yield Break(entry.sequence, "it does not follow from the entry before it")
        if missing and entry.action == CHECKPOINT and _covers(entry, missing):
            missing = None
        before = entry
    if missing:
        yield Break(missing[0] + 1, f"the first {missing[0]} entries are missing and no checkpoint accounts for them")


def _covers(entry: Entry, missing: tuple[int, str]) -> bool:
    return (entry.detail.get("sequence"), entry.detail.get("digest")) == missing
