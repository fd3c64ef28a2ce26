"""One search for accounts to tag, at most; that it fails never fails the session (O5)."""

from typing import Final

from accounts.services.finding import profile_finder
from aura.jobs.context import JobContext
from aura.providers.errors import ProviderError
from aura.providers.finder_ports import FindAsk, ProfileFinder
from optimizer.jobs.patience import passes_soon
from optimizer.models import Optimization
from optimizer.services import finding, sessions
from optimizer.services.problems import problem_of

STEP: Final = "accounts"
INTERRUPTED: Final = "Aura was stopped while it searched for accounts; it is not done again, for it may have been paid."


def find_accounts(context: JobContext, optimization: Optimization) -> None:
    """Search once for what the picture is about, and keep what has a source. Outside of any transaction."""
    ask = finding.ask_of(optimization)
    if ask is None or "finding" in optimization.analysis:
        return
    try:
        finder = profile_finder(optimization.workspace_id, subject=optimization.subject, job_id=context.job_id)
        if _known(context, optimization, finding.digest_of(ask, finder.name)):
            return
        if finder.paid and context.recall(STEP):
            raise ProviderError(INTERRUPTED, code="interrupted")
        _search(context, optimization, finder, ask)
    except ProviderError as error:
        if passes_soon(context, error):
            context.remember(STEP, {})
            raise
        _give_up(context, optimization, error)


def _known(context: JobContext, optimization: Optimization, same: str) -> bool:
    with context.transaction():
        former = None if optimization.fresh or optimization.tries > 1 else finding.known(optimization, same)
        if former is not None:
            finding.copy(former, optimization)
    return former is not None


def _search(context: JobContext, optimization: Optimization, finder: ProfileFinder, ask: FindAsk) -> None:
    if finder.paid:
        context.remember(STEP, {"asked": True})
    found = finder.find(ask)
    with context.transaction():
        if found.charge is not None:
            found.charge.book()
        finding.store(optimization, found, finding.digest_of(ask, finder.name))


def _give_up(context: JobContext, optimization: Optimization, error: ProviderError) -> None:
    code, message, wait = problem_of(error)
    with context.transaction():
        finding.skip(optimization, code)
        sessions.note(optimization, code, message, wait)
