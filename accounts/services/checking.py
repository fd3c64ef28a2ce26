"""Does a service take the key that a workspace has? It is asked itself, for nothing, when somebody wants to know."""

from typing import Final
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from accounts.outside import SERVICES
from accounts.services.credentials import provider_secret
from aura.providers.errors import ProviderError
from aura.providers.gate import Service, gate_of
from aura.providers.metering import Usage
from aura.providers.outlet import Outlet, Policy
from aura.tenancy.secrets import SecretUnreadable

CHECKS: Final = {
    "gemini": "aura.providers.gemini.client.check_key",
    "openai": "aura.providers.openai_compatible.client.check_key",
    "replicate": "aura.providers.replicate.images.check_key",
}
"""Services that can be asked without paying."""
SECONDS: Final = 15.0


def check_provider(workspace_id: UUID, name: str) -> None:
    """Ask the service. Outside of any transaction. Raises ``ProviderError``, with words for whoever has to act."""
    named, placed = SERVICES[name], getattr(settings.AURA_OUTSIDE, name)
    try:
        key = provider_secret(workspace_id, name)
    except SecretUnreadable:
        words = f"The stored {named.secret} cannot be read. Save it again."
        raise ProviderError(words, code="secret_unreadable") from None
    if not key:
        raise ProviderError(f"There is no {named.secret} of {named.label}.", code="provider_key_missing")
    asked: Usage = Usage(name, "", "check_key")
    outlet = Outlet(Service(name, key, "check", in_flight=2), gate_of(settings.REDIS_URL), policy=Policy(wait=5.0))
    check = import_string(CHECKS[name])
    outlet.call(lambda: check(key, placed), expected=asked, used=lambda _: asked, deadline=SECONDS, retries=0)
