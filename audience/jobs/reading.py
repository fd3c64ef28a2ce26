"""One batch of people and the models that read them, one after the other where one cannot."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from uuid import UUID

from django.core.files.storage import default_storage

from audience.jobs.core import PAUSES
from audience.models import Classification, Commenter, Run, RunBatch, StoredImage
from audience.services import classify, reading_claims, rollups
from audience.services.vision import models_for
from aura.jobs.context import JobContext
from aura.providers.errors import ProviderError
from aura.providers.ports import BatchVision, ProfileEvidence, ReadOutcome, Vision

Model = Vision | BatchVision


class Reading:
    """Reads a batch. Each answer is stored, with what it cost, as soon as it is there: a killed worker loses none."""

    def __init__(self, context: JobContext, run: Run, batch: RunBatch, seen_at: datetime) -> None:
        self.context, self.run, self.batch, self.seen_at = context, run, batch, seen_at
        self.waiting: dict[UUID, ProfileEvidence] = {}
        self.hashes: dict[UUID, str] = {}
        self.reasons: dict[UUID, str] = {}
        self.done = 0

    def look_at(self, people: Sequence[Commenter], comments: Mapping[UUID, tuple[str, ...]]) -> None:
        """Collect what may be looked at of these people. Outside of any transaction: it reads pictures."""
        for person in people:
            image = person.picture
            found = classify.evidence_of(
                person, comments.get(person.pk, ()), _bytes(image), image.sha256 if image else ""
            )
            self.waiting[person.pk] = found
            self.hashes[person.pk] = classify.evidence_hash(found)

    def read(self) -> None:
        """Every person gets a reading of the first model that can give one; why an earlier one could not is kept.

        Raises ``ProviderError`` where the batch is to wait or to be tried again.
        """
        for vision in models_for(self.run, self.context):
            if self.waiting:
                self._paid(vision) if vision.paid else self._free(vision)

    def _free(self, vision: Vision) -> None:
        with self.context.transaction():
            known = classify.known(vision, {person: self.hashes[person] for person in self.waiting})
            self.keep(vision, known.values())
        self.context.check_cancelled()
        for outcome in vision.read(list(self.waiting.values())):
            self.store(vision, outcome)

    def _paid(self, vision: Vision) -> None:
        with self.context.transaction():
            known = classify.known_paid(self.waiting)
            self.keep(vision, known)
            taken = reading_claims.take(self.batch.pk, vision.name, list(self.waiting))
        self.reasons |= taken.refused
        for person in taken.elsewhere:
            del self.waiting[person]
        try:
            with closing(vision.read([self.waiting[person] for person in sorted(taken.send)])) as outcomes:  # type: ignore[type-var]
                for outcome in outcomes:
                    self.store(vision, outcome)
        except ProviderError as error:
            self.release()
            if error.retryable or error.code in PAUSES:
                raise
            for person in self.waiting:
                self.reasons.setdefault(person, f"{vision.name}: {error.code}")
            return
        # What was not asked, because the job is to stop, is given back before it does.
        if self.context.stopping:
            self.release()
        self.context.check_cancelled()

    def release(self) -> None:
        """Give back the claims on those who were not answered."""
        with self.context.transaction():
            reading_claims.release(self.batch.pk)

    def store(self, vision: Model, outcome: ReadOutcome) -> None:
        """Keep what one call brought, and what it cost, in one transaction."""
        cost = None
        failed = {UUID(name): error for name, error in outcome.failed.items()}
        with self.context.transaction():
            rollups.lock_people(self.run.workspace_id)
            if outcome.charge:
                cost = outcome.charge.book()
            rows = [classify.row_of(vision, reading, self.hashes[UUID(reading.id)]) for reading in outcome.readings]
            self.keep(vision, rows)
            if vision.paid:
                reading_claims.answered(row.commenter_id for row in rows)
                for person, error in failed.items():
                    reading_claims.answered([person], error.code)
        if cost:
            self.context.cost(cost)
        for person, error in failed.items():
            self.reasons[person] = f"{vision.name}: {error.code}"
        if not self.context.stopping:
            self.context.progress(done=self.done)

    def keep(self, vision: Model, rows: Iterable[Classification]) -> None:
        """Store readings, new ones and known ones. In the caller's transaction."""
        found = list(rows)
        for row in found:
            if row._state.adding:
                row.paid, row.fallback = vision.paid, self.reasons.get(row.commenter_id, "")
            self.waiting.pop(row.commenter_id, None)
        if found:
            classify.save_findings(found, self.seen_at)
        self.done += len(found)


def _bytes(image: StoredImage | None) -> bytes | None:
    if image is None or not default_storage.exists(image.path):
        return None
    with default_storage.open(image.path, "rb") as stream:
        return bytes(stream.read())
