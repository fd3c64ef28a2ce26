"""Product photographs: one job for each style, on the road of all made pictures (O6, O10, O14).

One style that fails leaves the others, and the session, alone.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from django.db import transaction

from accounts.services import making
from accounts.services.imaging import Chain, product_makers
from accounts.services.making import rows
from aura.jobs.context import JobContext
from aura.jobs.models import Job, Lane
from aura.jobs.queue import job, start
from aura.media import making as made
from aura.media.making import Asked, Prepared
from aura.providers.errors import ProviderError
from aura.providers.image_ports import ImageGenerator, ImageOrder, Making
from aura.tenancy.scope import current_workspace_id, workspace_scope
from optimizer.models import Optimization, ProductPhoto
from optimizer.services import framing, photo_files, photos, sessions
from optimizer.services.photo_files import Cut
from optimizer.services.problems import PROCESSING_TIMEOUT, PROMISED

S = ProductPhoto.State
TO_STOP: Final = ("style", "maker", "external_id", "reservation")
"""What a service is told by that a photograph was stopped, were its session deleted by then."""
TWIN_WAIT: Final = 2.0
"""Seconds between two looks at another photograph of the same recipe that is being made."""


def start_photos(optimization: Optimization) -> list[ProductPhoto]:
    """Decide on a session's photographs and start those that are new. Outside of any transaction, any number of times.

    ``auto`` waits for the words: call it then once they are there or have failed. Its finding stands in ``analysis``.
    """
    photography = optimization.choices.photography
    if photography == "off":
        return []
    found = photos.detect(optimization) if photography == "auto" or optimization.words else None
    with workspace_scope(optimization.workspace_id):
        row = sessions.locked(optimization)
        if row.is_over:
            return []
        if found is not None:
            photos.keep_finding(row, found)
            optimization.analysis = row.analysis
        taken = photos.take(row, found)
        for photo in taken:
            PHOTOS.start(photo)
    return taken


def cancel_photo(photo: ProductPhoto) -> bool:
    """Stop one photograph, also outside; False where it is over. The rest of the session goes on."""
    with transaction.atomic():
        return PHOTOS.cancel(photo)


def stop_open_photos(optimization: Optimization) -> None:
    """Stop all that are not over, also outside, in the caller's transaction."""
    for photo in optimization.photos.filter(state__in=photos.OPEN):
        PHOTOS.cancel(photo)


def try_photo_again(photo: ProductPhoto) -> None:
    """Make one photograph that failed or was stopped once more. Raises :class:`Problem` ``job_not_failed``."""
    with transaction.atomic():
        PHOTOS.again(photo)


def retry_photos(optimization: Optimization) -> int:
    """Make all that failed or were stopped once more, in the caller's transaction. Returns how many."""
    again = list(optimization.photos.filter(state__in=[S.FAILED, S.CANCELLED]))
    for photo in again:
        PHOTOS.again(photo)
    return len(again)


