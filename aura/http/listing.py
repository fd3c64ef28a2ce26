"""Lists of the API as files: ``?format=csv``, ``xlsx`` or ``json``, or ``Accept: text/csv`` (M15)."""

import builtins
from collections.abc import Iterable, Iterator
from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.plumbing import ResolvedComponent
from rest_framework import generics, mixins
from rest_framework.pagination import CursorPagination
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.settings import api_settings

from aura.http.exports import FORMATS, Table, export_response
from aura.http.renderers import OrjsonRenderer

CHUNK = 2000


class CsvRenderer(OrjsonRenderer):
    """Stands for ``text/csv`` in the choice of a format; what it renders itself are errors, which are JSON."""

    media_type = "text/csv"
    format = "csv"


class XlsxRenderer(OrjsonRenderer):
    """Stands for Excel's type in the choice of a format; what it renders itself are errors, which are JSON."""

    media_type = FORMATS["xlsx"].media_type
    format = "xlsx"


FILES = (CsvRenderer, XlsxRenderer)
FILE_TYPES = {renderer.media_type for renderer in FILES}


class FileSchema(api_settings.DEFAULT_SCHEMA_CLASS):  # type: ignore[misc, name-defined]  # the class is a setting
    """Says that a list comes as a page of JSON or as a whole file."""

    def _get_response_for_code(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        found: dict[str, Any] = super()._get_response_for_code(*args, **kwargs)
        for media_type, content in found.get("content", {}).items():
            if media_type in FILE_TYPES:
                content.clear()
                content["schema"] = {"type": "string", "format": "binary"}
            elif self.method == "GET" and content.get("schema", {}).get("$ref"):
                content["schema"] = self._or_whole(content["schema"])
        return found

    def _or_whole(self, page: dict[str, str]) -> dict[str, Any]:
        """A page or, as ``?format=json`` gives it, the whole table: an array of what a page has as its results, or of
        rows, where an answer holds more than one list."""
        name = page["$ref"].rpartition("/")[2]
        results = self.registry._components[name, ResolvedComponent.SCHEMA].schema["properties"].get("results")
        items = results["items"] if results else {"type": "object", "additionalProperties": True}
        return {"anyOf": [page, {"type": "array", "items": items}]}


def asked_format(request: Request) -> str:
    """The kind of file that a request wants, or "" where it wants a page of JSON."""
    chosen = str(getattr(request.accepted_renderer, "format", ""))
    if chosen in {renderer.format for renderer in FILES}:
        return chosen
    # Plain JSON is what every list gives; only who names it in the address wants the whole table.
    return "json" if request.query_params.get("format") == "json" else ""


def rows_of(serializer: Any, rows: Iterable[Any]) -> tuple[list[str], Iterator[list[Any]]]:
    """The columns and rows of a table from the shape that the API gives its objects. Read the rows within the scope."""
    columns = [name for name, field in serializer.fields.items() if not field.write_only]
    found = (serializer.to_representation(row) for row in rows)
    return columns, ([row.get(name) for name in columns] for row in found)


class FileListMixin(mixins.ListModelMixin, generics.GenericAPIView[Any]):
    """For a list view: the whole filtered table as a file where one is asked for. Goes before the view's base.

    ``export_name`` names the file. :meth:`exported` is called after a file was made, for the audit log.
    """

    renderer_classes = (OrjsonRenderer, *FILES)
    schema = FileSchema()
    export_name = ""

    def get_renderers(self) -> builtins.list[BaseRenderer]:
        # Only a list comes as a file, not what a POST to it answers.
        reads = getattr(self.request, "method", "GET") in {"GET", "HEAD"}
        return [*super().get_renderers()] if reads else [OrjsonRenderer()]

    def list(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        wanted = asked_format(request)
        if not wanted:
            return super().list(request, *args, **kwargs)
        rows: Any = self.filter_queryset(self.get_queryset())
        if isinstance(self.paginator, CursorPagination):
            rows = rows.order_by(*self.paginator.ordering)
        columns, values = rows_of(self.get_serializer(), rows.iterator(chunk_size=CHUNK))
        response, count = export_response(Table(self.export_name, columns, values), FORMATS[wanted])
        self.exported(wanted, count)
        return response

    def exported(self, wanted: str, rows: int) -> None:
        """Called with the format and the number of rows of each file."""
