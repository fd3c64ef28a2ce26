"""Files of a session into a folder: each whole or not at all, never outside of it, never over others unasked. Pure."""

import contextlib
import errno
import os
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

LONGEST: Final = 200


class SaveRefused(Exception):
    """Nothing was written; the message says why."""


def save(folder: Path, files: Mapping[str, bytes], *, force: bool = False) -> list[Path]:
    """Write files by their plain names into a folder, which is made where it is missing; returns their paths.

    All of them are on the disk under other names before the first gets its own, so a full disk or a file that is there
    already changes nothing; ``force`` replaces such files (of a link the link, never what it points at). Raises
    :class:`SaveRefused`.
    """
    check_free(folder, files, force=force)
    made: dict[Path, Path] = {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            made[_fresh(folder, data)] = folder / name
        for fresh, path in made.items():
            _take_place(fresh, path, force=force)
    except OSError as error:
        raise SaveRefused(f"Cannot write to {folder}: {error.strerror or error}.") from None
    finally:
        for fresh in made:
            with contextlib.suppress(OSError):
                fresh.unlink(missing_ok=True)
    return list(made.values())


def check_free(folder: Path, names: Iterable[str], *, force: bool = False) -> None:
    """Raise :class:`SaveRefused` where a name is none, or is taken by a file that may not be replaced."""
    for name in names:
        if not name or name in {".", ".."} or "\0" in name or {"/", "\\"} & set(name) or len(name.encode()) > LONGEST:
            raise SaveRefused(f"{name[:LONGEST]!r} is no name for a file.")
        path = folder / name
        if path.is_dir() and not path.is_symlink():
            raise SaveRefused(f"{path} is a folder.")
        if os.path.lexists(path) and not force:
            raise SaveRefused(f"{path} is there already; --force writes it anew.")


def _fresh(folder: Path, data: bytes) -> Path:
    path = folder / f".{secrets.token_hex(8)}.part"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    try:
        with os.fdopen(os.open(path, flags, 0o666), "wb") as handle:
            handle.write(data)
            handle.flush()
            os.fsync(handle.fileno())
    except OSError:
        path.unlink(missing_ok=True)
        raise
    return path


def _take_place(fresh: Path, path: Path, *, force: bool) -> None:
    if force:
        fresh.replace(path)
        return
    try:
        # Unlike a rename this fails where somebody was faster.
        os.link(fresh, path)
    except FileExistsError:
        raise SaveRefused(f"{path} is there already; --force writes it anew.") from None
    except OSError as error:
        if error.errno not in {errno.EPERM, errno.ENOTSUP, errno.EMLINK, errno.ENOSYS}:
            raise
        # A file system without links: the check before has to do.
        fresh.replace(path)
