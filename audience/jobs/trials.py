"""A prompt that changed is tried on labelled people before it replaces the one in use (A8)."""

from audience.models import Run
from audience.prompts import CURRENT
from audience.services import prompts
from audience.services.vision import FIRST, trial_model
from aura.jobs.context import JobContext
from aura.jobs.models import Lane
from aura.jobs.queue import job


def is_due(model: str) -> bool:
    """True where the prompt that Aura comes with was not tried with this model yet. Inside the workspace's scope."""
    return prompts.needs_trial(model, FIRST, CURRENT.version)


@job("audience.prompt_trial", lane=Lane.BULK, max_attempts=2)
def run_trial(context: JobContext) -> dict[str, str]:
    """Let the old and the new prompt read the labelled people, and decide. Readings of the run use the old one."""
    with context.transaction():
        run = Run.objects.select_related("account").get(pk=context.payload["run"])
        active = prompts.active_version(run.reader, FIRST)
        if not is_due(run.reader):
            return {"decision": "decided before"}
    context.progress(step="Trying the new prompt")
    found = prompts.trial(
        lambda version: trial_model(run, context, version), run.workspace_id, active=active, candidate=CURRENT.version
    )
    return {"decision": found.decision}
