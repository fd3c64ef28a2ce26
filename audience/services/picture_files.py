"""Finds labelled pictures in a folder by the names that a list gives them. Never leaves the folder."""

import os
from pathlib import Path, PurePosixPath
from typing import Final

SUFFIXES: Final = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".JPG", ".JPEG", ".PNG")
MOST: Final = 2_000_000


class PictureFiles:
    """The pictures below a folder. The folder is only walked through where a name is not found at its own place."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self._by_name: dict[str, Path] | None = None

    def find(self, named: str) -> Path | None:
        """The file that a list calls ``named``: a path below the folder, a bare name, with or without its suffix."""
        written = PurePosixPath(named.strip().replace("\\", "/"))
        parts = [part for part in written.parts if part not in {"/", "..", "."} and not part.endswith(":")]
        if not parts:
            return None
        for start in range(len(parts)):
            found = self._at(self.root.joinpath(*parts[start:]))
            if found is not None:
                return found
        names = [parts[-1].lower(), *(f"{parts[-1]}{suffix}".lower() for suffix in SUFFIXES)]
        return next((found for name in names if (found := self._at(self._names.get(name)))), None)

    def _at(self, path: Path | None) -> Path | None:
        """This file, or the one with a suffix added. A link that leads out of the folder is none."""
        if path is None:
            return None
        for candidate in (path, *(path.with_name(path.name + suffix) for suffix in SUFFIXES)):
            try:
                if candidate.is_file() and candidate.resolve().is_relative_to(self.root):
                    return candidate
            except (OSError, ValueError):
                return None
        return None

    @property
    def _names(self) -> dict[str, Path]:
        if self._by_name is None:
            self._by_name = {}
            for folder, _, names in os.walk(self.root):
                for name in sorted(names):
                    self._by_name.setdefault(name.lower(), Path(folder) / name)
                if len(self._by_name) > MOST:
                    break
        return self._by_name
