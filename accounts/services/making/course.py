"""How pictures are made: asked for once, waited for without holding a worker, stored, paid once (G1 to G4, O6)."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any, Final, Generic

from django.utils import timezone

from accounts.services.imaging import Chain
from accounts.services.making import rows
from accounts.services.making.works import P, R, Works
from aura.jobs.context import JobContext
from aura.providers.errors import MAYBE_BILLED, STOPPED, ProviderError
from aura.providers.image_ports import ImageGenerator, Making

LONG: Final = 60.0
"""Seconds that an order waits for its first maker before the next one is asked."""
FINAL: Final = frozenset({"nsfw", "copyright", "start_unknown", STOPPED})
"""Ends that no other maker is asked after: what one refuses to draw is not shopped around."""
ABSENT: Final = frozenset({"provider_key_missing", "model_missing"})


def make(works: Works[R, P], context: JobContext) -> R | None:
    """One try of a job that makes pictures: ask one maker after the other until one has made them, and store them.

    Returns the row once its pictures are there; None where the job waits, or nothing is left to do. Raises
    ``ProviderError`` where nobody makes them.
    """
    with context.transaction():
        row = works.find(context.payload)
        if row is None or row.state == rows.S.DONE:
            return None
        rows.begin(row)
    context.progress(step="making", done=0, total=works.count(row))
    return row if Course(works, context, row).run() else None


def stop(works: Works[R, P], context: JobContext) -> None:
    """Tell the service that an order was cancelled."""
    with context.transaction():
        row = works.to_stop(context.payload)
    if row is None or not row.external_id:
        return
    maker = next((one for one in chain_of(works, row, context).makers if one.name == row.maker), None)
    if maker is None:
        return
    stopped = maker.cancel(rows.under_way(row, works.model(row)))
    if stopped.charge is not None:
        with context.transaction():
            stopped.charge.book()


def chain_of(works: Works[R, P], row: R, context: JobContext) -> Chain:
    """All makers of a row, best first. Outside of any transaction."""
    chain = works.chain(row, context)
    if works.chosen(row):
        return chain
    # Whoever asked for the best that has a key need not be told which keys there are not.
    return replace(chain, skipped=[one for one in chain.skipped if one.error.code not in ABSENT])


@dataclass(frozen=True, slots=True)
class Course(Generic[R, P]):
    """One try at one row."""

    works: Works[R, P]
    context: JobContext
    row: R

    def run(self) -> bool:
        """Whether the pictures are there; False where the job waits. Raises ``ProviderError``."""
        chain = chain_of(self.works, self.row, self.context)
        if self.row.asked_at is None and (known := self.works.reuse(self.row, chain, self.context)) is not False:
            return bool(known)
        for skipped in chain.skipped:
            self._note(skipped.name, skipped.error)
        for maker in self._next(chain):
            try:
                making = self._made(maker)
                if making is not None:
                    self._stored(maker, making)
                return making is not None
            except ProviderError as error:
                if not self._may_go_on(chain, maker, error):
                    raise
                self._note(maker.name, error)
        raise self._nobody()

    def _next(self, chain: Chain) -> Iterator[ImageGenerator]:
        """The makers that were not tried yet; while one was asked and has not ended, only that one.

        A key that came or went meanwhile must not make another service answer for what this one was asked.
        """
        for maker in chain.makers:
            is_tried = any(one["maker"] == maker.name for one in self.row.tried)
            if not is_tried and (self.row.asked_at is None or maker.name == self.row.maker):
                yield maker

    def _note(self, maker: str, error: ProviderError) -> None:
        if not any(one["maker"] == maker for one in self.row.tried):
            with self.context.transaction():
                rows.give_up_on(self.row, maker, error)

    def _may_go_on(self, chain: Chain, maker: ImageGenerator, error: ProviderError) -> bool:
        """Whether the next maker is asked: what may pass is waited for, unless it takes long or was tried to the
        end."""
        if self.works.chosen(self.row) or error.code in FINAL or maker is chain.makers[-1]:
            return False
        if self.row.asked_at is not None and error.code in MAYBE_BILLED:
            return False
        return not error.retryable or self.context.tries_left == 0 or (error.retry_after or 0) > LONG

    def _nobody(self) -> ProviderError:
        """Why a row has nobody who makes it."""
        if self.row.asked_at is not None:
            words = (
                f"{self.row.maker} was asked for the pictures and cannot be asked any more: its key or model is gone."
            )
            return ProviderError(words, code="provider_not_configured")
        last: Mapping[str, Any] = self.row.tried[-1] if self.row.tried else {}
        words = str(last.get("message") or self.works.nobody)
        return ProviderError(words, code=str(last.get("code") or "provider_not_configured"))

    def _made(self, maker: ImageGenerator) -> Making | None:
        """What the maker has made; None where the job waits for it. Raises ``ProviderError``."""
        row = self.row
        if row.external_id:
            making = maker.look(rows.under_way(row, self.works.model(row)))
        elif row.asked_at is not None:
            found = self._found(maker)
            if found is None:
                return None
            making = found
        else:
            making = self._asked(maker)
        if making.state == "running":
            waits = self.works.waits()
            with self._waiting(waits[min(row.looks, len(waits) - 1)]):
                rows.adopt(row, making)
            return None
        if making.state == "done":
            return making
        with self.context.transaction():
            if making.charge is not None:
                making.charge.book()
            rows.not_asked(row)
        words = making.message or "The service ended the order before the pictures were made."
        raise ProviderError(words, code=making.code or "generation_failed", retryable=making.retryable)

    def _waiting(self, seconds: float) -> AbstractContextManager[None]:
        """The job waits, and this try is given back: it waits for somebody else."""
        return self.context.postpone(seconds, "", "", counts=False)

    def _asked(self, maker: ImageGenerator) -> Making:
        """Ask for the pictures, exactly once: that it is asked is written before, what it answers right after."""
        order = self.works.order(self.row, maker)
        with self.context.transaction():
            rows.asking(self.row, maker.name)
        try:
            making = maker.start(order)
        except ProviderError as error:
            if error.code not in MAYBE_BILLED:
                with self.context.transaction():
                    rows.not_asked(self.row)
            raise
        if making.id:
            with self.context.transaction():
                rows.adopt(self.row, making)
        return making

    def _found(self, maker: ImageGenerator) -> Making | None:
        """The making of an order whose answer was lost; None where the job waits or the order is asked for again.

        Raises ``start_unknown`` where the service does not tell: it may have been paid, so only a person asks again.
        """
        asked_at = self.row.asked_at or timezone.now()
        age = (timezone.now() - asked_at).total_seconds()
        if age < self.works.settles():
            with self._waiting(self.works.settles() - age):
                return None
        try:
            making = maker.find(self.works.order(self.row, None), asked_at.timestamp())
        except ProviderError as error:
            if error.code != "find_unsupported":
                raise
            raise ProviderError(self.works.lost.format(maker=maker.name), code="start_unknown") from error
        if making is None:
            with self.context.transaction():
                rows.not_asked(self.row)
            return self._asked(maker)
        with self.context.transaction():
            rows.adopt(self.row, making)
        return making

    def _stored(self, maker: ImageGenerator, making: Making) -> None:
        """Copy what was made into Aura's storage; its price is booked, and the row ends with it or goes on."""
        self.context.progress(step="storing")
        made = self.works.prepare(self.row, maker, making, self.context.progress_done)
        with self.context.transaction(finish=self.works.ends, result={"images": len(made)}):
            if making.charge is not None:
                making.charge.book()
            if not type(self.row).objects.filter(pk=self.row.pk).exists():
                # Deleted meanwhile: it was paid all the same.
                return
            self.row.refresh_from_db()
            if not self.row.is_over:
                rows.name_maker(self.row, maker.name, making)
                self.works.store(self.row, made)
                if self.works.ends:
                    self.works.end(self.row, rows.S.DONE)
