"""Which models that see and write a workspace can ask, best first, each with key, limits and ledger (C3, O2)."""

from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from accounts.outside import SERVICES
from accounts.services.credentials import provider_secret
from accounts.services.ledger import meter
from aura.providers.configuration import VisionSettings
from aura.providers.errors import ProviderError
from aura.providers.gate import Service, gate_of
from aura.providers.outlet import Outlet, Policy
from aura.providers.writer_ports import StructuredModel
from aura.tenancy.secrets import SecretUnreadable

AUTO, GEMINI, OPENAI, LOCAL = "auto", "gemini", "openai", "local"
ORDER: Final = {AUTO: (GEMINI, OPENAI), GEMINI: (GEMINI,), OPENAI: (OPENAI,), LOCAL: ()}
"""By what was chosen. What this machine does without a model is the feature's own."""
PLACES: Final = {GEMINI: "gemini_writing", OPENAI: "openai_writing"}
ADAPTERS: Final = {
    GEMINI: "aura.providers.gemini.GeminiStructured",
    OPENAI: "aura.providers.openai_compatible.OpenAIStructured",
}
GRACE, GATE_WAIT = 15.0, 20.0


@dataclass(frozen=True, slots=True)
class Skipped:
    """A model that cannot be asked, and why; ``name`` is that of its service."""

    name: str
    error: ProviderError


@dataclass(frozen=True, slots=True)
class Models:
    """Models, best first, and those that were left out."""

    models: list[StructuredModel] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)


def structured_models(
    workspace_id: UUID, wanted: str = AUTO, *, subject: str = "", job_id: UUID | None = None
) -> Models:
    """The models for what was chosen (one of ``ORDER``). Outside of any transaction: keys may be Vault's.

    ``subject`` and ``job_id`` stand in the ledger. Use the models in the thread that asked for them.
    """
    found = Models()
    booked = meter(workspace_id, subject=subject, job_id=job_id)
    for name in ORDER[wanted]:
        placed: VisionSettings = getattr(settings.AURA_OUTSIDE, PLACES[name])
        try:
            key = key_for(workspace_id, name, placed.model, placed.url)
        except ProviderError as error:
            found.skipped.append(Skipped(name, error))
            continue
        service = Service(name, key, placed.model, per_minute=placed.per_minute, in_flight=placed.in_flight)
        # What may have been paid for is not asked for again in passing: the job decides.
        policy = Policy(in_flight=placed.in_flight, deadline=placed.timeout + GRACE, wait=GATE_WAIT, retries=0)
        outlet = Outlet(service, gate_of(settings.REDIS_URL), booked, policy)
        found.models.append(import_string(ADAPTERS[name])(key, placed, outlet))
    return found


def has_writing_model(workspace_id: UUID) -> bool:
    """Whether a model that writes can be asked. Outside of any transaction."""
    for name, place in PLACES.items():
        placed: VisionSettings = getattr(settings.AURA_OUTSIDE, place)
        try:
            key_for(workspace_id, name, placed.model, placed.url)
        except ProviderError:
            continue
        return True
    return False


def key_for(workspace_id: UUID, name: str, model: str, url: str) -> str:
    """The key for a service, "" where it needs none. Outside of any transaction.

    Raises ``ProviderError``: ``model_missing``, ``provider_key_missing``, ``provider_key_unreadable``.
    """
    named = SERVICES[name]
    if not model:
        raise ProviderError(f"No model of {named.label} is chosen for this on this installation.", code="model_missing")
    try:
        key = provider_secret(workspace_id, name) or ""
    except SecretUnreadable:
        words = f"The stored {named.secret} of {named.label} cannot be read. Save it again under Settings, Providers."
        raise ProviderError(words, code="provider_key_unreadable") from None
    if not key and not needs_no_key(name, url):
        words = f"There is no {named.secret} of {named.label}. An owner or admin can add it under Settings, Providers."
        raise ProviderError(words, code="provider_key_missing")
    return key


def needs_no_key(name: str, url: str) -> bool:
    """Ollama, vLLM and their like want no key; the vendors do."""
    return name == OPENAI and "api.openai.com" not in url
