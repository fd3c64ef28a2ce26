"""The sources of a post, one after the other: asked once, found again after a lost answer, waited for, booked (C1)."""

from django.utils import timezone

from accounts.services.ledger import meter
from aura.jobs.context import JobContext
from aura.providers.errors import BUDGET_REACHED, MAYBE_BILLED, ProviderError
from aura.providers.metering import Meter
from aura.providers.post_ports import PostFetch
from compliments.models import InstagramPost
from compliments.services import downloads, sources
from compliments.services.sources import GuardedSource

A = InstagramPost.Asking
WAITS = (1, 1, 2, 2, 3, 5, 8, 10, 15)
"""Seconds between two looks at a fetch that goes on."""
SETTLES = 5.0
"""Seconds after which a service that was asked to start something tells of it when asked."""
PATIENCE = 900.0
"""Seconds after which a fetch that does not end is given up."""
STUMBLES = 2
"""Passing errors of a source after which the next one is asked."""
SHORT = 60.0
"""A source that asks for a longer wait, in seconds, is left to the next one."""
LOST = (
    "Aura was stopped while it asked Apify to start a run, and Apify does not tell whether it did. Look at Apify for a "
    "run of this post; trying again starts a new one."
)
UPLOAD = "You can upload the pictures of the post instead."
FINAL = {"post_not_found", "do_not_process"}
"""What no other source would tell differently."""
SILENT = {"provider_key_missing", "not_installed", "switched_off", "post_not_visible"}
"""Reasons for which a source was never the one to ask."""


def ask(context: JobContext, post: InstagramPost) -> bool:
    """One step further with the source whose turn it is: asked, looked at, or given up. False where the job waits.

    Raises ``ProviderError`` where a passing error is to be waited out, or no source is left.
    """
    source = _next_source(context, post)
    if post.asking == A.RUNNING:
        return _looked(context, post, source)
    if post.asking == A.STARTING and source.paid:
        age = (timezone.now() - post.asked_at).total_seconds() if post.asked_at else SETTLES
        if age < SETTLES:
            with context.postpone(SETTLES - age, "", "", counts=False):
                return False
        if _found(context, post, source):
            return True
    elif source.paid and not _reserved(context, post, source):
        return True
    with context.transaction():
        downloads.change(post, source=source.name, asking=A.STARTING, asked_at=timezone.now())
    try:
        fetch = source.start(downloads.ref_of(post))
    except ProviderError as error:
        return _stumbled(context, post, source, error)
    if fetch.state != "running":
        return _ended(context, post, source, fetch)
    # Before anything waits: whoever is killed from here on finds the work that is paid for.
    with context.postpone(WAITS[0], "", "", counts=False):
        downloads.adopt(post, fetch)
    return False


def _next_source(context: JobContext, post: InstagramPost) -> GuardedSource:
    """The source that is being asked, or the next one in the order. Raises ``ProviderError`` after the last one."""
    while True:
        known = {one["source"] for one in post.tried}
        name = post.source or next((one for one in sources.ORDER if one not in known), "")
        if not name:
            raise _nobody(post)
        found = sources.source_named(name, post.workspace_id)
        if isinstance(found, GuardedSource):
            return found
        _give_up(context, post, found.name, found.code, found.message)


def _nobody(post: InstagramPost) -> ProviderError:
    """What to say when no source is left: what went wrong, or that there is none which could have this post."""
    wrong = [one for one in post.tried if one["code"] not in SILENT]
    if wrong:
        return ProviderError(f"{wrong[-1]['message']} {UPLOAD}", code=wrong[-1]["code"])
    said = " ".join(f"{sources.LABELS[one['source']]}: {one['message']}" for one in post.tried)
    return ProviderError(f"Nothing here can fetch this post. {UPLOAD} {said}", code="no_post_source")


