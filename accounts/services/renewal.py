"""Keeps a workspace's token of the Instagram Graph API alive: it ends after sixty days unless it is renewed (M14)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts.models import ProviderCredential
from aura.providers.errors import ProviderError
from aura.tenancy.secrets import hint

RIPE = timedelta(days=7)
"""A token is renewed each week; Instagram renews none that is younger than a day."""
REFRESH = "aura.providers.instagram.refresh_token"


@dataclass(frozen=True, slots=True)
class DueToken:
    """A token that is old enough; ``value`` is the secret itself and must not be logged."""

    credential: UUID
    value: str
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class Renewed:
    """What Instagram answered: a new token and when it ends, or why not."""

    value: str = ""
    expires_at: datetime | None = None
    problem: str = ""


def due_token() -> DueToken | None:
    """The workspace's own token where it is a week old. Inside the workspace's scope."""
    row = ProviderCredential.objects.filter(provider="instagram", updated_at__lte=timezone.now() - RIPE).first()
    return DueToken(row.pk, row.value, row.updated_at) if row else None


def renewed(due: DueToken) -> Renewed:
    """Ask Instagram for a new token. Outside of any transaction.

    Raises ``ProviderError`` where it may be asked again."""
    refresh = import_string(REFRESH)
    try:
        value, seconds = refresh(due.value, settings.AURA_OUTSIDE.graph)
    except ProviderError as error:
        if error.retryable:
            raise
        return Renewed(problem=error.message)
    return Renewed(value, timezone.now() + timedelta(seconds=seconds))


def keep_token(due: DueToken, answer: Renewed) -> bool:
    """Keep what was answered, unless a person has saved another token meanwhile. True where there is a new token."""
    row = ProviderCredential.objects.select_for_update().filter(pk=due.credential, updated_at=due.saved_at).first()
    if row is None:
        return False
    row.problem = answer.problem[:300]
    if answer.value:
        row.value, row.hint, row.expires_at = answer.value, hint(answer.value), answer.expires_at
        row.save()
    else:
        # Not a new token: the day on which it was saved stays.
        ProviderCredential.objects.filter(pk=row.pk).update(problem=row.problem)
    return bool(answer.value)
