"""JSON shapes of the audience API."""

from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from audience.models import Comment, Commenter, Post, Run, TrackedAccount
from audience.queries.posts import benchmark
from audience.recurrence import ScheduleRefused, check_schedule, zone_of
from audience.services.tracking import SETTINGS as FOLLOWED
from audience.standing import standing


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


def post_context(account: TrackedAccount) -> dict[str, Any]:
    """What :class:`PostSerializer` compares the posts of an account with."""
    return {"followers": account.followers, "usual": benchmark(account).usual}


class PostSerializer(serializers.ModelSerializer[Post]):
    """A post and what it brought. Times are hours from the post; ``times_usual`` compares with the median post."""

    comments = serializers.IntegerField(
        source="comment_count", read_only=True, help_text="stored comments, the account's own included"
    )
    audience_comments = serializers.IntegerField(source="sum_comments", read_only=True)
    people = serializers.IntegerField(source="sum_people", read_only=True)
    new_people = serializers.IntegerField(
        source="sum_new_people", read_only=True, help_text="people whose first comment on this account is here"
    )
    replies = serializers.IntegerField(source="sum_replies", read_only=True)
    owner_comments = serializers.IntegerField(source="sum_owner_comments", read_only=True)
    owner_replies = serializers.IntegerField(source="sum_owner_replies", read_only=True)
    comment_likes = serializers.IntegerField(source="sum_likes", read_only=True, allow_null=True)
    first_comment_at = serializers.DateTimeField(source="sum_first_at", read_only=True, allow_null=True)
    last_comment_at = serializers.DateTimeField(source="sum_last_at", read_only=True, allow_null=True)
    hours_to_half = serializers.IntegerField(
        source="sum_half_hours", read_only=True, allow_null=True, help_text="empty where it took over seven days"
    )
    comments_per_1000_followers = serializers.SerializerMethodField()
    times_usual = serializers.SerializerMethodField()
    times_usual_low = serializers.SerializerMethodField(help_text="lower end of the 95 % range")
    times_usual_high = serializers.SerializerMethodField()

    class Meta:
        model = Post
        fields = (
            "id",
            "shortcode",
            "url",
            "kind",
            "caption",
            "posted_at",
            "likes",
            "comments_reported",
            "comments",
            "created_at",
            "audience_comments",
            "people",
            "new_people",
            "replies",
            "owner_comments",
            "owner_replies",
            "comment_likes",
            "first_comment_at",
            "last_comment_at",
            "hours_to_half",
            "comments_per_1000_followers",
            "times_usual",
            "times_usual_low",
            "times_usual_high",
        )

    def get_comments_per_1000_followers(self, post: Any) -> float | None:
        followers = self.context.get("followers")
        return round(1000 * post.sum_comments / followers, 3) if followers else None

    def get_times_usual(self, post: Any) -> float | None:
        return self._times(post, "times")

    def get_times_usual_low(self, post: Any) -> float | None:
        return self._times(post, "low")

    def get_times_usual_high(self, post: Any) -> float | None:
        return self._times(post, "high")

    def _times(self, post: Any, end: str) -> float | None:
        found = standing(post.sum_comments, self.context.get("usual"))
        value = getattr(found, end) if found else None
        return None if value is None else round(value, 4)


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
