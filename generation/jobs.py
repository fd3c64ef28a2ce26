"""How a picture is made: asked for once, waited for without holding a worker, stored, told of (G1 to G4).

The road itself is that of all made pictures, :mod:`accounts.services.making`; what is generation's own stands here.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.services import making
from accounts.services.imaging import Chain
from aura.jobs.context import JobContext
from aura.jobs.models import Job, Lane
from aura.jobs.queue import job, start
from aura.media import services as media
from aura.media.making import Prepared
from aura.providers.image_ports import ImageGenerator, ImageOrder, Making
from aura.tenancy.scope import current_workspace_id
from generation.models import Generation
from generation.services import makers, orders, storing

WAITS: Sequence[float] = making.WAITS
SETTLES = making.SETTLES
TO_STOP = ("provider", "model", "maker", "external_id", "reservation")
"""What a service is told by that an order was stopped, were the order deleted by then."""


def start_generation(values: dict[str, Any], *, user_id: UUID | None = None) -> tuple[Generation, Job]:
    """Take an order and start its job. Raises ``QueueFull``."""
    with transaction.atomic():
        generation = orders.take(values, user_id=user_id)
        return generation, GENERATIONS.start(generation)


def try_again(generation: Generation) -> None:
    """Make an order that failed or was stopped once more. Raises :class:`Problem` ``job_not_failed``."""
    with transaction.atomic():
        GENERATIONS.again(generation)


def cancel_generation(generation: Generation) -> bool:
    """Stop an order; False where it is over. What the service has made already may still be charged for."""
    with transaction.atomic():
        return GENERATIONS.cancel(generation)


class Generations(making.Works[Generation, Prepared]):
    """Generation's orders on the road of all made pictures."""

    kind = "generation.make"

    def find(self, payload: Mapping[str, Any]) -> Generation | None:
        return Generation.objects.select_related("reference").filter(pk=payload["generation"]).first()

    def chain(self, row: Generation, context: JobContext) -> Chain:
        return makers.chain_of(row, context)

    def order(self, row: Generation, maker: ImageGenerator | None) -> ImageOrder:
        if maker is None:
            return orders.order_of(row)
        reference = media.read(row.reference) if row.reference else None
        return orders.order_of(row, reference=reference, webhook_url=makers.webhook_url(row, maker))

    def prepare(
        self, row: Generation, maker: ImageGenerator, making: Making, on_done: Callable[[int], None]
    ) -> list[Prepared]:
        return storing.prepare(row, maker, making, on_done)

    def store(self, row: Generation, prepared: Sequence[Prepared]) -> None:
        storing.store(row, prepared)

    def told(self, row: Generation) -> None:
        orders.tell(row)

    def start(self, row: Generation) -> Job:
        return start(
            run_make,
            workspace_id=row.workspace_id,
            payload={"generation": str(row.pk)},
            key=str(row.pk),
            subject=str(row.pk),
            total=row.count,
        )

    def start_stop(self, row: Generation, key: str) -> None:
        payload = {"generation": str(row.pk), **{name: str(getattr(row, name)) for name in TO_STOP}}
        start(stop_making, workspace_id=row.workspace_id, payload=payload, key=key, limited=False)

    def to_stop(self, payload: Mapping[str, Any]) -> Generation | None:
        known = {name: payload[name] for name in TO_STOP if name in payload}
        gone = Generation(pk=payload["generation"], workspace_id=current_workspace_id(), **known)
        return self.find(payload) or gone

    def count(self, row: Generation) -> int:
        return row.count

    def chosen(self, row: Generation) -> bool:
        return row.provider != Generation.Provider.AUTO

    def model(self, row: Generation) -> str:
        return row.model

    def waits(self) -> Sequence[float]:
        return WAITS

    def settles(self) -> float:
        return SETTLES


GENERATIONS = Generations()


@job(Generations.kind, lane=Lane.REALTIME, max_attempts=4, ended=GENERATIONS.end_with_job)
def run_make(context: JobContext) -> None:
    """Ask one maker after the other until one has made the pictures, and store them."""
    making.make(GENERATIONS, context)


@job("generation.stop", lane=Lane.REALTIME, max_attempts=5)
def stop_making(context: JobContext) -> None:
    """Tell the service that an order was cancelled."""
    making.stop(GENERATIONS, context)