def _found(context: JobContext, post: InstagramPost, source: GuardedSource) -> bool:
    """Look for the fetch that an attempt before this one may have started."""
    since = post.asked_at.timestamp() if post.asked_at else 0.0
    try:
        fetch = source.find(downloads.ref_of(post), since)
    except ProviderError as error:
        if error.code != "find_unsupported":
            raise
        with context.transaction():
            # The next attempt is a person's, who has looked.
            _keep_reserved(context, post, "start_unknown")
            downloads.change(post, asking=A.NOT_YET, reservation=None)
        raise ProviderError(LOST, code="start_unknown") from error
    if fetch is None:
        return False
    with context.transaction():
        downloads.adopt(post, fetch)
    return True


def _stumbled(context: JobContext, post: InstagramPost, source: GuardedSource, error: ProviderError) -> bool:
    """A source raised an error when it was asked: try it again soon, or ask the next one."""
    if source.paid and error.code in MAYBE_BILLED:
        raise error
    with context.transaction():
        if post.reservation:
            _book_of(context, post).release(post.reservation, error.code)
        passing = error.retryable and post.stumbles < STUMBLES and (error.retry_after or 0) <= SHORT
        again = passing and context.tries_left > 0
        downloads.change(post, asking=A.NOT_YET, reservation=None, stumbles=post.stumbles + again)
    if again or error.code in FINAL:
        raise error
    _give_up(context, post, source.name, error.code, error.message)
    return True


def _looked(context: JobContext, post: InstagramPost, source: GuardedSource) -> bool:
    """Look at a fetch that goes on at the service; False where the job waits for its next look."""
    fetch = downloads.fetch_of(post)
    try:
        told = source.look(fetch)
    except ProviderError as error:
        if error.retryable:
            raise
        _give_up(context, post, source.name, error.code, error.message)
        return True
    if told.state != "running":
        return _ended(context, post, source, told)
    age = (timezone.now() - post.asked_at).total_seconds() if post.asked_at else 0.0
    if age > PATIENCE:
        source.abort(fetch)
        _give_up(context, post, source.name, "timeout", "The service did not finish in time.")
        return True
    with context.postpone(WAITS[min(post.looks, len(WAITS) - 1)], "", "", counts=False):
        downloads.change(post, looks=post.looks + 1)
    return False


def _ended(context: JobContext, post: InstagramPost, source: GuardedSource, told: PostFetch) -> bool:
    """Book what a fetch has cost and store what it brought, or go on to the next source."""
    with context.transaction():
        if post.reservation:
            _book_of(context, post).settle(post.reservation, sources.usage_of(told.cost))
            downloads.change(post, reservation=None)
    if told.post is not None:
        with context.transaction():
            downloads.answered(post, told.post)
        return True
    if told.code in FINAL:
        raise ProviderError(told.message, code=told.code)
    _give_up(context, post, source.name, told.code, told.message)
    return True


def _give_up(context: JobContext, post: InstagramPost, name: str, code: str, message: str) -> None:
    """Note why a source did not have the post; what was set aside for it may have been spent."""
    with context.transaction():
        _keep_reserved(context, post, code)
        downloads.skip(post, name, code, message)


def _reserved(context: JobContext, post: InstagramPost, source: GuardedSource) -> bool:
    """Set the most that fetching may cost aside. False where the budget is reached: the next source is asked."""
    expected = sources.usage_of(sources.ceiling())
    book = _book_of(context, post)
    try:
        # Together with the row that holds it: money that nobody remembers would be lost to the budget.
        with context.transaction():
            downloads.change(post, reservation=book.reserve(expected), max_charge=expected.cost)
    except ProviderError as error:
        if error.code != BUDGET_REACHED:
            raise
        post.reservation = None
        sources.note_budget(book, expected)
        _give_up(context, post, source.name, error.code, error.message)
        return False
    return True


def _keep_reserved(context: JobContext, post: InstagramPost, code: str) -> None:
    if post.reservation:
        _book_of(context, post).keep(post.reservation, code)
        downloads.change(post, reservation=None)


def _book_of(context: JobContext, post: InstagramPost) -> Meter:
    return meter(post.workspace_id, subject=post.subject, job_id=context.job_id)
