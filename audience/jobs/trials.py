"""A prompt that changed is tried on labelled people before it replaces the one in use (A8)."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

from audience.models import Run
from audience.prompts import CURRENT
from audience.services import prompts
from audience.services.prompts import Readings
from audience.services.vision import FIRST, import_adapters, trial_model
from aura.jobs.context import JobContext
from aura.jobs.models import Job, JobStep, Lane
from aura.jobs.queue import job
from aura.providers.ports import ProfileEvidence
from aura.providers.reading import Batch


def is_due(model: str) -> bool:
    """True where the prompt that Aura comes with was not tried with this model yet. Inside the workspace's scope."""
    return prompts.needs_trial(model, FIRST, CURRENT.version)


class JobNotes:
    """What a trial has asked, in the steps of its job: ids and whether the answers were right, until it is decided."""

    def __init__(self, context: JobContext) -> None:
        self._context = context

    def of(self, version: str) -> Readings:
        """What earlier tries of the job have asked, and learned."""
        known = self._context.recall(_step(version)) or {}
        return Readings(
            {UUID(name) for name in known.get("asked", [])},
            {UUID(name): right for name, right in known.get("right", {}).items()},
            Decimal(known.get("usd", "0")),
            known.get("seconds", 0.0),
        )

    def keep(self, version: str, made: Readings) -> None:
        """Write it down, in the caller's transaction. Who is under way stays asked: ``made`` does not know of them."""
        right = {str(person): dict(found) for person, found in made.found.items()}
        self._write(version, made.asked, right=right, usd=str(made.cost), seconds=made.seconds)

    def asking(self, version: str, batch: Batch[ProfileEvidence]) -> None:
        """Note, in the transaction before the request, who is about to be sent."""
        self._write(version, (UUID(one.id) for one in batch.items))

    def give_back(self, version: str) -> None:
        """Whoever has no answer was not paid for."""
        self._write(version, (), forget=True)

    def _write(self, version: str, asked: Iterable[UUID], *, forget: bool = False, **known: Any) -> None:
        values: dict[str, Any] = {
            "job_id": self._context.job_id,
            "workspace_id": self._context.workspace_id,
            "name": _step(version),
        }
        step = JobStep.objects.get_or_create(**values)[0]
        before = [] if forget else step.handle.get("asked", [])
        answered = step.handle.get("right", {})
        step.handle |= known | {"asked": sorted({*before, *answered, *(str(person) for person in asked)})}
        step.save(update_fields=["handle", "updated_at"])


def _step(version: str) -> str:
    return f"prompt {version}"


def _forget(job_row: Job) -> None:
    JobStep.objects.filter(job_id=job_row.pk).delete()


@job("audience.prompt_trial", lane=Lane.BULK, max_attempts=5, ended=_forget, warm=import_adapters)
def run_trial(context: JobContext) -> None:
    """Let the old and the new prompt read the labelled people, and decide. Runs use the old one until then."""
    with context.transaction():
        run = Run.objects.select_related("account").get(pk=context.payload["run"])
        active = prompts.active_version(run.reader, FIRST)
        due = is_due(run.reader)
    if not due:
        with context.transaction(finish=True, result={"decision": "decided before"}):
            JobStep.objects.filter(job_id=context.job_id).delete()
        return
    context.progress(step="Trying the new prompt")
    notes = JobNotes(context)
    found = prompts.trial(
        lambda version: trial_model(run, context, version, lambda batch: notes.asking(version, batch)),
        run.workspace_id,
        active=active,
        candidate=CURRENT.version,
        notes=notes,
    )
    with context.transaction(finish=True, result={"decision": found.decision}):
        JobStep.objects.filter(job_id=context.job_id).delete()
