"""Keys of outside services (M11): a workspace's own, encrypted; else Vault's; else the installation's environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings

from accounts.models import Membership, ProviderCredential
from accounts.outside import SERVICES, Service
from accounts.services import record
from aura.http.problems import Problem
from aura.providers.errors import ProviderError
from aura.providers.vault import Place, Vault, vault_of
from aura.tenancy.scope import workspace_scope
from aura.tenancy.secrets import hint

SHORTEST, LONGEST = 8, 500
WORKSPACE, VAULT, ENVIRONMENT, NONE, UNKNOWN = "workspace", "vault", "environment", "none", "unknown"


@dataclass(frozen=True, slots=True)
class ServiceState:
    """Where the key of a service comes from. ``hint`` is the end of the workspace's own key, of no other."""

    service: Service
    source: str
    hint: str = ""
    updated_at: datetime | None = None
    expires_at: datetime | None = None
    problem: str = ""

    @property
    def is_missing(self) -> bool:
        return self.source == NONE

    @property
    def words(self) -> str:
        """The state in words."""
        return {
            WORKSPACE: f"This workspace's own, ends in {self.hint}",
            VAULT: "From Vault",
            ENVIRONMENT: "From this installation",
            UNKNOWN: "Vault gives no answer",
            NONE: "Not set",
        }[self.source]


def vault() -> Vault | None:
    """The configured Vault, or None."""
    place: Mapping[str, str] = settings.AURA_VAULT
    return vault_of(Place(**place)) if place["url"] else None


def _elsewhere(name: str, workspace_id: UUID) -> tuple[str, str]:
    """``(source, secret)`` of a key that is not the workspace's own. Raises :class:`ProviderError`."""
    kept = vault()
    found = kept.secret(name, str(workspace_id)) if kept else None
    if found:
        return VAULT, found
    given = str(settings.AURA_PROVIDER_SECRETS.get(name, ""))
    return (ENVIRONMENT, given) if given else (NONE, "")


def provider_secret(workspace_id: UUID, name: str) -> str | None:
    """The key that a workspace uses with an outside service, or None. Never log it.

    Call it outside of a transaction: it may ask Vault. Raises :class:`ProviderError` where Vault gives no answer, and
    :class:`aura.tenancy.secrets.SecretUnreadable` where the stored key was encrypted with another key.
    """
    with workspace_scope(workspace_id):
        row = ProviderCredential.objects.filter(provider=name).first()
    return row.value if row else _elsewhere(name, workspace_id)[1] or None


def service_states(workspace_id: UUID) -> list[ServiceState]:
    """Each outside service and where its key comes from; no key is decrypted for it. Inside the workspace's scope."""
    own = {row.provider: row for row in ProviderCredential.objects.defer("value")}
    return [_state(service, own.get(service.name), workspace_id) for service in SERVICES.values()]


def _state(service: Service, row: ProviderCredential | None, workspace_id: UUID) -> ServiceState:
    if row:
        return ServiceState(service, WORKSPACE, row.hint, row.updated_at, row.expires_at, row.problem)
    try:
        return ServiceState(service, _elsewhere(service.name, workspace_id)[0])
    except ProviderError:
        return ServiceState(service, UNKNOWN)


def save_credential(actor: Membership, name: str, value: str) -> ProviderCredential:
    """Keep a key for the actor's workspace, in place of an older one. Raises :class:`Problem` ``invalid_secret``."""
    value = value.strip()
    if not SHORTEST <= len(value) <= LONGEST or not value.isascii() or not value.isprintable() or " " in value:
        words = f"A key has {SHORTEST} to {LONGEST} letters, digits and signs, without spaces."
        raise Problem("invalid_secret", words, pointer="/value")
    row, _ = ProviderCredential.objects.defer("value").update_or_create(
        workspace_id=actor.workspace_id,
        provider=name,
        defaults={
            "value": value,
            "hint": hint(value),
            "updated_by": actor.user,
            "expires_at": None,
            "problem": "",
        },
    )
    record("provider.saved", user_id=actor.user_id, target=name)
    return row


def remove_credential(actor: Membership, name: str) -> bool:
    """Forget a workspace's own key; False where there was none."""
    gone, _ = ProviderCredential.objects.filter(provider=name).delete()
    if gone:
        record("provider.removed", user_id=actor.user_id, target=name)
    return bool(gone)
