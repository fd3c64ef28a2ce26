"""All files of a session, one by one and as a ZIP (O11)."""

import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Final

from aura.media import services as media
from aura.media.models import Picture
from optimizer.layout import caption_text, file_name, results_json
from optimizer.models import Optimization
from optimizer.queries.sessions import layout_of, name_of

IN_MEMORY: Final = 8 * 2**20
"""Bytes of an archive that are kept in memory; a larger one is on disk while it is sent."""


@dataclass(frozen=True, slots=True)
class File:
    """One file of a session: a stored ``picture``, or ``text`` in UTF-8."""

    name: str
    media_type: str
    picture: Picture | None = None
    text: str = ""

    def read(self) -> bytes:
        """Its bytes. Raises ``FileNotFoundError`` where the storage has lost it."""
        return media.read(self.picture) if self.picture is not None else self.text.encode()


def files_of(optimization: Optimization) -> list[File]:
    """The files of a session from ``session_of``: pictures, results as JSON, captions as text."""
    return [*_pictures(optimization), *_texts(optimization)]


def file_named(optimization: Optimization, name: str) -> File | None:
    """One of the files by its name."""
    return next((one for one in files_of(optimization) if one.name == name), None)


def archive_name(optimization: Optimization) -> str:
    """What the ZIP is called."""
    return file_name(optimization.name, "all_platforms.zip")


def archive(optimization: Optimization) -> IO[bytes]:
    """All files as a ZIP, read from its beginning; pictures are stored as they are. The caller closes it."""
    output = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  the caller sends and closes it
    try:
        with zipfile.ZipFile(output, "w", zipfile.ZIP_STORED) as packed:
            for file in files_of(optimization):
                how = zipfile.ZIP_DEFLATED if file.picture is None else zipfile.ZIP_STORED
                packed.writestr(file.name, file.read(), compress_type=how)
    except BaseException:
        output.close()
        raise
    output.seek(0)
    return output


def _pictures(optimization: Optimization) -> Iterator[File]:
    for output in optimization.outputs.all():
        for file in output.files.all():
            yield File(name_of(optimization, output, file), file.picture.media_type, file.picture)


def _texts(optimization: Optimization) -> Iterator[File]:
    session = layout_of(optimization)
    yield File(file_name(optimization.name, "results.json"), "application/json", text=results_json(session))
    yield File(file_name(optimization.name, "captions.txt"), "text/plain; charset=utf-8", text=caption_text(session))
