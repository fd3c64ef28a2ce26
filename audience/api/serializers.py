"""JSON shapes of the audience API."""

from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from audience.models import Comment, Commenter, Run, TrackedAccount
from audience.recurrence import ScheduleRefused, check_schedule, zone_of
from audience.services.tracking import SETTINGS as FOLLOWED


@extend_schema_serializer(
    examples=[OpenApiExample("Track an account", {"username": "northroast"}, request_only=True)],
)
class AccountSerializer(serializers.ModelSerializer[TrackedAccount]):
    """A tracked account."""

    class Meta:
        model = TrackedAccount
        fields = (
            "id",
            "username",
            "full_name",
            "biography",
            "followers",
            "following",
            "posts_count",
            *FOLLOWED,
            "next_run_at",
            "last_import_at",
            "created_at",
        )
        read_only_fields: tuple[str, ...] = (
            "next_run_at",
            "followers",
            "following",
            "posts_count",
            "last_import_at",
            "created_at",
        )
        extra_kwargs: ClassVar[dict[str, dict[str, Any]]] = {
            "post_limit": {"min_value": 1, "max_value": 1000},
            "comment_limit": {"min_value": 1, "max_value": 100_000},
            "refresh_days": {"min_value": 1, "max_value": 3650},
            "max_cost": {"min_value": Decimal("0.10")},
        }

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """A schedule and its time zone are good together or not at all."""
        known = self.instance
        zone = data.get("time_zone", known.time_zone if known else "UTC")
        try:
            zone_of(zone)
        except ScheduleRefused as error:
            raise serializers.ValidationError({"time_zone": str(error)}) from error
        try:
            data["schedule"] = check_schedule(data.get("schedule", known.schedule if known else ""), zone)
        except ScheduleRefused as error:
            raise serializers.ValidationError({"schedule": str(error)}) from error
        return data


class AccountChangeSerializer(AccountSerializer):
    """What may be changed of an account: never its name, which its data hangs on."""

    class Meta(AccountSerializer.Meta):
        read_only_fields = (*AccountSerializer.Meta.read_only_fields, "username")


class ProgressSerializer(serializers.Serializer[Any]):
    step = serializers.CharField()
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    percent = serializers.IntegerField()
    eta_seconds = serializers.IntegerField(allow_null=True)


class RunErrorSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField()
    retry_after = serializers.IntegerField(allow_null=True)


class RunSerializer(serializers.ModelSerializer[Run]):
    """One analysis, with its progress and counts."""

    account = serializers.CharField(source="account.username")
    account_id = serializers.UUIDField()
    status = serializers.CharField(source="state")
    status_url = serializers.SerializerMethodField()
    progress = serializers.SerializerMethodField()
    error = serializers.SerializerMethodField()
    cost = serializers.SerializerMethodField()
    counts = serializers.JSONField()

    class Meta:
        model = Run
        fields = (
            "id",
            "account",
            "account_id",
            "status",
            "status_url",
            "source",
            "trigger",
            "cost",
            "paused_until",
            "reader",
            "filename",
            "size",
            "progress",
            "counts",
            "people_total",
            "people_done",
            "error",
            "created_at",
            "started_at",
            "finished_at",
        )

    def get_status_url(self, run: Run) -> str:
        return reverse("api:audience:run", args=[run.pk])

    def get_progress(self, run: Run) -> dict[str, Any]:
        percent = 100 if run.state == Run.State.DONE else 0
        if run.people_total and run.state != Run.State.DONE:
            percent = min(99, 100 * run.people_done // run.people_total)
        return {
            "step": run.step,
            "done": run.people_done,
            "total": run.people_total,
            "percent": percent,
            "eta_seconds": run.eta_seconds(),
        }

    def get_cost(self, run: Run) -> dict[str, str]:
        amount: Decimal = getattr(run, "booked", Decimal(0))
        return {"currency": "USD", "amount": f"{amount:.6f}"}

    def get_error(self, run: Run) -> dict[str, Any] | None:
        if not run.error_code:
            return None
        wait = max(0, round((run.paused_until - timezone.now()).total_seconds())) if run.paused_until else None
        return {"code": run.error_code, "message": run.error, "retry_after": wait}


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Work has begun",
            {
                "id": "0199f0a4-6f0e-7cc1-9e57-0d6a4e9c3a11",
                "status": "queued",
                "status_url": "/api/v1/audience/runs/0199f0a4-6f0e-7cc1-9e57-0d6a4e9c3a11",
            },
            response_only=True,
            status_codes=["202"],
        )
    ],
)
class StartedSerializer(serializers.Serializer[Any]):
    """The answer to every start of work."""

    id = serializers.UUIDField()
    status = serializers.CharField()
    status_url = serializers.CharField()


class ImportSerializer(serializers.Serializer[Any]):
    """An upload: the dataset and the account it belongs to (id or user name; a new name is tracked from now on)."""

    file = serializers.FileField()
    account = serializers.CharField(max_length=200)


class CommentSerializer(serializers.ModelSerializer[Comment]):
    """A comment. Who wrote it is left out for a possible minor, who is nowhere a row of their own (A7)."""

    username = serializers.SerializerMethodField()
    commenter_id = serializers.SerializerMethodField()
    post = serializers.CharField(source="post.shortcode")

    class Meta:
        model = Comment
        fields = (
            "id",
            "external_id",
            "post",
            "username",
            "commenter_id",
            "parent_id",
            "text",
            "gif_url",
            "likes",
            "replies_count",
            "commented_at",
            "created_at",
        )

    def get_username(self, comment: Comment) -> str | None:
        return None if comment.commenter.possible_minor else comment.commenter.username

    def get_commenter_id(self, comment: Comment) -> UUID | None:
        return None if comment.commenter.possible_minor else comment.commenter_id


class CommenterSerializer(serializers.ModelSerializer[Commenter]):
    """A person without anything that was guessed about them."""

    class Meta:
        model = Commenter
        fields = ("id", "username", "full_name", "is_verified", "is_private", "followers", "following", "created_at")


class ClassificationSerializer(serializers.Serializer[Any]):
    """What a model thinks of one person. Looking at it is logged."""

    gender = serializers.CharField()
    gender_confidence = serializers.FloatField()
    age = serializers.CharField()
    age_confidence = serializers.FloatField()
    profile_type = serializers.CharField()
    profile_type_confidence = serializers.FloatField()
    language = serializers.CharField()
    language_confidence = serializers.FloatField()
    model = serializers.CharField()
    model_version = serializers.CharField()
    prompt_version = serializers.CharField()
    evidence = serializers.JSONField()
    created_at = serializers.DateTimeField()
