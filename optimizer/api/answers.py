"""What the API of the optimizer answers: sessions in lists, status and results with their addresses (O10, O11)."""

from typing import Any, ClassVar
from uuid import UUID

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from aura.media.api import PictureSerializer
from optimizer.api.result_shapes import SessionErrorSerializer
from optimizer.api.shapes import STATES
from optimizer.models import Optimization
from optimizer.platforms import PLATFORMS
from optimizer.queries import sessions as queries
from optimizer.services import archive

NAMES = {"status_url": "status", "results_url": "results", "archive_url": "archive"}


class SessionSerializer(serializers.ModelSerializer[Optimization]):
    """A session in a list."""

    session_id = serializers.UUIDField(source="pk")
    status = serializers.ChoiceField(STATES, source="state")
    platforms = serializers.SerializerMethodField()
    picture = PictureSerializer(source="master", allow_null=True)
    error = serializers.SerializerMethodField()
    cost = serializers.SerializerMethodField()
    status_url = serializers.SerializerMethodField()
    results_url = serializers.SerializerMethodField()
    archive_url = serializers.SerializerMethodField()

    class Meta:
        model = Optimization
        fields: ClassVar = [
            "id",
            "session_id",
            "status",
            "name",
            "platforms",
            "description",
            "width",
            "height",
            "picture",
            "writer",
            "reused",
            "error",
            "cost",
            "created_at",
            "started_at",
            "finished_at",
            "status_url",
            "results_url",
            "archive_url",
        ]
        read_only_fields: ClassVar = fields

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(PLATFORMS)))
    def get_platforms(self, session: Optimization) -> list[str]:
        return [output.platform for output in session.outputs.all()]

    @extend_schema_field(SessionErrorSerializer(allow_null=True))
    def get_error(self, session: Optimization) -> dict[str, Any] | None:
        return error_of(session)

    def get_cost(self, session: Optimization) -> dict[str, str]:
        return {"currency": "USD", "amount": f"{getattr(session, 'booked', 0):.6f}"}

    def get_status_url(self, session: Optimization) -> str:
        return where("status_url", session.pk)

    def get_results_url(self, session: Optimization) -> str:
        return where("results_url", session.pk)

    def get_archive_url(self, session: Optimization) -> str:
        return where("archive_url", session.pk)


def where(name: str, pk: UUID) -> str:
    """An address of a session: ``status_url``, ``results_url`` or ``archive_url``."""
    return reverse(f"api:optimize:{NAMES[name]}", args=[pk])


def addresses(session: Optimization) -> dict[str, str]:
    """All of them."""
    return {name: where(name, session.pk) for name in NAMES}


def file_url(session: Optimization, name: str) -> str:
    """Where one file of a session is."""
    return reverse("api:optimize:file", args=[session.pk, name])


def error_of(session: Optimization) -> dict[str, Any] | None:
    """Why it failed; None where it has not."""
    if not session.error_code:
        return None
    return {"code": session.error_code, "message": session.error, "retry_after": session.retry_after}


def status_data(session: Optimization) -> dict[str, Any]:
    """How far a session is, see :class:`optimizer.api.result_shapes.SessionStatusSerializer`."""
    found = queries.status_of(session)
    return {"id": str(session.pk), **found, "reused": session.reused, **addresses(session)}


def results_data(session: Optimization) -> dict[str, Any]:
    """What came of it, see :class:`optimizer.api.result_shapes.SessionResultsSerializer`."""
    found = queries.results_of(session)
    for result in found["results"].values():
        _addressed(session, result)
    files = [
        {"name": file.name, "media_type": file.media_type, "url": file_url(session, file.name)}
        for file in archive.files_of(session)
    ]
    more = {"reused": session.reused, "problems": session.notes, "searches": session.searches, "files": files}
    return {"id": str(session.pk), **found, **more, "error": error_of(session), **addresses(session)}


def platform_data(session: Optimization, platform: str) -> dict[str, Any]:
    """What one platform got, see :class:`optimizer.api.result_shapes.PlatformResultSerializer`."""
    return _addressed(session, dict(queries.results_of(session)["results"][platform]))


def _addressed(session: Optimization, result: dict[str, Any]) -> dict[str, Any]:
    if result.get("file"):
        result["url"] = file_url(session, result["file"])
    if (error := result.get("error")) is not None and not error["code"]:
        # One that is not over has not failed.
        result["error"] = None
    return result
