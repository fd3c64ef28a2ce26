"""The files of a session over HTTP: one by one and as a ZIP; and the table of platforms (O2, O11)."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase
from django.http.response import FileResponse
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from aura.http.problems import Problem
from aura.http.renderers import OrjsonRenderer
from aura.media.answers import file_response
from aura.media.api import DOWNLOAD
from aura.providers.images import MEDIA_TYPES
from optimizer import options as o
from optimizer.api.views import OptimizerView, find
from optimizer.captions import IN_CAPTION
from optimizer.limits.table import HASHTAGS, TEXTS, hashtag_range
from optimizer.photography import STYLES
from optimizer.platforms import PLATFORMS, formats
from optimizer.services import archive

ZIP = "application/zip"
FILES: dict[tuple[int, str], OpenApiTypes] = {
    **{(200, media_type): OpenApiTypes.BINARY for media_type in MEDIA_TYPES.values()},
    (200, "text/plain"): OpenApiTypes.STR,
    (200, "application/json"): OpenApiTypes.OBJECT,
}


class FileRenderer(OrjsonRenderer):
    """Stands for any type in the choice of a format; what it renders itself are errors, which are JSON."""

    media_type = "*/*"
    format = "file"


class SessionArchive(OptimizerView):
    """All files of a session."""

    renderer_classes = (OrjsonRenderer, FileRenderer)
    other_errors = (409,)

    @extend_schema(operation_id="optimize_archive", responses={(200, ZIP): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: UUID) -> HttpResponseBase:
        """A ZIP of all pictures, the results as JSON and the captions as text; while it goes on, of what is ready."""
        session = find(pk)
        if not any(file.picture for file in archive.files_of(session)):
            raise Problem("nothing_ready", "No picture of this session is ready.", status=409)
        try:
            stream = archive.archive(session)
        except FileNotFoundError:
            raise Http404("A file of this session is lost.") from None
        return FileResponse(stream, as_attachment=True, filename=archive.archive_name(session), content_type=ZIP)


class SessionFile(OptimizerView):
    """One file of a session."""

    renderer_classes = (OrjsonRenderer, FileRenderer)

    @extend_schema(operation_id="optimize_file", responses=FILES, parameters=[DOWNLOAD])
    def get(self, request: Request, pk: UUID, name: str) -> HttpResponseBase:
        """A picture, the results as JSON or the captions as text, by its name among the results' ``files``."""
        session = find(pk)
        file = archive.file_named(session, name)
        if file is None:
            raise Http404("The session has no such file.")
        if file.picture is None:
            response: HttpResponseBase = HttpResponse(file.text, content_type=file.media_type)
            response["X-Content-Type-Options"] = "nosniff"
        else:
            response = file_response(request._request, file.picture)
        if response.status_code == 200:
            # A picture made anew has the same name: whoever asks again must ask here.
            response["Cache-Control"] = "private, no-cache"
            is_download = file.picture is None or request.GET.get("download") == "1"
            response["Content-Disposition"] = content_disposition_header(is_download, name) or ""
        return response


class PlatformFormatSerializer(serializers.Serializer[Any]):
    """One size of a platform. ``suits``: which pictures get it unless another is asked for; none: only when asked."""

    key = serializers.CharField()
    name = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    suits = serializers.ListField(child=serializers.ChoiceField(["portrait", "square", "landscape"]))
    max_bytes = serializers.IntegerField()
    encodings = serializers.ListField(child=serializers.CharField())
    source = serializers.CharField(help_text="who says so")  # type: ignore[assignment]  # Field has one
    read_on = serializers.DateField()


class TextLimitSerializer(serializers.Serializer[Any]):
    """How long a text may be; ``shown``: units before “more”, 0 where nothing is hidden."""

    most = serializers.IntegerField()
    way = serializers.ChoiceField(["utf16", "weighted"], help_text="how its length is counted")
    shown = serializers.IntegerField()
    source = serializers.CharField()  # type: ignore[assignment]  # Field has one
    read = serializers.CharField(allow_blank=True)


class HashtagRangeSerializer(serializers.Serializer[Any]):
    """How many hashtags are given."""

    fewest = serializers.IntegerField()
    aim = serializers.IntegerField()
    most = serializers.IntegerField()
    allowed = serializers.IntegerField(allow_null=True, help_text="by the platform")


class PlatformSerializer(serializers.Serializer[Any]):
    """What a platform takes."""

    platform = serializers.ChoiceField(PLATFORMS)
    formats = PlatformFormatSerializer(many=True)
    limits = serializers.DictField(child=TextLimitSerializer(), help_text="by text: caption, title, alt_text")
    hashtags = serializers.DictField(child=HashtagRangeSerializer(), help_text="by preset")
    hashtags_in_caption = serializers.BooleanField(help_text="else they are a first comment")


class StyleSerializer(serializers.Serializer[Any]):
    """A style of product photographs."""

    key = serializers.CharField()
    title = serializers.CharField()
    line = serializers.CharField()


class PlatformTableSerializer(serializers.Serializer[Any]):
    """The table of platforms and what may be chosen."""

    platforms = PlatformSerializer(many=True)
    styles = StyleSerializer(many=True)
    options = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))


class PlatformTable(OptimizerView):
    """What each platform shows and takes."""

    @extend_schema(operation_id="optimize_platforms", responses=PlatformTableSerializer)
    def get(self, request: Request) -> Response:
        """Sizes, limits of texts and hashtags with source and date, styles of photographs, and values of options."""
        styles = [{"key": one.key, "title": one.title, "line": one.line} for one in STYLES.values()]
        allowed = {name: list(values) for name, values in o.CHOICES.items()}
        table = {"platforms": [_platform(name) for name in PLATFORMS], "styles": styles, "options": allowed}
        return Response(PlatformTableSerializer(table).data)


def _platform(name: str) -> dict[str, Any]:
    return {
        "platform": name,
        "formats": [asdict(row) for row in formats(name)],
        "limits": {kind: asdict(limit) for kind, limit in TEXTS[name].items()},
        "hashtags": {preset: asdict(hashtag_range(name, preset)) for preset in HASHTAGS},
        "hashtags_in_caption": name in IN_CAPTION,
    }
