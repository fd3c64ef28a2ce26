"""A person's export as a ZIP: everything as JSON, each table as CSV, the pictures, and a page that says what it is."""

import zipfile
from collections.abc import Iterable
from datetime import datetime
from typing import IO

import orjson
from django.core.files.storage import default_storage

from aura.http.exports import Table, write_csv
from aura.privacy.registry import Section

README = """All that Aura keeps about one Instagram person in one workspace, made on {at:%Y-%m-%d %H:%M} UTC.

data.json holds everything; each .csv holds one table of it; pictures/ holds the profile pictures.
Fields that begin with "estimated" are guesses of a model from the profile picture, the name and the comments.
{nothing}"""
NOTHING = "\nNothing is kept about this person.\n"


def write_archive(out: IO[bytes], sections: Iterable[Section], at: datetime) -> dict[str, int]:
    """Write the ZIP; returns how many rows each table has, and how many pictures there are."""
    found = [section for section in sections if section.rows or section.pictures]
    counts = {section.name: len(section.rows) for section in found if section.rows}
    pictures = dict(picture for section in found for picture in section.pictures)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", README.format(at=at, nothing="" if found else NOTHING))
        data = {section.name: section.rows for section in found}
        archive.writestr("data.json", orjson.dumps(data, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z))
        for section in found:
            if section.rows:
                _write_table(archive, section)
        for name, path in pictures.items():
            if default_storage.exists(path):
                with default_storage.open(path, "rb") as stream:
                    archive.writestr(f"pictures/{name}", stream.read())
                counts["pictures"] = counts.get("pictures", 0) + 1
    return counts


def _write_table(archive: zipfile.ZipFile, section: Section) -> None:
    columns = list(dict.fromkeys(name for row in section.rows for name in row))
    rows = ([row.get(name) for name in columns] for row in section.rows)
    with archive.open(f"{section.name}.csv", "w") as stream:
        write_csv(Table(section.name, columns, rows), stream)
