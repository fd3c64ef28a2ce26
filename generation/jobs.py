"""How a picture is made: asked for once, waited for without holding a worker, stored, told of (G1 to G4)."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.services.imaging import Chain
from aura.jobs.context import JobContext
from aura.jobs.errors import JobNotRetryable
from aura.jobs.models import Job, Lane, State
from aura.jobs.queue import job, start
from aura.jobs.services import cancel_subject, requeue
from aura.media import services as media
from aura.providers.errors import MAYBE_BILLED, STOPPED, ProviderError
from aura.providers.image_ports import ImageGenerator, Making
from generation.models import Generation
from generation.services import makers, orders, storing

S = Generation.State
WAITS = (1, 1, 2, 2, 3, 5, 8, 10, 15)
"""Seconds between two looks at a making; a webhook brings the next one forward."""
SETTLES = 5.0
"""Seconds after which a service that was asked to make something tells of it when asked."""
LONG = 60.0
"""Seconds that an order waits for its first maker before the next one is asked."""
FINAL = frozenset({"nsfw", "copyright", "start_unknown", STOPPED})
"""Ends that no other maker is asked after: what one refuses to draw is not shopped around."""
CANCELLED = "Stopped. Nothing more is made."
LOST = (
    "Aura was stopped while it asked {maker} for the pictures, and cannot find out whether they were made and paid "
    "for. “Try again” asks anew."
)


def start_generation(values: dict[str, Any], *, user_id: UUID | None = None) -> tuple[Generation, Job]:
    """Take an order and start its job. Raises ``QueueFull``."""
    with transaction.atomic():
        generation = orders.take(values, user_id=user_id)
        return generation, _start(generation)


def _start(generation: Generation) -> Job:
    return start(
        run_make,
        workspace_id=generation.workspace_id,
        payload={"generation": str(generation.pk)},
        key=str(generation.pk),
        subject=str(generation.pk),
        total=generation.count,
    )


def try_again(generation: Generation) -> None:
    """Make an order that failed or was stopped once more. Raises :class:`Problem` ``job_not_failed``."""
    if generation.state not in {S.FAILED, S.CANCELLED}:
        raise JobNotRetryable
    with transaction.atomic():
        orders.reopen(generation)
        known = Job.objects.filter(kind="generation.make", key=str(generation.pk)).first()
        if known is None:
            _start(generation)
        elif known.state in {State.DEAD, State.CANCELLED}:
            requeue(known)


def cancel_generation(generation: Generation) -> bool:
    """Stop an order; False where it is over. What the service has made already may still be charged for."""
    with transaction.atomic():
        if Generation.objects.select_for_update(of=("self",), no_key=True).get(pk=generation.pk).is_over:
            return False
        # A job that only waits ends with this, and the order with it.
        cancel_subject(str(generation.pk))
        orders.end(generation, S.CANCELLED, code="cancelled", message=CANCELLED)
        _stop_outside(generation)
    return True


def _stop_outside(generation: Generation) -> None:
    """Have the service told, once for each try, where it works for a stopped order."""
    generation.refresh_from_db()
    if generation.external_id:
        payload, key = {"generation": str(generation.pk)}, f"{generation.pk}:{generation.tries}"
        start(stop_making, workspace_id=generation.workspace_id, payload=payload, key=key, limited=False)


def end_with_job(job_row: Job) -> None:
    """Called by the job core, in its transaction, when the job of an order is given up or cancelled."""
    generation = Generation.objects.filter(pk=job_row.payload["generation"]).first()
    if generation is None:
        return
    if job_row.state == State.CANCELLED:
        orders.end(generation, S.CANCELLED, code="cancelled", message=CANCELLED)
        # Its job may have asked the service after the order was stopped.
        _stop_outside(generation)
    else:
        orders.end(generation, S.FAILED, code=job_row.error_code, message=job_row.error)


@job("generation.make", lane=Lane.REALTIME, max_attempts=4, ended=end_with_job)
def run_make(context: JobContext) -> None:
    """Ask one maker after the other until one has made the pictures, and store them."""
    with context.transaction():
        rows = Generation.objects.select_related("reference")
        generation = rows.filter(pk=context.payload["generation"]).first()
        if generation is None or generation.state == S.DONE:
            return
        orders.begin(generation)
    context.progress(step="making", done=0, total=generation.count)
    chain = makers.chain_of(generation, context)
    for skipped in chain.skipped:
        _note(context, generation, skipped.name, skipped.error)
    for maker in _next(generation, chain):
        try:
            making = _made(context, generation, maker)
            if making is not None:
                _stored(context, generation, maker, making)
            return
        except ProviderError as error:
            if not _may_go_on(context, generation, chain, maker, error):
                raise
            _note(context, generation, maker.name, error)
    raise makers.nobody(generation)


def _next(generation: Generation, chain: Chain) -> Iterator[ImageGenerator]:
    """The makers that were not tried yet; while one was asked and has not ended, only that one.

    A key that came or went meanwhile must not make another service answer for what this one was asked.
    """
    for maker in chain.makers:
        is_tried = any(one["maker"] == maker.name for one in generation.tried)
        if not is_tried and (generation.asked_at is None or maker.name == generation.maker):
            yield maker


def _note(context: JobContext, generation: Generation, maker: str, error: ProviderError) -> None:
    if not any(one["maker"] == maker for one in generation.tried):
        with context.transaction():
            orders.give_up_on(generation, maker, error)


def _may_go_on(
    context: JobContext, generation: Generation, chain: Chain, maker: ImageGenerator, error: ProviderError
) -> bool:
    """Whether the next maker is asked: what may pass is waited for, unless it takes long or was tried to the end."""
    if generation.provider != Generation.Provider.AUTO or error.code in FINAL or maker is chain.makers[-1]:
        return False
    if generation.asked_at is not None and error.code in MAYBE_BILLED:
        return False
    return not error.retryable or context.tries_left == 0 or (error.retry_after or 0) > LONG


def _made(context: JobContext, generation: Generation, maker: ImageGenerator) -> Making | None:
    """What the maker has made; None where the job waits for it. Raises ``ProviderError``."""
    if generation.external_id:
        making = maker.look(orders.under_way(generation))
    elif generation.asked_at is not None:
        found = _found(context, generation, maker)
        if found is None:
            return None
        making = found
    else:
        making = _asked(context, generation, maker)
    if making.state == "running":
        wait = WAITS[min(generation.looks, len(WAITS) - 1)]
        with context.postpone(wait, "", "", counts=False):
            orders.adopt(generation, making)
        return None
    if making.state == "done":
        return making
    with context.transaction():
        if making.charge is not None:
            making.charge.book()
        orders.not_asked(generation)
    words = making.message or "The service ended the order before the pictures were made."
    raise ProviderError(words, code=making.code or "generation_failed", retryable=making.retryable)


def _asked(context: JobContext, generation: Generation, maker: ImageGenerator) -> Making:
    """Ask for the pictures, exactly once: that it is asked is written before, what it answers right after."""
    reference = media.read(generation.reference) if generation.reference else None
    order = orders.order_of(generation, reference=reference, webhook_url=makers.webhook_url(generation, maker))
    with context.transaction():
        orders.asking(generation, maker.name)
    try:
        making = maker.start(order)
    except ProviderError as error:
        if error.code not in MAYBE_BILLED:
            with context.transaction():
                orders.not_asked(generation)
        raise
    if making.id:
        with context.transaction():
            orders.adopt(generation, making)
    return making


def _found(context: JobContext, generation: Generation, maker: ImageGenerator) -> Making | None:
    """The making of an order whose answer was lost; None where the job waits or the order is asked for again.

    Raises ``start_unknown`` where the service does not tell: it may have been paid, so only a person asks again.
    """
    asked_at = generation.asked_at or timezone.now()
    age = (timezone.now() - asked_at).total_seconds()
    if age < SETTLES:
        with context.postpone(SETTLES - age, "", "", counts=False):
            return None
    try:
        making = maker.find(orders.order_of(generation), asked_at.timestamp())
    except ProviderError as error:
        if error.code != "find_unsupported":
            raise
        raise ProviderError(LOST.format(maker=maker.name), code="start_unknown") from error
    if making is None:
        with context.transaction():
            orders.not_asked(generation)
        return _asked(context, generation, maker)
    with context.transaction():
        orders.adopt(generation, making)
    return making


def _stored(context: JobContext, generation: Generation, maker: ImageGenerator, making: Making) -> None:
    """Copy what was made into Aura's storage; its price is booked and the order ends with it."""
    context.progress(step="storing")
    made = storing.prepare(generation, maker, making, context.progress_done)
    with context.transaction(finish=True, result={"images": len(made)}):
        generation.refresh_from_db()
        if making.charge is not None:
            making.charge.book()
        if not generation.is_over:
            generation.maker = f"{maker.name.partition(':')[0]}:{making.model}" if making.model else maker.name
            generation.model_version = making.model_version or generation.model_version
            generation.placeholder = any(one.placeholder for one in making.images)
            generation.save(update_fields=["maker", "model_version", "placeholder"])
            storing.store(generation, made)
            orders.end(generation, S.DONE)


@job("generation.stop", lane=Lane.REALTIME, max_attempts=5)
def stop_making(context: JobContext) -> None:
    """Tell the service that an order was cancelled."""
    with context.transaction():
        generation = Generation.objects.filter(pk=context.payload["generation"]).first()
    if generation is None or not generation.external_id:
        return
    maker = makers.maker_named(generation, context)
    if maker is None:
        return
    stopped = maker.cancel(orders.under_way(generation))
    if stopped.charge is not None:
        with context.transaction():
            stopped.charge.book()
