"""Erases, exports and sweeps posts by who made them (M13). Inside the workspace's scope."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet

from aura.media import services as media
from aura.privacy.registry import Erasure, Section
from aura.privacy.subjects import Identifiers
from compliments.models import InstagramPost, PostImage
from compliments.services.posts import delete


def of_person(who: Identifiers) -> QuerySet[InstagramPost]:
    """The posts that a person made."""
    return InstagramPost.objects.filter(Q(author__in=who.usernames - {""}) | Q(author_id__in=who.ids - {""}))


def erase(work: Erasure) -> None:
    """Delete the person's posts; their pictures go where nothing else shows them."""
    keys = list(of_person(work.who).values_list("pk", flat=True))
    images = PostImage.objects.filter(post__in=keys)
    held = sorted({key for key in images.values_list("picture", flat=True) if key})
    work.counts[PostImage._meta.db_table] += images.count()
    InstagramPost.objects.filter(pk__in=keys).delete()
    work.counts[InstagramPost._meta.db_table] += len(keys)
    media.erase_unused(work, held)


def sections(who: Identifiers) -> Iterable[Section]:
    """The person's posts and their pictures, for an export."""
    rows = []
    files: list[tuple[str, str]] = []
    for post in of_person(who).order_by("created_at"):
        rows.append(
            {
                "code": post.code,
                "url": post.url,
                "author": post.author,
                "author_id": post.author_id,
                "author_name": post.author_name,
                "caption": post.caption,
                "taken_at": post.taken_at,
                "likes": post.likes,
                "comments": post.comments,
                "stored_at": post.created_at,
            }
        )
        for image in PostImage.objects.filter(post=post, picture__isnull=False).select_related("picture"):
            if image.picture:
                files.append((f"posts/{post.code or post.pk}-{image.number:02}.jpg", image.picture.path))
    return [Section("posts", rows, tuple(files))] if rows else []


def sweep(before: datetime, most: int) -> int:
    """Delete up to ``most`` posts, with their pictures, whose download ended before a time; returns how many."""
    old = InstagramPost.objects.filter(finished_at__lt=before).order_by("finished_at")
    keys = list(old.values_list("pk", flat=True)[:most])
    delete(keys)
    return len(keys)
