"""Which models write a workspace's compliments, in which order, and with whose key; and the guard behind them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from uuid import UUID

from accounts.services.asking import Skipped, has_writing_model, structured_models
from aura.jobs.context import JobContext
from aura.providers import writer_ports as ports
from aura.providers.local.minors import minor_in_scenes
from aura.providers.local.writer import LocalWriter
from aura.providers.writing import ModelWriter
from compliments.guard import check, facts_of
from compliments.models import Writing
from compliments.prompts import PROMPT

ABSENT = {"provider_key_missing", "model_missing"}


@dataclass(frozen=True, slots=True)
class Chain:
    """Writers, best first; the last is this machine's. And those that were left out though they were chosen."""

    writers: list[ports.Writer]
    skipped: list[Skipped] = field(default_factory=list)


@cache
def local_writer() -> LocalWriter:
    """This process's own writer; it remembers pictures, so there is one."""
    return LocalWriter()


def has_model(workspace_id: UUID) -> bool:
    """Whether a language model can be asked. Outside of any transaction: keys may be Vault's."""
    return has_writing_model(workspace_id)


def chain_of(writing: Writing, context: JobContext) -> Chain:
    """All writers of an order, best first. Outside of any transaction."""
    found = structured_models(writing.workspace_id, writing.writer, subject=writing.subject, job_id=context.job_id)
    paid = [ModelWriter(model, PROMPT, _minors) for model in found.models]
    # Whoever asked for the best that has a key need not be told which keys there are not.
    chosen = writing.writer != Writing.Writer.AUTO
    skipped = [one for one in found.skipped if chosen or one.error.code not in ABSENT]
    return Chain([*paid, local_writer()], skipped)


def _minors(pictures: Sequence[ports.Picture]) -> bool:
    """Whether a face in the pictures may be a minor's, by this machine's own look."""
    return minor_in_scenes([local_writer().scene(picture) for picture in pictures])


def guarded(written: ports.Writing, brief: ports.Brief) -> ports.Writing:
    """What was written, each text judged in code; what may be posted comes first."""
    facts = facts_of(brief, written, orders=PROMPT.system(brief, brief.variations))
    judged = [check(one, facts) for one in written.compliments]
    return replace(written, compliments=tuple(sorted(judged, key=lambda one: one.verdict != "ok")))
