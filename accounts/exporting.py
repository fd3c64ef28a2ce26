"""Lists of a workspace as files, each of them on record (M13, M15)."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponseBase

from accounts.access import WorkspaceRequest
from accounts.services import record
from aura.http.exports import FORMATS, Table, export_response
from aura.http.listing import CHUNK, FileListMixin, rows_of


class ExportedListMixin(FileListMixin):
    """A list view of the API whose files are on record. Goes before ``WorkspaceView``."""

    def exported(self, wanted: str, rows: int) -> None:
        view: Any = self
        note(view.request.user.pk, self.export_name, wanted, rows, target=str(view.kwargs.get("pk", "")))


def note(user_id: UUID | None, table: str, wanted: str, rows: int, *, target: str = "") -> None:
    """Write down who took a table out."""
    record("data.exported", user_id=user_id, target=target, table=table, format=wanted, rows=rows)


def page_export(
    request: WorkspaceRequest,
    name: str,
    wanted: str,
    serializer: Any,
    rows: Any,
    *,
    target: str = "",
    prefix: str = "",
) -> HttpResponseBase:
    """A table of a page as a download in the format ``wanted``; on record. 404 for a format that there is not."""
    columns, values = rows_of(serializer, rows.iterator(chunk_size=CHUNK))
    return page_download(request, Table(name, columns, values), wanted, target=target, prefix=prefix)


def page_download(
    request: WorkspaceRequest, table: Table, wanted: str, *, target: str = "", prefix: str = ""
) -> HttpResponseBase:
    """As :func:`page_export`, of a table that is there already. ``prefix`` goes before the file's name."""
    if wanted not in FORMATS:
        raise Http404("There is CSV, XLSX and JSON.")
    named = Table(f"{prefix}{table.name}", table.columns, table.rows)
    response, rows = export_response(named, FORMATS[wanted])
    note(request.user.pk, table.name, wanted, rows, target=target)
    return response