class Photos(making.Works[ProductPhoto, Prepared]):
    """Product photographs on the road of all made pictures; the platforms' files are made after it."""

    kind = "optimizer.photo"
    ends = False

    def find(self, payload: Mapping[str, Any]) -> ProductPhoto | None:
        found = ProductPhoto.objects.select_related("optimization__master", "optimization__logo", "picture")
        return found.filter(pk=payload["photo"]).first()

    def chain(self, row: ProductPhoto, context: JobContext) -> Chain:
        session = row.optimization
        return product_makers(
            row.workspace_id, row.style, session.choices.maker, subject=session.subject, job_id=context.job_id
        )

    def reuse(self, row: ProductPhoto, chain: Chain, context: JobContext) -> bool | None:
        names = [f"{one.name} {getattr(one, 'version', '')}".strip() for one in chain.makers]
        recipe = photos.recipe_of(row, names)
        with context.transaction():
            is_mine = photos.claim(row, recipe)
            by_hand = bool(names) and names[0].startswith(photos.LOCAL)
            former = photos.made_before(row, by_hand=by_hand) if is_mine else None
            if former is not None:
                photos.take_again(row, former)
        if is_mine:
            return former is not None
        with context.postpone(TWIN_WAIT, "", "", counts=False):
            return None

    def order(self, row: ProductPhoto, maker: ImageGenerator | None) -> ImageOrder:
        if maker is None:
            return photos.order_of(row, row.maker)
        view = "optimizer_hooks:replicate"
        return photos.order_of(row, maker.name, webhook_url=making.webhook_url(maker, view, row.workspace_id, row.pk))

    def prepare(
        self, row: ProductPhoto, maker: ImageGenerator, making: Making, on_done: Callable[[int], None]
    ) -> list[Prepared]:
        prompt = photos.prompt_for(row)
        return made.prepare(maker, making, Asked(prompt, edited=True), on_done)

    def store(self, row: ProductPhoto, prepared: Sequence[Prepared]) -> None:
        photos.keep(row, prepared[0])

    def end(self, row: ProductPhoto, state: str, *, code: str = "", message: str = "") -> bool:
        notes = row.optimization.notes
        if state == S.CANCELLED and any(one["code"] == PROCESSING_TIMEOUT for one in notes):
            state, code, message = S.FAILED, PROCESSING_TIMEOUT, sessions.TOO_LONG
        return super().end(row, state, code=PROMISED.get(code, code), message=message)

    def told(self, row: ProductPhoto) -> None:
        sessions.settle(row.optimization)

    def start(self, row: ProductPhoto) -> Job:
        return start(
            run_photo,
            workspace_id=row.workspace_id,
            payload={"photo": str(row.pk)},
            key=str(row.pk),
            subject=str(row.optimization_id),
            total=1,
            limited=False,
        )

    def start_stop(self, row: ProductPhoto, key: str) -> None:
        payload = {"photo": str(row.pk), "optimization": str(row.optimization_id)}
        payload |= {name: str(getattr(row, name)) for name in TO_STOP}
        start(stop_photo, workspace_id=row.workspace_id, payload=payload, key=key, limited=False)

    def to_stop(self, payload: Mapping[str, Any]) -> ProductPhoto | None:
        workspace_id = current_workspace_id()
        session = Optimization(
            pk=payload.get("optimization"), workspace_id=workspace_id, options={"platforms": ["all"]}
        )
        known = {name: payload[name] for name in TO_STOP if name in payload}
        gone = ProductPhoto(pk=payload["photo"], workspace_id=workspace_id, optimization=session, **known)
        return self.find(payload) or gone

    def chosen(self, row: ProductPhoto) -> bool:
        return bool(row.optimization.choices.maker != "auto")


PHOTOS = Photos()


@job(Photos.kind, lane=Lane.REALTIME, max_attempts=4, timeout=600, ended=PHOTOS.end_with_job)
def run_photo(context: JobContext) -> None:
    """Have the photograph made where it is not there, then cut it for every platform."""
    with context.transaction():
        photo = PHOTOS.find(context.payload)
        if photo is None or photo.state == S.DONE:
            return
        is_there = photo.picture_id is not None
        if is_there:
            rows.begin(photo)
    if is_there or making.make(PHOTOS, context) is not None:
        _cut(context)


def _cut(context: JobContext) -> None:
    with context.transaction():
        photo = PHOTOS.find(context.payload)
        if photo is None or photo.is_over:
            return
        outputs = list(photo.optimization.outputs.order_by("number"))
    context.progress(step="platforms", done=0, total=len(outputs))
    failed: list[str] = []
    ready: list[str] = []

    def keep(cut: Cut) -> None:
        if cut.rendered.error:
            failed.append(f"{cut.output.platform}: {cut.rendered.error}")
            return
        with context.transaction():
            framing.store(cut.output, cut.rendered, cut.small, style=photo.style)
        ready.append(cut.output.platform)
        context.progress(done=len(ready))

    photo_files.cut_for_all(photo, outputs, keep)
    if outputs and len(failed) == len(outputs):
        raise ProviderError(failed[0], code="rendering_failed")
    with context.transaction(finish=True, result={"platforms": len(ready)}):
        photo.notes = failed
        photo.save(update_fields=["notes"])
        PHOTOS.end(photo, S.DONE)


@job("optimizer.stop", lane=Lane.REALTIME, max_attempts=5)
def stop_photo(context: JobContext) -> None:
    """Tell the service that a photograph was stopped."""
    making.stop(PHOTOS, context)
