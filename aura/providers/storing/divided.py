"""A storage in two places: files to keep lie outside, files at work lie on the local disk (M11, M16)."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import IO, Any

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage
from django.utils.module_loading import import_string

from aura.providers.storing.walking import files_below


class Divided(Storage):
    """``backend`` is the class of the storage outside. Folders named in ``local`` stay on this machine, such as those
    of uploads that are read and appended to in place; with ``only``, all but those folders do."""

    def __init__(
        self, backend: str, options: Mapping[str, Any], local: tuple[str, ...] = (), only: tuple[str, ...] = ()
    ) -> None:
        self.here = FileSystemStorage()
        self.outside: Any = import_string(backend)(**options)
        self.local, self.only = local, only

    def of(self, name: str) -> Any:
        """The storage that a file of this name lies in."""
        folder = str(name).replace("\\", "/").lstrip("/").partition("/")[0]
        away = folder in self.only if self.only else folder not in self.local
        return self.outside if away else self.here

    def open(self, name: str, mode: str = "rb") -> File[Any]:
        found: File[Any] = self.of(name).open(name, mode)
        return found

    def save(self, name: str | None, content: IO[Any], max_length: int | None = None) -> str:
        name = name or str(getattr(content, "name", ""))
        return str(self.of(name).save(name, content, max_length))

    def put(self, name: str, data: bytes) -> None:
        """Write a whole file, over another one of this name."""
        self.of(name).put(name, data)

    def writes_whole(self, name: str) -> bool:
        """Whether a file of this name is there whole or not at all, so that :meth:`put` is safe."""
        return self.of(name) is self.outside

    def delete(self, name: str) -> None:
        self.of(name).delete(name)

    def exists(self, name: str) -> bool:
        return bool(self.of(name).exists(name))

    def size(self, name: str) -> int:
        return int(self.of(name).size(name))

    def path(self, name: str) -> str:
        return str(self.of(name).path(name))

    def get_modified_time(self, name: str) -> datetime:
        found: datetime = self.of(name).get_modified_time(name)
        return found

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        if path.strip("/."):
            folders, files = self.of(path).listdir(path)
            return list(folders), list(files)
        mine, theirs = self.here.listdir("") if self.here.exists("") else ([], []), self.outside.listdir("")
        return sorted({*mine[0], *theirs[0]}), sorted({*mine[1], *theirs[1]})

    def walk(self, prefix: str) -> Iterator[tuple[str, datetime]]:
        """(name, when written) of every file below a folder."""
        return files_below(self.of(prefix), prefix)

    def close(self) -> None:
        """Close the connections to the storage outside."""
        self.outside.close()

    def check(self) -> None:
        """Raises ``OSError`` where one of the two cannot be written to."""
        self.outside.check()
