"""One batch of people and the models that read them, one after the other where one cannot."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from decimal import Decimal
from time import monotonic
from uuid import UUID

from django.core.files.storage import default_storage

from audience.jobs.core import PAUSES
from audience.models import Classification, Commenter, Run, RunBatch, StoredImage
from audience.services import classify, reading_claims, rollups
from audience.services.vision import models_for
from aura.jobs.context import JobContext
from aura.providers.errors import ProviderError
from aura.providers.ports import BatchVision, ProfileEvidence, ReadOutcome, Vision
from aura.providers.reading import Batch

Model = Vision | BatchVision
SLICE = 256
"""People whom this machine reads between two looks at whether it is to stop."""
TOGETHER = 16
"""Answers that are stored in one transaction, where so many come at once."""
AT_MOST = 0.1
"""Seconds for which an answer waits for others to be stored with."""


class Reading:
    """Reads a batch. Answers are stored, with what they cost, as they come: a killed worker loses a moment of them."""

    def __init__(self, context: JobContext, run: Run, batch: RunBatch, seen_at: datetime) -> None:
        self.context, self.run, self.batch, self.seen_at = context, run, batch, seen_at
        self.waiting: dict[UUID, ProfileEvidence] = {}
        self.hashes: dict[UUID, str] = {}
        self.reasons: dict[UUID, str] = {}
        self.done = 0
        self._fresh: list[tuple[Model, ReadOutcome]] = []
        self._since = 0.0

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
        for vision in models_for(self.run, self.context, self._settle_in_time, self._asking):
            if self.waiting:
                self._paid(vision) if vision.paid else self._free(vision)

    def _free(self, vision: Vision) -> None:
        with self.context.transaction():
            known = classify.known(vision, {person: self.hashes[person] for person in self.waiting})
            self.keep(vision, known.values())
        people = list(self.waiting.values())
        for at in range(0, len(people), SLICE):
            self.context.check_cancelled()
            for outcome in vision.read(people[at : at + SLICE]):
                self.store(vision, outcome)

    def _paid(self, vision: Vision) -> None:
        with self.context.transaction():
            known = classify.known_paid(self.waiting)
            self.keep(vision, known)
            taken = reading_claims.take(self.batch.pk, vision.name, list(self.waiting), asked=False)
        self.reasons |= taken.refused
        for person in taken.elsewhere:
            del self.waiting[person]
        try:
            self._send(vision, [self.waiting[person] for person in sorted(taken.send)])
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

    def _send(self, vision: Vision, people: Sequence[ProfileEvidence]) -> None:
        """Ask about these people. Answers that come at once are stored together: a transaction each costs too much."""
        try:
            with closing(vision.read(people)) as outcomes:  # type: ignore[type-var]
                for outcome in outcomes:
                    self._since = self._since if self._fresh else monotonic()
                    self._fresh.append((vision, outcome))
                    if len(self._fresh) >= TOGETHER:
                        self._settle()
        except Exception:
            # What was answered is kept before anybody gives the claims on those back who were not.
            self._settle()
            raise
        self._settle()

    def _asking(self, batch: Batch[ProfileEvidence]) -> None:
        people = [UUID(one.id) for one in batch.items]
        if not reading_claims.asking(self.batch.pk, people):
            raise ProviderError("Others read these people now.", code="claims_lost", retryable=True)

    def _settle_in_time(self) -> None:
        if self._fresh and monotonic() > self._since + AT_MOST:
            self._settle()

    def _settle(self) -> None:
        fresh, self._fresh = self._fresh, []
        if fresh:
            self.store(fresh[0][0], *(outcome for _, outcome in fresh))

    def release(self) -> None:
        """Give back the claims on those who were not answered."""
        with self.context.transaction():
            reading_claims.release(self.batch.pk)

    def store(self, vision: Model, *outcomes: ReadOutcome) -> None:
        """Keep what calls brought, and what they cost, in one transaction."""
        failed = {UUID(name): error for outcome in outcomes for name, error in outcome.failed.items()}
        readings = [reading for outcome in outcomes for reading in outcome.readings]
        with self.context.transaction():
            rollups.lock_people(self.run.workspace_id)
            cost = sum((outcome.charge.book() for outcome in outcomes if outcome.charge), Decimal(0))
            rows = [classify.row_of(vision, reading, self.hashes[UUID(reading.id)]) for reading in readings]
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
