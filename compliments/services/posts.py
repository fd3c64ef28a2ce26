"""Posts as people ask for them: by address or by upload, again, and away (C1). Inside the workspace's scope."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from aura.http.problems import Problem
from aura.jobs.services import cancel_subject
from aura.media import services as media
from aura.media.models import Picture
from aura.privacy.queries import may_process
from aura.providers.images import ImageRefused
from aura.providers.post_ports import PostRef
from aura.tenancy.scope import current_workspace_id
from compliments.addresses import Refused, read_address
from compliments.models import InstagramPost, PostImage
from compliments.services.downloads import AUTHOR, MOST_CAPTION, MOST_IMAGES, OBJECTED, change

S, A = InstagramPost.State, InstagramPost.Asking
LINKS_LAST = timedelta(minutes=30)
"""So long the links of a source's answer are taken for good; Instagram ends them after hours."""
NO_IMAGES = "Send an address, or at least one picture."
GOING_ON = "This post is being downloaded. Wait for the end, or cancel its job."


def want(text: str, *, user_id: UUID | None, refresh: bool = False) -> tuple[InstagramPost, bool]:
    """The post whose address stands in a text, and whether it is to be downloaded now.

    The same post is one row of a workspace: one that is there is answered as it is, unless it has failed or ``refresh``
    asks for it anew. Raises :class:`Problem` with the codes of :func:`compliments.addresses.read_address` (400), and
    ``do_not_process`` (409) where its author objects.
    """
    found = read_address(text)
    if isinstance(found, Refused) and found.code != "share_link":
        raise Problem(found.code, found.message, pointer="/url")
    named = {"code": found.code} if isinstance(found, PostRef) else {"share": found.address}
    url = found.url if isinstance(found, PostRef) else found.address
    row = InstagramPost(workspace_id=current_workspace_id(), url=url, created_by_id=user_id, **named)
    InstagramPost.objects.bulk_create([row], ignore_conflicts=True)
    post = InstagramPost.objects.select_for_update(of=("self",)).get(**named)
    if post.pk == row.pk:
        return post, True
    _check_author(post.author, post.author_id)
    if post.state == S.FAILED or (refresh and post.state == S.DOWNLOADED):
        start_over(post, anew=refresh)
        return post, True
    return post, False


def _check_author(author: str, author_id: str = "") -> None:
    if (author or author_id) and not may_process(author, author_id):
        raise Problem("do_not_process", OBJECTED, status=409)


def start_over(post: InstagramPost, *, anew: bool = False) -> None:
    """Let a post that is over wait again; only what was not done is done.

    What was asked of a paid service and may still be there is looked for. With ``anew``, or where the links that a
    source told have ended by now, the sources are asked again.
    """
    ended = PostImage.objects.filter(post=post, picture=None, error_code="expired").exists()
    fresh = not ended and post.answered_at is not None and timezone.now() - post.answered_at < LINKS_LAST
    if post.asking == A.ANSWERED and fresh and not anew:
        PostImage.objects.filter(post=post, picture=None).exclude(link="").update(error_code="", error="")
    elif post.asking not in {A.STARTING, A.RUNNING}:
        change(post, asking=A.NOT_YET, source="", handle={}, tried=[])
    change(
        post,
        state=S.QUEUED,
        tries=post.tries + 1,
        looks=0,
        stumbles=0,
        missing=0,
        error_code="",
        error="",
        started_at=None,
        finished_at=None,
    )


def again(post: InstagramPost) -> InstagramPost:
    """Let a failed post, or one with missing pictures, be tried again. Raises :class:`Problem` (409)."""
    post = InstagramPost.objects.select_for_update(of=("self",)).get(pk=post.pk)
    if post.uploaded or not (post.state == S.FAILED or (post.state == S.DOWNLOADED and post.missing)):
        words = "Only a post whose download has failed, or that misses pictures, can be tried again."
        raise Problem("post_not_retryable", words, status=409)
    _check_author(post.author, post.author_id)
    start_over(post)
    return post


def upload(
    files: Iterable[Callable[[], bytes]], *, user_id: UUID | None, caption: str = "", author: str = ""
) -> InstagramPost:
    """A post made of uploaded pictures, in their order; each is read when its turn comes.

    Raises :class:`Problem`: ``invalid_username``, ``do_not_process``, ``too_many_images``, ``no_images``, or the code
    of the first picture that cannot be read.
    """
    name = author.strip().lower().lstrip("@")
    if name and not AUTHOR.fullmatch(name):
        words = "An Instagram user name has up to 30 letters, digits, dots and underscores."
        raise Problem("invalid_username", words, pointer="/author")
    _check_author(name)
    stored = [_stored(read, number) for number, read in enumerate(files)]
    if not stored:
        raise Problem("no_images", NO_IMAGES, pointer="/images")
    now, several = timezone.now(), len(stored) > 1
    post = InstagramPost.objects.create(
        workspace_id=current_workspace_id(),
        uploaded=True,
        kind=InstagramPost.Kind.CAROUSEL if several else InstagramPost.Kind.IMAGE,
        author=name,
        caption=caption[:MOST_CAPTION],
        state=S.DOWNLOADED,
        asking=A.ANSWERED,
        source="upload",
        created_by_id=user_id,
        started_at=now,
        answered_at=now,
        finished_at=now,
    )
    PostImage.objects.bulk_create(
        PostImage(workspace_id=post.workspace_id, post=post, number=number, picture=picture)
        for number, picture in enumerate(stored, 1)
    )
    return post


def _stored(read: Callable[[], bytes], number: int) -> Picture:
    if number >= MOST_IMAGES:
        raise Problem("too_many_images", f"A post has at most {MOST_IMAGES} pictures.", pointer="/images")
    try:
        return media.store(media.clean(read()))
    except ImageRefused as error:
        status = 413 if error.code == "too_large" else 400
        words = f"Picture {number + 1}: {error.message}"
        raise Problem(error.code, words, status=status, pointer=f"/images/{number}") from error


def remove(post: InstagramPost) -> None:
    """Delete a post with its pictures. Raises :class:`Problem` ``post_going_on`` (409)."""
    post = InstagramPost.objects.select_for_update(of=("self",)).get(pk=post.pk)
    if not post.is_over:
        raise Problem("post_going_on", GOING_ON, status=409)
    cancel_subject(str(post.pk))
    delete([post.pk])


def delete(keys: Iterable[UUID]) -> list[UUID]:
    """Delete posts; returns the pictures that they had, which go where nothing else shows them."""
    wanted = list(keys)
    gone = PostImage.objects.filter(post__in=wanted, picture__isnull=False).values_list("picture", flat=True)
    held = sorted(set(gone))
    InstagramPost.objects.filter(pk__in=wanted).delete()
    media.drop_unused(held)
    return held
