"""What the API of the optimizer answers: sessions in lists, status and results with their addresses (O10, O11)."""

from typing import Any, ClassVar
from uuid import UUID

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from aura.media.api import PictureSerializer
from optimizer.api.shapes import OUTCOMES, STATES
from optimizer.models import Optimization
from optimizer.platforms import PLATFORMS
from optimizer.queries import sessions as queries
from optimizer.services import archive

NAMES = {"status_url": "status", "results_url": "results", "archive_url": "archive"}


class SessionErrorSerializer(serializers.Serializer[Any]):
    """Why a session failed, or what people should know of it: a code of docs/errors.md."""

    code = serializers.CharField()
    message = serializers.CharField()
    retry_after = serializers.IntegerField(allow_null=True, help_text="seconds after which it may work")


class SessionProgressSerializer(serializers.Serializer[Any]):
    """How far a session is."""

    step = serializers.CharField()
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    percent = serializers.IntegerField()
    eta_seconds = serializers.IntegerField(allow_null=True)


class PlatformErrorSerializer(serializers.Serializer[Any]):
    """Why a platform failed."""

    code = serializers.CharField()
    message = serializers.CharField()


class PlatformStatusSerializer(serializers.Serializer[Any]):
    """How far a platform is; ``processing_time`` is in seconds."""

    status = serializers.ChoiceField(STATES)
    processing_time = serializers.FloatField()
    product_photography = serializers.BooleanField()
    error = PlatformErrorSerializer(allow_null=True)


class AddressesSerializer(serializers.Serializer[Any]):
    """Where all of a session is."""

    status_url = serializers.CharField()
    results_url = serializers.CharField()
    archive_url = serializers.CharField(help_text="everything as a ZIP")


class SessionStatusSerializer(AddressesSerializer):
    """How far a session is."""

    id = serializers.UUIDField()
    session_id = serializers.UUIDField()
    status = serializers.ChoiceField(STATES)
    progress = SessionProgressSerializer()
    estimated_completion = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    processing_time = serializers.FloatField(help_text="seconds")
    reused = serializers.BooleanField(help_text="taken from a former session: nothing was asked or paid")
    platforms = serializers.DictField(child=PlatformStatusSerializer())
    error = SessionErrorSerializer(allow_null=True)
    notes = SessionErrorSerializer(many=True)


class ResultFileSerializer(serializers.Serializer[Any]):
    """One file of a session, as it is in the ZIP."""

    name = serializers.CharField()
    media_type = serializers.CharField()
    url = serializers.CharField()


class AnalysisSerializer(serializers.Serializer[Any]):
    """What is in the picture."""

    description = serializers.CharField()
    description_source = serializers.ChoiceField(["user", "ai", "both", "none"])
    niches = serializers.ListField(child=serializers.CharField())
    subjects = serializers.ListField(child=serializers.CharField())
    text_in_image = serializers.CharField()
    is_product = serializers.BooleanField(allow_null=True)
    product_reason = serializers.CharField()


class DimensionsSerializer(serializers.Serializer[Any]):
    """In pixels."""

    width = serializers.IntegerField()
    height = serializers.IntegerField()


class PostingSerializer(serializers.Serializer[Any]):
    """When to post, and how sure that is."""

    best_days = serializers.ListField(child=serializers.CharField())
    best_times = serializers.ListField(child=serializers.CharField())
    peak_engagement = serializers.CharField()
    basis = serializers.CharField()
    sure = serializers.CharField()
    why = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]  # Field has one


class AccountSourceSerializer(serializers.Serializer[Any]):
    """A page that speaks of an account."""

    title = serializers.CharField()
    url = serializers.CharField()


class SuggestedAccountSerializer(serializers.Serializer[Any]):
    """An account to tag."""

    platform = serializers.CharField()
    username = serializers.CharField()
    url = serializers.CharField()
    why = serializers.CharField()
    sources = AccountSourceSerializer(many=True)


class PlatformResultSerializer(serializers.Serializer[Any]):
    """What a platform got. One that is not ``completed`` has only status, error and time."""

    status = serializers.ChoiceField(OUTCOMES)
    error = PlatformErrorSerializer(required=False, allow_null=True)
    processing_time = serializers.FloatField(help_text="seconds")
    product_photography = serializers.BooleanField(required=False)
    file = serializers.CharField(required=False, help_text="name of the picture among the files")
    url = serializers.CharField(required=False, help_text="the picture as a download")
    dimensions = DimensionsSerializer(required=False)
    size = serializers.IntegerField(required=False, help_text="bytes")
    media_type = serializers.CharField(required=False)
    title = serializers.CharField(required=False)
    caption = serializers.CharField(required=False)
    caption_length = serializers.IntegerField(required=False, help_text="as the platform counts")
    caption_limit = serializers.IntegerField(required=False)
    first_comment = serializers.CharField(required=False, help_text="hashtags, where they go there")
    hashtags = serializers.ListField(child=serializers.CharField(), required=False)
    alt_text = serializers.CharField(required=False)
    posting = PostingSerializer(required=False, allow_null=True)
    suggested_accounts = SuggestedAccountSerializer(many=True, required=False)
    writer = serializers.CharField(required=False)


class SessionResultsSerializer(AddressesSerializer):
    """What came of a session; of one that goes on, what is ready."""

    format = serializers.IntegerField()
    id = serializers.UUIDField()
    session_id = serializers.UUIDField()
    status = serializers.ChoiceField(STATES)
    image = serializers.CharField(help_text="name of the picture's file")
    created_at = serializers.DateTimeField()
    processing_time = serializers.FloatField(help_text="seconds")
    reused = serializers.BooleanField()
    analysis = AnalysisSerializer()
    results = serializers.DictField(child=PlatformResultSerializer())
    notes = serializers.ListField(child=serializers.CharField())
    searches = serializers.ListField(child=serializers.JSONField(), help_text="searches that the service shows")
    files = ResultFileSerializer(many=True)
    error = SessionErrorSerializer(allow_null=True)


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
        if not session.error_code:
            return None
        return {"code": session.error_code, "message": session.error, "retry_after": session.retry_after}

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


def status_data(session: Optimization) -> dict[str, Any]:
    """How far a session is, see :class:`SessionStatusSerializer`."""
    found = queries.status_of(session)
    return {"id": str(session.pk), **found, "reused": session.reused, **addresses(session)}


def results_data(session: Optimization) -> dict[str, Any]:
    """What came of it, see :class:`SessionResultsSerializer`."""
    found = queries.results_of(session)
    for result in found["results"].values():
        _addressed(session, result)
    files = [
        {"name": file.name, "media_type": file.media_type, "url": file_url(session, file.name)}
        for file in archive.files_of(session)
    ]
    more = {"reused": session.reused, "searches": session.searches, "files": files}
    return {"id": str(session.pk), **found, **more, "error": queries.status_of(session)["error"], **addresses(session)}


def platform_data(session: Optimization, platform: str) -> dict[str, Any]:
    """What one platform got, see :class:`PlatformResultSerializer`."""
    return _addressed(session, dict(queries.results_of(session)["results"][platform]))


def _addressed(session: Optimization, result: dict[str, Any]) -> dict[str, Any]:
    if result.get("file"):
        result["url"] = file_url(session, result["file"])
    if (error := result.get("error")) is not None and not error["code"]:
        # One that is not over has not failed.
        result["error"] = None
    return result
