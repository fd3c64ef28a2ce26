"""Tables as files (M15): CSV, XLSX and JSON, written row by row, so that memory does not grow with the table.

What looks like a formula is made plain text, because a spreadsheet would run it with the rights of whoever opens it.
"""

import csv
import io
import re
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import IO, Any, cast

import orjson
from asgiref.sync import sync_to_async
from django.http import FileResponse, HttpResponse
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from aura.http.problems import Problem

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
BLANK = " \u00a0\u3000\ufeff\u200b"
BOM = b"\xef\xbb\xbf"
MOST_ROWS = 1_000_000
SHEET_ROWS = 1_048_576
CELL = 32_767
IN_MEMORY = 2**20
SAFE_INTEGER = 2**53
NAME = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True)
class Table:
    """``rows`` hold one value a column: texts, numbers, flags, times, ids, None, or lists and objects."""

    name: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Any]]


def safe_cell(value: Any) -> str:
    """Text that a spreadsheet will not run: what looks like a formula gets an apostrophe in front."""
    text = as_text(value)
    if isinstance(value, int | float | Decimal):
        return text
    return f"'{text}" if text.lstrip(BLANK).startswith(FORMULA) else text


def as_text(value: Any) -> str:
    """A value as a cell of text; times in ISO form and UTC, lists and objects as JSON."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple | dict):
        return orjson.dumps(value, default=str, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS).decode()
    return str(value).replace("\0", "")


def counted(rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    """The same rows; raises :class:`Problem` past the most that one file may have."""
    for number, row in enumerate(rows):
        if number >= MOST_ROWS:
            words = f"This table has more than {MOST_ROWS:,} rows. Narrow it by a filter and export the parts."
            raise Problem("export_too_large", words, status=413)
        yield row


def write_csv(table: Table, out: IO[bytes]) -> int:
    """CSV as UTF-8 with the mark that tells Excel so; returns the number of rows."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    out.write(BOM)
    writer.writerow([safe_cell(name) for name in table.columns])
    written = 0
    for written, row in enumerate(table.rows, start=1):  # noqa: B007
        writer.writerow([safe_cell(value) for value in row])
        if buffer.tell() > 2**16:
            _flush(buffer, out)
    _flush(buffer, out)
    return written


def _flush(buffer: io.StringIO, out: IO[bytes]) -> None:
    out.write(buffer.getvalue().encode("utf-8", "replace"))
    buffer.seek(0)
    buffer.truncate()


def write_json(table: Table, out: IO[bytes]) -> int:
    """A JSON array with one object a row; returns the number of rows."""
    out.write(b"[")
    written = -1
    for written, row in enumerate(table.rows):
        value = dict(zip(table.columns, row, strict=True))
        out.write(b",\n" if written else b"\n")
        out.write(orjson.dumps(value, default=str, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS))
    out.write(b"\n]\n")
    return written + 1


def write_xlsx(table: Table, out: IO[bytes]) -> int:
    """An Excel workbook, with a further sheet where one is full; returns the number of rows."""
    return write_workbook([table], out)


def write_workbook(tables: Iterable[Table], out: IO[bytes]) -> int:
    """Several tables in one Excel workbook, each on sheets of its own; returns the number of rows in all."""
    book = Workbook(write_only=True)
    rows = sum(_write_sheets(book, table) for table in tables)
    book.save(out)
    return rows


def _write_sheets(book: Any, table: Table) -> int:
    head = [safe_cell(name) for name in table.columns]
    sheet: Any = None
    written = -1
    for written, row in enumerate(table.rows):
        if written % (SHEET_ROWS - 1) == 0:
            sheet = _sheet(book, table.name, head, written // (SHEET_ROWS - 1))
        sheet.append([_cell(sheet, value) for value in row])
    if sheet is None:
        _sheet(book, table.name, head, 0)
    return written + 1


def _sheet(book: Any, name: str, head: list[str], number: int) -> Any:
    sheet = book.create_sheet(f"{name[:25]} {number + 1}" if number else name[:28])
    sheet.append(head)
    return sheet


def _cell(sheet: Any, value: Any) -> Any:
    if value is None or isinstance(value, bool | float | Decimal):
        return value
    if isinstance(value, int):
        # Excel counts in doubles: a longer number, such as an id, would lose its last digits.
        return value if abs(value) < SAFE_INTEGER else str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None)
    if isinstance(value, date):
        return value
    cell = WriteOnlyCell(sheet)
    # Said to be text before its content is looked at, so that nothing is ever taken for a formula.
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", safe_cell(value))[:CELL]
    cell.data_type = "s"
    return cell


@dataclass(frozen=True)
class Format:
    """How a table becomes a file."""

    name: str
    media_type: str
    write: Callable[[Table, IO[bytes]], int]


FORMATS = {
    "csv": Format("csv", "text/csv; charset=utf-8", write_csv),
    "xlsx": Format("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", write_xlsx),
    "json": Format("json", "application/json", write_json),
}


class Download(FileResponse):
    """A file as a download. Under ASGI Django would read a synchronous stream into memory as a whole."""

    block_size = 2**16

    async def __aiter__(self) -> AsyncIterator[bytes]:
        read = sync_to_async(cast(IO[bytes], self.file_to_stream).read)
        while chunk := await read(self.block_size):
            yield chunk


def export_response(table: Table, form: Format) -> tuple[HttpResponse | Download, int]:
    """The table as a download, and how many rows it has.

    It is written to a temporary file first: the rows come from a database scope that is closed by the time a response
    streams. Raises :class:`Problem` with ``export_too_large``.
    """
    checked = Table(table.name, table.columns, counted(table.rows))
    return _response(table.name, form, lambda out: form.write(checked, out))


def workbook_response(name: str, tables: Iterable[Table]) -> tuple[HttpResponse | Download, int]:
    """Several tables as one Excel workbook, and how many rows they have; as :func:`export_response` otherwise."""
    checked = (Table(table.name, table.columns, counted(table.rows)) for table in tables)
    return _response(name, FORMATS["xlsx"], lambda out: write_workbook(checked, out))


def _response(name: str, form: Format, write: Callable[[IO[bytes]], int]) -> tuple[HttpResponse | Download, int]:
    out = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  the response closes it
    try:
        rows = write(cast(IO[bytes], out))
    except BaseException:
        out.close()
        raise
    size = out.tell()
    out.seek(0)
    filename = f"{NAME.sub('-', name).strip('-') or 'table'}-{datetime.now(UTC):%Y-%m-%d}.{form.name}"
    if size > IN_MEMORY:
        return Download(out, as_attachment=True, filename=filename, content_type=form.media_type), rows
    with out:
        response = HttpResponse(out.read(), content_type=form.media_type)
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response, rows
