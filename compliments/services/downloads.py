"""How far the download of a post is, written down before and after each step (C6). Inside the post's scope."""

import re
from typing import Any

from django.utils import timezone

from aura.media import services as media
from aura.privacy.queries import do_not_process
from aura.providers.errors import ProviderError
from aura.providers.post_ports import FetchedPost, PostFetch, PostRef
from compliments.models import InstagramPost, PostImage
from compliments.services import pictures

A = InstagramPost.Asking
MOST_IMAGES = 20
"""Pictures of a carousel that are taken: as many as Instagram allows."""
MOST_CAPTION, MOST_ALT = 10_000, 2000
AUTHOR = re.compile(r"[a-z0-9._]{1,30}")
OBJECTED = (
    "Whoever made this post is on the list of people who are not to be processed. Nothing of it was kept; an owner or "
    "admin can see the list under Settings, Privacy."
)


def ref_of(post: InstagramPost) -> PostRef:
    """The post as its sources know it."""
    return PostRef(post.code, post.url)


def fetch_of(post: InstagramPost) -> PostFetch:
    """The fetch whose handle is stored."""
    return PostFetch("running", post.handle)


def change(post: InstagramPost, **values: Any) -> None:
    """Set and save these fields."""
    for name, value in values.items():
        setattr(post, name, value)
    post.save(update_fields=list(values))


def begin(post: InstagramPost) -> None:
    """Say that the download works."""
    started = post.started_at or timezone.now()
    change(post, state=InstagramPost.State.DOWNLOADING, started_at=started, error_code="", error="")


def skip(post: InstagramPost, source: str, code: str, message: str) -> None:
    """Remember that a source did not have the post; the next one is asked."""
    tried = [*post.tried, {"source": source, "code": code[:60], "message": message[:500]}]
    change(post, tried=tried, source="", asking=A.NOT_YET, handle={}, looks=0, stumbles=0)


def adopt(post: InstagramPost, fetch: PostFetch) -> None:
    """Remember the handle of what goes on at the source."""
    change(post, asking=A.RUNNING, handle=dict(fetch.handle))


def answered(post: InstagramPost, found: FetchedPost) -> None:
    """Store what a source told of a post, and where its pictures are.

    Raises ``ProviderError`` with ``do_not_process`` where its author objects; nothing is stored then.
    """
    listed = do_not_process()
    author = found.author.strip().lower().lstrip("@")
    if listed.has(author, found.author_id):
        raise ProviderError(OBJECTED, code="do_not_process")
    change(
        post,
        kind=found.kind,
        author=author if AUTHOR.fullmatch(author) else "",
        author_id=found.author_id[:40],
        author_name=found.author_name[:200],
        caption=listed.without_mentions(found.caption[:MOST_CAPTION]),
        taken_at=found.taken_at,
        likes=found.likes,
        comments=found.comments,
        asking=A.ANSWERED,
        answered_at=timezone.now(),
        looks=0,
        stumbles=0,
    )
    _place(post, found)


def _place(post: InstagramPost, found: FetchedPost) -> None:
    """The images in their order. One whose link leads to what is stored already is not fetched again."""
    known = {image.number: image for image in PostImage.objects.filter(post=post)}
    listed = do_not_process()
    for number, medium in enumerate(found.media[:MOST_IMAGES], 1):
        image = known.pop(number, None) or PostImage(workspace_id=post.workspace_id, post=post, number=number)
        told = pictures.link_hash(medium.url)
        is_there = image.picture_id is not None and image.link_hash == told
        image.kind = PostImage.Kind.COVER if medium.kind == "video" else PostImage.Kind.IMAGE
        image.alt = listed.without_mentions(medium.alt[:MOST_ALT])
        image.link, image.link_hash = "" if is_there else medium.url, told
        image.error_code = image.error = ""
        image.save()
    gone = [image.picture_id for image in known.values() if image.picture_id]
    PostImage.objects.filter(pk__in=[image.pk for image in known.values()]).delete()
    media.drop_unused(gone)


def copy(post: InstagramPost, other: InstagramPost) -> None:
    """Let a post that was asked for by a share link have all that another row of the same post has."""
    names = ("url", "kind", "author", "author_id", "author_name", "caption", "taken_at", "likes", "comments", "source")
    copied = {name: getattr(other, name) for name in names}
    change(post, **copied, asking=A.ANSWERED, answered_at=other.answered_at)
    kept = ("number", "kind", "picture_id", "alt", "link", "link_hash", "error_code", "error")
    PostImage.objects.filter(post=post).delete()
    for values in PostImage.objects.filter(post=other).values(*kept):
        PostImage.objects.create(workspace_id=post.workspace_id, post=post, **values)


def finish(post: InstagramPost) -> None:
    """The download is over and good: at least one picture is there."""
    missing = PostImage.objects.filter(post=post, picture=None).count()
    change(post, state=InstagramPost.State.DOWNLOADED, missing=missing, finished_at=timezone.now())


def fail(post: InstagramPost, code: str, message: str) -> None:
    """The download is over and has failed."""
    values = {"error_code": code[:60], "error": message[:1000]}
    change(post, state=InstagramPost.State.FAILED, finished_at=timezone.now(), **values)


def check_pictures(post: InstagramPost) -> None:
    """Raises ``ProviderError`` ``no_picture_left`` where none of a post's pictures could be stored."""
    images = list(PostImage.objects.filter(post=post).order_by("number"))
    if any(image.picture_id for image in images):
        return
    first = next((image.error for image in images if image.error), "There was none.")
    raise ProviderError(f"None of the post's pictures could be stored. {first}", code="no_picture_left")
