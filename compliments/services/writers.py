"""Which models write a workspace's compliments, in which order, and with whose key; and the guard behind them."""

from dataclasses import dataclass, field, replace
from functools import cache
from uuid import UUID

from aura.jobs.context import JobContext
from aura.providers import writer_ports as ports
from aura.providers.errors import ProviderError
from aura.providers.local.writer import LocalWriter
from compliments.guard import check, facts_of
from compliments.models import Writing


@dataclass(frozen=True, slots=True)
class Skipped:
    """A writer that cannot be asked, and why."""

    name: str
    error: ProviderError


@dataclass(frozen=True, slots=True)
class Chain:
    """Writers, best first; the last is this machine's. And those that were left out."""

    writers: list[ports.Writer]
    skipped: list[Skipped] = field(default_factory=list)


@cache
def local_writer() -> LocalWriter:
    """This process's own writer; it remembers pictures, so there is one."""
    return LocalWriter()


def has_model(workspace_id: UUID) -> bool:
    """Whether a language model can be asked. Outside of any transaction: keys may be Vault's."""
    return False


def chain_of(writing: Writing, context: JobContext) -> Chain:
    """All writers of an order, best first. Outside of any transaction."""
    return Chain([local_writer()])


def guarded(written: ports.Writing, brief: ports.Brief) -> ports.Writing:
    """What was written, each text judged in code; what may be posted comes first."""
    facts = facts_of(brief, written)
    judged = [check(one, facts) for one in written.compliments]
    return replace(written, compliments=tuple(sorted(judged, key=lambda one: one.verdict != "ok")))
