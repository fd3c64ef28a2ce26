"""Which models read an account's people, in which order, and with whose key (A5)."""

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from accounts.services.asking import needs_no_key
from accounts.services.credentials import provider_secret
from accounts.services.ledger import meter
from audience.models import Run, TrackedAccount
from audience.prompts import PROMPTS
from audience.services.prompts import active_version
from aura.jobs.context import JobContext
from aura.providers.configuration import VisionSettings
from aura.providers.errors import ProviderError
from aura.providers.gate import Service, gate_of
from aura.providers.local import LocalVision
from aura.providers.metering import Charge, Meter, Usage
from aura.providers.outlet import Outlet, Policy, Unmetered
from aura.providers.ports import BatchVision, Vision
from aura.providers.profiles import ProfilePrompt
from aura.tenancy.scope import workspace_scope

I = TypeVar("I")  # noqa: E741
T = TypeVar("T")
Reader = TrackedAccount.Reader
ADAPTERS = {
    Reader.GEMINI: "aura.providers.gemini.GeminiVision",
    Reader.OPENAI: "aura.providers.openai_compatible.OpenAIVision",
}
BATCHES = "aura.providers.gemini.GeminiBatch"
ORDER = {
    Reader.AUTO: (Reader.GEMINI, Reader.OPENAI),
    Reader.GEMINI: (Reader.GEMINI,),
    Reader.OPENAI: (Reader.OPENAI,),
    Reader.LOCAL: (),
}


@dataclass(frozen=True, slots=True)
class Model:
    """A model that may be asked now. ``key`` is "" where the service wants none."""

    reader: str
    placed: VisionSettings
    key: str

    @property
    def name(self) -> str:
        """As it is stored with each result."""
        return f"{self.reader}:{self.placed.model}"


@cache
def local_vision() -> LocalVision:
    """This process's own model; it remembers pictures, so there is one."""
    return LocalVision()


def paid_models(workspace_id: UUID, wanted: str) -> list[Model]:
    """The models behind an address that can be asked, best first. Outside of any transaction: keys may be Vault's."""
    found = []
    for reader in ORDER[Reader(wanted)]:
        placed: VisionSettings = getattr(settings.AURA_OUTSIDE, reader)
        key = provider_secret(workspace_id, reader) or ""
        if placed.model and (key or needs_no_key(reader, placed.url)):
            found.append(Model(reader, placed, key))
    return found


@dataclass(frozen=True, slots=True)
class First:
    """The model that people are planned for; ``missing`` says which one has no key though it was chosen."""

    name: str
    version: str
    missing: str = ""


def first_model(run: Run) -> First:
    """The model that reads first. Outside of any transaction."""
    wanted = run.account.vision
    found = paid_models(run.workspace_id, wanted)
    if found:
        return First(found[0].name, found[0].placed.model)
    local = local_vision()
    chosen = wanted in {Reader.GEMINI, Reader.OPENAI}
    return First(local.name, local.version, f"{wanted}: provider_key_missing" if chosen else "")


def nothing() -> None:
    """For those who have nothing to do meanwhile."""


def anything(item: Any) -> None:
    """For those who do not mind what is asked."""


def import_adapters() -> None:
    """Import the clients of the models that are set up here: it takes a second, and each job has its own process."""
    for reader, path in ADAPTERS.items():
        if getattr(settings.AURA_OUTSIDE, reader).model:
            import_string(path)


@dataclass(frozen=True, slots=True)
class Draining:
    """A way out that asks nothing more once the job is to stop, and still hands over what is under way.

    ``between()`` is called by the thread that takes the outcomes: between any two of them, and while it waits.
    ``asking(item)`` is called in the transaction that sets its money aside; where it raises ``ProviderError``, nothing
    more is asked.
    """

    outlet: Outlet
    stop: Callable[[], bool]
    between: Callable[[], None] = nothing
    asking: Callable[[Any], None] = anything

    def stream(
        self,
        items: Iterable[I],
        work: Callable[[I], T],
        *,
        expected: Callable[[I], Usage],
        used: Callable[[T], Usage],
        in_flight: int | None = None,
    ) -> Generator[tuple[I, T | ProviderError, Charge | None], None, None]:
        """See :meth:`aura.providers.outlet.Outlet.stream`."""

        def announced(item: I) -> Usage:
            self.asking(item)
            return expected(item)

        return self.outlet.stream(items, work, expected=announced, used=used, in_flight=in_flight, stop=self._stop)

    def _stop(self) -> bool:
        self.between()
        return self.stop()


FIRST = next(iter(PROMPTS))
"""The prompt version that a model has used before any other was tried."""


def prompt_for(model: Model, workspace_id: UUID) -> ProfilePrompt:
    """The prompt that a workspace uses with a model: a newer one only after it stood a trial (A8)."""
    with workspace_scope(workspace_id):
        return PROMPTS[active_version(model.name, FIRST)]


def trial_model(run: Run, context: JobContext, version: str, asking: Callable[[Any], None] = anything) -> Vision:
    """The first paid model of a run with the prompt of a version, for a trial. Outside of any transaction.

    ``asking(batch)`` is called as in :func:`models_for`.
    """
    model = paid_models(run.workspace_id, run.account.vision)[0]
    booked = meter(run.workspace_id, subject=f"trial:{run.pk}", job_id=context.job_id, together=context.transaction)
    outlet = Draining(outlet_for(model, booked), lambda: context.stopping, asking=asking)
    made: Vision = import_string(ADAPTERS[Reader(model.reader)])(model.key, model.placed, PROMPTS[version], outlet)
    return made


def outlet_for(model: Model, booked: Meter) -> Outlet:
    """The way out to a model, through the gate of all its callers."""
    placed = model.placed
    service = Service(model.reader, model.key, placed.model, per_minute=placed.per_minute, in_flight=placed.in_flight)
    policy = Policy(in_flight=placed.in_flight, deadline=float(placed.timeout))
    return Outlet(service, gate_of(settings.REDIS_URL), booked, policy)


def models_for(
    run: Run, context: JobContext, between: Callable[[], None] = nothing, asking: Callable[[Any], None] = anything
) -> list[Vision]:
    """All models for a run's job, best first; the last is this machine's. Outside of any transaction.

    A paid one calls ``between()`` between its outcomes and while it waits for one, and ``asking(batch)`` with the
    profiles that are about to be sent, in the job's transaction.
    """
    booked = meter(run.workspace_id, subject=run.subject, job_id=context.job_id, together=context.transaction)
    chain: list[Vision] = []
    for model in paid_models(run.workspace_id, run.account.vision):
        adapter = import_string(ADAPTERS[Reader(model.reader)])
        outlet = Draining(outlet_for(model, booked), lambda: context.stopping, between, asking)
        chain.append(adapter(model.key, model.placed, prompt_for(model, run.workspace_id), outlet))
    return [*chain, local_vision()]


def batch_model_for(run: Run, context: JobContext) -> BatchVision | None:
    """The first model of a run's job where it takes batches at half price, else None. Outside of any transaction."""
    found = paid_models(run.workspace_id, run.account.vision)
    if not found or found[0].reader != Reader.GEMINI:
        return None
    booked = meter(run.workspace_id, subject=run.subject, job_id=context.job_id)
    adapter = import_string(BATCHES)
    # Its money is set aside and booked by the batch itself; asking for its state costs nothing.
    outlet = outlet_for(found[0], Unmetered())
    made: BatchVision = adapter(found[0].key, found[0].placed, prompt_for(found[0], run.workspace_id), outlet, booked)
    return made
