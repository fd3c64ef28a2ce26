"""Which models read what comments say, in which order, and with whose key (A5, A6)."""

from dataclasses import dataclass

from django.utils.module_loading import import_string

from accounts.services.ledger import meter
from audience.models import Run, TrackedAccount
from audience.prompts import COMMENTS_CURRENT
from audience.services.vision import Draining, outlet_for, paid_models
from aura.jobs.context import JobContext
from aura.providers.text_ports import Reader

Choice = TrackedAccount.Reader
ADAPTERS = {
    Choice.GEMINI: "aura.providers.gemini.GeminiReader",
    Choice.OPENAI: "aura.providers.openai_compatible.OpenAIReader",
}


@dataclass(frozen=True, slots=True)
class Readers:
    """The paid readers that can be asked, best first; ``missing`` says which one has no key though it was chosen."""

    paid: tuple[Reader, ...]
    missing: str = ""


def readers_for(run: Run, context: JobContext) -> Readers:
    """Who reads the comments of a run's account before this machine does. Outside of any transaction."""
    wanted = run.account.comments_by
    booked = meter(run.workspace_id, subject=run.subject, job_id=context.job_id)
    found: list[Reader] = []
    for model in paid_models(run.workspace_id, wanted):
        outlet = Draining(outlet_for(model, booked), lambda: context.stopping)
        found.append(import_string(ADAPTERS[Choice(model.reader)])(model.key, model.placed, COMMENTS_CURRENT, outlet))
    chosen = wanted in {Choice.GEMINI, Choice.OPENAI}
    return Readers(tuple(found), f"{wanted}: provider_key_missing" if chosen and not found else "")
