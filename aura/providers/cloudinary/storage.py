"""Cloudinary as a storage of Django, for pictures only."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage

from aura.providers.cloudinary.client import Account, Client


class Cloudinary(Storage):
    """A file's name without its suffix is its public id, so the suffix must be what Cloudinary calls the format."""

    def __init__(self, **account: str) -> None:
        self.client = Client(Account(**account))

    def _open(self, name: str, mode: str = "rb") -> File[Any]:
        if mode != "rb":
            raise ValueError("A picture at Cloudinary is written as a whole.")
        return ContentFile(self.client.download(*_parts(name)), name=name)

    def _save(self, name: str, content: Any) -> str:
        self.put(name, content.read())
        return name

    def put(self, name: str, data: bytes) -> None:
        """Write a whole picture, over another one of this name."""
        self.client.upload(_parts(name)[0], data)

    def delete(self, name: str) -> None:
        self.client.destroy(_parts(name)[0])

    def exists(self, name: str) -> bool:
        try:
            self.client.look(_parts(name)[0])
        except FileNotFoundError:
            return False
        return True

    def size(self, name: str) -> int:
        return self.client.look(_parts(name)[0]).size

    def get_modified_time(self, name: str) -> datetime:
        return self.client.look(_parts(name)[0]).created_at

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        root = path.strip("/")
        names = [name.removeprefix(f"{root}/") for name, _ in self.walk(root)]
        folders = {name.partition("/")[0] for name in names if "/" in name}
        return sorted(folders), sorted(name for name in names if "/" not in name)

    def walk(self, prefix: str) -> Iterator[tuple[str, datetime]]:
        """(name, when written) of every picture below a folder."""
        root = prefix.strip("/")
        for asset in self.client.list(f"{root}/" if root else ""):
            yield asset.name, asset.created_at

    def close(self) -> None:
        """Close its connections."""
        self.client.close()

    def check(self) -> None:
        """Raises ``OSError`` where Cloudinary does not take our signature. Nothing is written."""
        self.client.destroy("health/none")


def _parts(name: str) -> tuple[str, str]:
    public_id, _, format = name.strip("/").rpartition(".")
    return public_id, format
