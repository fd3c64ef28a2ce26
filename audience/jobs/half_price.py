"""Batches that a service reads within a day for half the price: handed over once, waited for without a worker (A5)."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from audience.jobs.reading import Reading
from audience.models import RunBatch
from audience.services import classify, reading_claims, rollups
from audience.services.vision import batch_model_for
from aura.providers.errors import ProviderError
from aura.providers.ports import BatchVision, ReadOutcome, VisionBatch

WAITS = (20, 60, 120, 300, 600)
"""Seconds between two looks at a batch."""
STORED = "stored"


def read(reading: Reading) -> bool:
    """Let a service read the people at half price, where their account wants that; False while it is waited for.

    Who cannot be read in a batch is left to the usual road. Raises ``ProviderError``.
    """
    if not reading.run.account.half_price or reading.batch.handle.get("state") == STORED:
        return True
    vision = batch_model_for(reading.run, reading.context)
    if vision is None:
        return True
    handed = _opened(reading, vision)
    if handed is None:
        return True
    if not handed.id:
        handed = _handed_over(reading, vision, handed)
    handed = vision.look(handed)
    if handed.state in {"prepared", "running"}:
        looks = int(reading.batch.handle.get("looks", 0))
        with reading.context.postpone(WAITS[min(looks, len(WAITS) - 1)], "", "", counts=False):
            _keep(reading.batch, handed, looks=looks + 1)
        return False
    _stored(reading, vision, handed)
    return True


def _opened(reading: Reading, vision: BatchVision) -> VisionBatch | None:
    """The batch that was prepared for these people, or a new one; None where nobody is left to be sent."""
    if reading.batch.handle:
        return batch_of(reading.batch.handle)
    with reading.context.transaction():
        reading.keep(vision, classify.known_paid(reading.waiting))
        taken = reading_claims.take(reading.batch.pk, vision.name, list(reading.waiting))
        if not taken.send:
            return None
        handed = vision.prepare([reading.waiting[person] for person in sorted(taken.send)])
        # Who did not fit goes the usual road.
        reading_claims.give_back(taken.send - {UUID(name) for name in handed.profiles})
        _keep(reading.batch, handed)
    return handed


def _handed_over(reading: Reading, vision: BatchVision, handed: VisionBatch) -> VisionBatch:
    """Submit a batch, or find the one that an attempt before this may have submitted."""
    found = vision.find(handed) if reading.batch.handle.get("asked_for") else None
    if found is None:
        with reading.context.transaction():
            _keep(reading.batch, handed, asked_for=True)
        found = vision.submit(handed, [reading.waiting[UUID(name)] for name in handed.profiles])
    with reading.context.transaction():
        _keep(reading.batch, found, asked_for=True)
    return found


def _stored(reading: Reading, vision: BatchVision, handed: VisionBatch) -> None:
    """Store what a batch brought. Whom it is worth asking again outside of a batch is set free for that."""
    outcome = vision.results(handed)
    again = {name: error for name, error in outcome.failed.items() if error.retryable}
    lost = {name: error for name, error in outcome.failed.items() if name not in again}
    waiting = {str(person) for person in reading.waiting}
    readings = tuple(one for one in outcome.readings if one.id in waiting)
    with reading.context.transaction():
        rollups.lock_people(reading.run.workspace_id)
        reading_claims.give_back({UUID(name) for name in again})
        _keep(reading.batch, handed, stored=True)
        reading.store(vision, ReadOutcome(readings, lost, outcome.charge))


def _keep(batch: RunBatch, handed: VisionBatch, *, stored: bool = False, **more: Any) -> None:
    batch.handle = {**batch.handle, **asdict(handed), **more}
    if stored:
        batch.handle["state"] = STORED
    batch.save(update_fields=["handle"])


def batch_of(handle: Mapping[str, Any]) -> VisionBatch:
    """The batch that was stored as JSON."""
    names = VisionBatch.__dataclass_fields__
    return VisionBatch(**{name: value for name, value in handle.items() if name in names})


def is_open(batch: RunBatch) -> bool:
    """True where a batch of this was handed over and has not ended."""
    return bool(batch.handle.get("id")) and batch.handle.get("state") in {"prepared", "running"}


def cancel(vision: BatchVision, batch: RunBatch) -> None:
    """Ask the service to stop a batch that nobody waits for any more."""
    handed = batch_of(batch.handle)
    try:
        vision.cancel(handed)
    except ProviderError as error:
        if error.retryable:
            raise
