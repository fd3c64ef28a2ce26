"""What this Aura lacks and what follows from it, in words for the System page."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings

from accounts.services.credentials import UNKNOWN, service_states


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing that is missing. ``matters`` is False for what is a choice, such as a local model."""

    words: str
    remedy: str
    matters: bool = False


def missing(workspace_id: UUID) -> list[Advice]:
    """All of it, what matters first. Inside the workspace's scope."""
    found = [*_services(workspace_id), *_installation()]
    return sorted(found, key=lambda advice: not advice.matters)


def _services(workspace_id: UUID) -> Iterator[Advice]:
    states = service_states(workspace_id)
    for state in states:
        if state.is_missing:
            service = state.service
            yield Advice(service.without, f"An admin saves one under Settings, or set {service.variable}.")
    if any(state.source == UNKNOWN for state in states):
        words = "Vault gives no answer: keys that are kept there cannot be used."
        yield Advice(words, "Look at AURA_VAULT_URL, the token and its policy.", matters=True)


def _installation() -> Iterator[Advice]:
    if settings.DEBUG:
        yield Advice("Debug pages are on: errors show settings and code.", "Unset AURA_DEBUG.", matters=True)
    if settings.EMAIL_BACKEND.endswith("console.EmailBackend"):
        yield Advice("No mail server: letters are printed where Aura was started.", "Set AURA_MAIL_URL.")
    if not settings.HTTPS:
        yield Advice("No https: passwords cross the network unprotected.", "Set AURA_SITE_URL to an https address.")
    if not settings.AURA_SENTRY_DSN:
        yield Advice("No error tracker: errors are in the log only.", "Set AURA_SENTRY_DSN.")
    if not settings.AURA_SECRETS_KEYS:
        words = "No key of their own for secrets: theirs follows from AURA_SECRET_KEY."
        yield Advice(words, "Set AURA_SECRETS_KEYS and run manage.py rotate_secrets.")
