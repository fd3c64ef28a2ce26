"""All files below a folder of a storage."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any


def files_below(storage: Any, prefix: str) -> Iterator[tuple[str, datetime]]:
    """(name, when written) of every file below ``prefix``, by the storage's own way where it has one.

    On a network one listing gives both; asking for each file would be a request for each.
    """
    walk = getattr(storage, "walk", None)
    if walk:
        yield from walk(prefix)
        return
    try:
        folders, files = storage.listdir(prefix)
    except FileNotFoundError:
        return
    for name in sorted(folders):
        yield from files_below(storage, f"{prefix}/{name}")
    for name in sorted(files):
        try:
            yield f"{prefix}/{name}", storage.get_modified_time(f"{prefix}/{name}")
        except FileNotFoundError:
            continue  # deleted since
