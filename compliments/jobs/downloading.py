"""The download of a post: its source is asked once, waited for without a worker, its pictures stored one by one (C6).

A worker that is killed anywhere leaves a row that says how far it was, and the next one goes on from there.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from accounts.services.ledger import meter
from aura.jobs.context import JobContext
from aura.jobs.models import Job, Lane, State
from aura.jobs.queue import job, start
from aura.providers.errors import ProviderError
from compliments.jobs.asking import ask
from compliments.jobs.handing_over import after_download
from compliments.models import InstagramPost, PostImage
from compliments.queries.posts import with_code
from compliments.services import downloads, pictures, posts, sharing

S, A = InstagramPost.State, InstagramPost.Asking
PICTURE_TRIES = 4
"""Tries for pictures that could not be fetched for a reason that may pass."""
OTHERS = 2.0
"""Seconds between two looks at a post that another job downloads."""
CANCELLED = "Cancelled. What was stored so far is kept."


def ask_for_post(text: str, *, user_id: UUID | None, refresh: bool = False) -> InstagramPost:
    """The post whose address stands in a text; its download is started where there is something to do (C1).

    Inside the workspace's scope. Raises :class:`Problem` as :func:`compliments.services.posts.want` does.
    """
    post, fresh = posts.want(text, user_id=user_id, refresh=refresh)
    if fresh:
        start_download(post)
    return post


def retry_post(post: InstagramPost) -> InstagramPost:
    """Try again what could not be downloaded. Raises :class:`Problem` ``post_not_retryable`` (409)."""
    post = posts.again(post)
    start_download(post)
    return post


def start_download(post: InstagramPost) -> Job:
    """Start the download of a post once for each of its tries. Inside the scope and transaction of its cause."""
    return start(
        run_download,
        workspace_id=post.workspace_id,
        payload={"post": str(post.pk), "try": post.tries},
        key=f"{post.pk}:{post.tries}",
        subject=str(post.pk),
    )


def _post_of(payload: Mapping[str, Any]) -> InstagramPost | None:
    """The post of a job; None where it is gone, or where a later try has taken its place."""
    return InstagramPost.objects.filter(pk=payload["post"], tries=payload["try"]).first()


def end_with_job(job_row: Job) -> None:
    """Called by the job core, in its transaction, when a download is given up or cancelled."""
    post = _post_of(job_row.payload)
    if post is None or post.is_over:
        return
    if post.reservation:
        # A run may go on at the service; trying again looks for it and books what it has cost.
        meter(post.workspace_id, subject=post.subject).keep(post.reservation, job_row.error_code)
    words = CANCELLED if job_row.state == State.CANCELLED else job_row.error
    downloads.fail(post, job_row.error_code, words)
    after_download(post)


@job("compliments.download", lane=Lane.REALTIME, max_attempts=10, ended=end_with_job)
def run_download(context: JobContext) -> None:
    """Bring a post to its end: resolve its address, ask its source, store its pictures, hand it over."""
    with context.transaction():
        post = _post_of(context.payload)
        if post is None or post.state == S.DOWNLOADED:
            return
        downloads.begin(post)
    if not post.code and post.asking != A.ANSWERED:
        context.progress(step="Resolving the share link")
        if not _resolved(context, post):
            return
    context.progress(step="Looking for the post")
    while post.asking != A.ANSWERED:
        if not ask(context, post):
            return
    total = _store_pictures(context, post)
    with context.transaction(finish=True, result={"images": total}):
        downloads.finish(post)
        after_download(post)


def _resolved(context: JobContext, post: InstagramPost) -> bool:
    """Find out which post a share link means. False where another row is about to have that post: the job waits."""
    ref = sharing.resolve(post.share)
    with context.transaction():
        other = with_code(ref.code)
        if other is None:
            downloads.change(post, code=ref.code, url=ref.url)
            return True
        if other.state == S.DOWNLOADED:
            downloads.copy(post, other)
            return True
    if other.state == S.FAILED:
        raise ProviderError(other.error or "The post could not be downloaded.", code=other.error_code or "failed")
    with context.postpone(OTHERS, "", "", counts=False):
        return False


def _store_pictures(context: JobContext, post: InstagramPost) -> int:
    """Fetch and store what is still missing, one picture at a time; returns how many there should be.

    One that cannot be had does not stop the others.
    """
    with context.transaction():
        waiting = pictures.waiting(post)
        total = PostImage.objects.filter(post=post).count()
    passing: list[tuple[PostImage, ProviderError]] = []
    for done, image in enumerate(waiting, total - len(waiting)):
        context.progress(step="Downloading pictures", done=done, total=total)
        try:
            cleaned = pictures.fetch(image)
        except ProviderError as error:
            if error.retryable:
                passing.append((image, error))
                continue
            with context.transaction():
                pictures.refuse(image, error)
            continue
        with context.transaction():
            pictures.keep(image, cleaned)
    context.progress(done=total - len(passing), total=total)
    if passing and context.tries_left and post.stumbles < PICTURE_TRIES:
        with context.transaction():
            downloads.change(post, stumbles=post.stumbles + 1)
        raise passing[0][1]
    with context.transaction():
        for image, reason in passing:
            pictures.refuse(image, reason)
        downloads.check_pictures(post)
    return total
