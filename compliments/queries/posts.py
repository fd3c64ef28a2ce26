"""Posts with their pictures, for lists and pages."""

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from compliments.models import InstagramPost, PostImage, Writing


def posts() -> QuerySet[InstagramPost]:
    """The workspace's posts with their pictures in order, newest first."""
    images = PostImage.objects.select_related("picture").order_by("number")
    return InstagramPost.objects.prefetch_related(Prefetch("images", images)).order_by("-created_at", "-id")


def listed() -> QuerySet[InstagramPost]:
    """As :func:`posts`, with ``texts`` (how many may be posted) and ``being_written``."""
    waiting = Writing.objects.filter(post=OuterRef("pk"), state__in=[Writing.State.QUEUED, Writing.State.GENERATING])
    good = Q(writings__state=Writing.State.DONE, writings__compliments__verdict="ok")
    return posts().annotate(texts=Count("writings__compliments", filter=good), being_written=Exists(waiting))


def with_code(code: str) -> InstagramPost | None:
    """The post with a short code, if the workspace has it."""
    return InstagramPost.objects.filter(code=code).first()
