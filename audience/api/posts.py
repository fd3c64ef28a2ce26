"""Posts of an account and what each of them brought (A6)."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import generics, serializers

from accounts.exporting import ExportedListMixin
from audience.api.views import OfAccount
from audience.models import Post, TrackedAccount
from audience.queries.posts import benchmark, posts
from audience.standing import standing
from aura.tenancy.models import shape_of


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


class PostList(ExportedListMixin, OfAccount, generics.ListAPIView[Post]):
    """Posts of an account with what each of them brought."""

    queryset = shape_of(Post)
    serializer_class = PostSerializer
    export_name = "posts"

    def get_queryset(self) -> QuerySet[Post]:
        return posts(self.account())

    def get_serializer_context(self) -> dict[str, Any]:
        context = dict(super().get_serializer_context())
        # The schema is written without an account.
        return context | (post_context(self.account()) if "pk" in self.kwargs else {})
