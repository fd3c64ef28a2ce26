"""How compliments are written: one writer after the other, guarded, stored, told of (C3, C4, C6)."""

from typing import Any
from uuid import UUID

from django.db import transaction

from aura.http.problems import Problem
from aura.jobs.context import JobContext
from aura.jobs.errors import JobNotRetryable
from aura.jobs.models import Job, Lane, State
from aura.jobs.queue import job, start
from aura.jobs.services import cancel_subject, requeue
from aura.providers.errors import MAYBE_BILLED, ProviderError
from aura.providers.writer_ports import Brief, Writer
from compliments.jobs.handing_over import on_downloaded
from compliments.models import InstagramPost, Writing
from compliments.services import briefs, writers
from compliments.services import writing as orders

S = Writing.State
KIND = "compliments.write"
LONG = 30.0
"""Seconds that somebody waits for the first writer before the next one is asked."""
CANCELLED = "Stopped. Nothing more is written."
INTERRUPTED = "Aura was stopped while it asked {writer}; it is not asked again, since that may have been paid for."
NOT_READY = "The pictures of this post are not there. Download them again first."


def start_writing(post: InstagramPost, values: dict[str, Any], *, user_id: UUID | None = None) -> Writing:
    """Take an order about a post. It waits for the post's download, where that is not over.

    Raises :class:`Problem` ``do_not_process``, ``compliment_limit`` or ``post_failed`` (409), and ``QueueFull``.
    """
    with transaction.atomic():
        # Held until the end: a download that ends meanwhile sees the order, or the order sees its end.
        post = InstagramPost.objects.select_for_update(no_key=True).get(pk=post.pk)
        if post.state == InstagramPost.State.FAILED:
            raise Problem("post_failed", f"This post could not be downloaded: {post.error}", status=409)
        writing = orders.take(post, values, user_id=user_id)
        if post.state == InstagramPost.State.DOWNLOADED:
            _start(writing)
    return writing


def _start(writing: Writing, *, limited: bool = True) -> Job:
    return start(
        run_write,
        workspace_id=writing.workspace_id,
        payload={"writing": str(writing.pk)},
        key=f"{writing.pk}:{writing.tries}",
        subject=str(writing.pk),
        limited=limited,
    )


@on_downloaded
def go_on(post: InstagramPost) -> None:
    """Start what waited for a post, or end it where the post could not be had."""
    for writing in Writing.objects.filter(post=post, state=S.QUEUED):
        if post.state == InstagramPost.State.DOWNLOADED:
            _start(writing, limited=False)
        else:
            orders.end(writing, S.FAILED, code=post.error_code or "post_failed", message=post.error)


def cancel_writing(writing: Writing) -> bool:
    """Stop an order; False where it is over."""
    with transaction.atomic():
        if Writing.objects.select_for_update(of=("self",), no_key=True).get(pk=writing.pk).is_over:
            return False
        # A job that only waits ends with this, and the order with it.
        cancel_subject(str(writing.pk))
        orders.end(writing, S.CANCELLED, code="cancelled", message=CANCELLED)
    return True


def try_again(writing: Writing) -> None:
    """Write an order that failed or was stopped once more.

    Raises :class:`Problem` ``job_not_failed`` or ``post_failed`` (409).
    """
    if writing.state not in {S.FAILED, S.CANCELLED}:
        raise JobNotRetryable
    if writing.post.state == InstagramPost.State.FAILED:
        raise Problem("post_failed", f"This post could not be downloaded: {writing.post.error}", status=409)
    with transaction.atomic():
        known = Job.objects.filter(kind=KIND, subject=str(writing.pk)).order_by("-created_at").first()
        if known is not None and known.state in {State.DEAD, State.CANCELLED}:
            requeue(known)
            orders.reopen(writing)
        else:
            orders.reopen(writing)
            if writing.post.state == InstagramPost.State.DOWNLOADED:
                _start(writing)


def end_with_job(job_row: Job) -> None:
    """Called by the job core, in its transaction, when the job of an order is given up or cancelled."""
    writing = Writing.objects.filter(pk=job_row.payload["writing"]).first()
    if writing is None:
        return
    if job_row.state == State.CANCELLED:
        orders.end(writing, S.CANCELLED, code="cancelled", message=CANCELLED)
    else:
        orders.end(writing, S.FAILED, code=job_row.error_code, message=job_row.error)


@job(KIND, lane=Lane.REALTIME, max_attempts=4, ended=end_with_job)
def run_write(context: JobContext) -> None:
    """Ask one writer after the other; the last is this machine, which always answers."""
    with context.transaction():
        writing = _open(context)
        if writing is None:
            return
        rows, avoid = briefs.rows_of(writing), briefs.avoid_of(writing)
    context.progress(step="generating", done=0, total=writing.variations)
    brief = briefs.brief_of(writing, rows, avoid)
    chain = writers.chain_of(writing, context)
    for skipped in chain.skipped:
        _note(context, writing, skipped.name, skipped.error)
    for writer in chain.writers:
        if any(one["writer"] == writer.name for one in writing.tried):
            continue
        if writer.paid and writing.asked == writer.name:
            words = INTERRUPTED.format(writer=writer.name)
            _note(context, writing, writer.name, ProviderError(words, code="interrupted"))
            continue
        try:
            _written(context, writing, writer, brief)
            return
        except ProviderError as error:
            if not writer.paid or _passes_soon(context, error):
                raise
            _note(context, writing, writer.name, error)
    raise AssertionError("The last writer is this machine, which is asked each time.")


def _open(context: JobContext) -> Writing | None:
    """The order of a job, begun; None where it is over. Raises ``ProviderError`` where it must not be written."""
    rows = Writing.objects.select_related("post", "preset")
    writing = rows.filter(pk=context.payload["writing"]).first()
    if writing is None or writing.state == S.DONE:
        return None
    if writing.post.state != InstagramPost.State.DOWNLOADED:
        raise ProviderError(NOT_READY, code="post_failed")
    if problem := orders.refusal(writing.post, writing.variations):
        raise ProviderError(str(problem.detail), code=str(problem.get_codes()))
    orders.begin(writing)
    return writing


def _note(context: JobContext, writing: Writing, name: str, error: ProviderError) -> None:
    if not any(one["writer"] == name for one in writing.tried):
        with context.transaction():
            orders.give_up_on(writing, name, error)


def _passes_soon(context: JobContext, error: ProviderError) -> bool:
    """Whether the same writer is worth waiting for. What may have been paid for is not asked twice."""
    if error.code in MAYBE_BILLED:
        return False
    return error.retryable and context.tries_left > 0 and (error.retry_after or 0) <= LONG


def _written(context: JobContext, writing: Writing, writer: Writer, brief: Brief) -> None:
    """What one writer wrote, checked and stored; its price is booked and the order ends with it."""
    if writer.paid:
        with context.transaction():
            orders.asking(writing, writer.name)
    try:
        written = writer.write(brief)
    except ProviderError as error:
        if writer.paid and error.code not in MAYBE_BILLED:
            with context.transaction():
                orders.asking(writing, "")
        raise
    checked = writers.guarded(written, brief)
    if writer.paid and not any(one.verdict == "ok" for one in checked.compliments):
        if written.charge is not None:
            with context.transaction():
                written.charge.book()
        raise ProviderError("Every text of this model was refused by the guard.", code="all_refused")
    with context.transaction(finish=True, result={"texts": len(checked.compliments)}):
        writing.refresh_from_db()
        if written.charge is not None:
            written.charge.book()
        if not writing.is_over:
            orders.store(writing, checked, model=writer.name, prompt_version=writer.prompt_version)
