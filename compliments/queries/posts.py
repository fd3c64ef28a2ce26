"""Posts with their pictures, for lists and pages."""

from django.db.models import Prefetch, QuerySet

from compliments.models import InstagramPost, PostImage


def posts() -> QuerySet[InstagramPost]:
    """The workspace's posts with their pictures in order, newest first."""
    images = PostImage.objects.select_related("picture").order_by("number")
    return InstagramPost.objects.prefetch_related(Prefetch("images", images)).order_by("-created_at", "-id")


def with_code(code: str) -> InstagramPost | None:
    """The post with a short code, if the workspace has it."""
    return InstagramPost.objects.filter(code=code).first()
