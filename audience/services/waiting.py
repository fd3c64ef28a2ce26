"""Cleans uploads that wait to be read: a person's items are left out, their naming in others' items is replaced."""

import gzip
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, BinaryIO, cast
from uuid import UUID, uuid4

import orjson
from django.core.files.storage import default_storage

from audience.dataset import DatasetRefused, raw_items
from audience.models import Run, ScrapePart
from audience.services.erasure import parts_with_file, runs_with_file
from audience.services.scraping import lock_imports
from audience.services.uploads import limits
from aura.privacy.subjects import Identifiers
from aura.tenancy.scope import workspace_scope

CHUNK = 2**20
NAME_KEYS = ("username", "ownerUsername")
ID_KEYS = ("id", "pk", "ownerId")
REMOVED_ITEM = {"error": "removed", "errorDescription": "This item was removed because its author was erased."}


def clean_uploads(workspace_id: UUID, who: Identifiers) -> int:
    """Clean every upload of the workspace that waits; returns how many records changed.

    A cleaned file is JSONL and replaces the old one in one step, so that a run which reads it now goes on unharmed.
    What was its author's item stays as a placeholder: records keep their numbers, by which a run resumes.
    """
    with workspace_scope(workspace_id):
        waiting = list(runs_with_file().values_list("pk", "path", "filename"))
        parts = list(parts_with_file().values_list("pk", flat=True))
    cleaned = sum(_clean_upload(workspace_id, key, path, name, who) for key, path, name in waiting)
    return cleaned + sum(_clean_part(workspace_id, key, who) for key in parts)


def _clean_part(workspace_id: UUID, key: UUID, who: Identifiers) -> int:
    """Clean the items that a live run has fetched, while nothing is added to them."""
    with workspace_scope(workspace_id):
        part = ScrapePart.objects.get(pk=key)
        lock_imports(part)
        part.refresh_from_db()
        source = Path(default_storage.path(part.path))
        if not source.is_file():
            return 0
        # Behind the size stands only what an attempt that died has left.
        os.truncate(source, min(part.size, source.stat().st_size))
        fresh = source.with_name(f"{source.name}.{uuid4().hex}")
        try:
            with source.open("rb") as stream:
                changed, broken = _write(cast(BinaryIO, stream), "items.jsonl", fresh, who)
            if changed or broken:
                os.replace(fresh, source)
                ScrapePart.objects.filter(pk=key).update(size=source.stat().st_size)
        except DatasetRefused:
            # An empty file: nothing has been fetched yet.
            return 0
        finally:
            fresh.unlink(missing_ok=True)
        return changed


def _clean_upload(workspace_id: UUID, key: UUID, path: str, name: str, who: Identifiers) -> int:
    source = Path(default_storage.path(path))
    if not source.is_file():
        return 0
    fresh = source.with_name(f"{source.name}.{uuid4().hex}")
    try:
        with source.open("rb") as stream:
            changed, broken = _write(cast(BinaryIO, stream), name, fresh, who)
        if changed or broken:
            os.replace(fresh, source)
            _remember(workspace_id, key, source)
    except (DatasetRefused, FileNotFoundError):
        # What cannot be read as a dataset is refused by its run in the same words; it cannot be cleaned, so it goes.
        source.unlink(missing_ok=True)
        return 1
    finally:
        fresh.unlink(missing_ok=True)
    return changed


def _write(stream: BinaryIO, name: str, target: Path, who: Identifiers) -> tuple[int, int]:
    packed = stream.read(2) == b"\x1f\x8b"
    stream.seek(0)
    changed = broken = 0
    opener: Any = gzip.open if packed else open
    with cast(IO[bytes], opener(target, "xb")) as out:
        for value, problem in raw_items(stream, filename=name, limits=limits()):
            # Nobody can say whom a broken record names, so only what is wrong with it is kept.
            clean = {"error": "broken", "errorDescription": problem} if problem else _item(value, who)
            changed += not problem and clean != value
            broken += bool(problem)
            out.write(orjson.dumps(clean) + b"\n")
    return changed, broken


def _item(value: Any, who: Identifiers) -> Any:
    if isinstance(value, dict) and _is_theirs(value, who):
        return REMOVED_ITEM
    return who.without_in(_pruned(value, who))


def _pruned(value: Any, who: Identifiers) -> Any:
    """The value without the objects in its lists that are the person's own, such as a reply."""
    if isinstance(value, list):
        return [_pruned(part, who) for part in value if not (isinstance(part, dict) and _is_theirs(part, who))]
    if isinstance(value, dict):
        return {name: _pruned(part, who) for name, part in value.items()}
    return value


def _is_theirs(item: dict[str, Any], who: Identifiers) -> bool:
    return any(_says_who(part, who) for part in _places(item))


def _places(item: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield item
    owner = item.get("owner")
    if isinstance(owner, dict):
        yield owner
    # A flat item, as a CSV row gives it.
    yield {name.removeprefix("owner/"): part for name, part in item.items() if name.startswith("owner/")}


def _says_who(part: dict[str, Any], who: Identifiers) -> bool:
    names = (part.get(name) for name in NAME_KEYS)
    numbers = (part.get(name) for name in ID_KEYS)
    return any(isinstance(name, str) and name.lower().removeprefix("@") in who.usernames for name in names) or any(
        str(number) in who.ids for number in numbers if isinstance(number, str | int)
    )


def _remember(workspace_id: UUID, key: UUID, path: Path) -> None:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
    with workspace_scope(workspace_id):
        Run.objects.filter(pk=key).update(size=path.stat().st_size, sha256=digest.hexdigest())
