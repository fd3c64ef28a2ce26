"""API keys: made and revoked (M2)."""

from datetime import datetime
from uuid import UUID

from django.utils import timezone

from accounts.models import ApiKey, Membership, User
from accounts.scopes import KEY_START, SCOPES
from accounts.services import record
from accounts.tokens import digest, new_token, telling_part
from aura.http.problems import Problem

MAX_KEYS = 50


def create_key(
    actor: Membership, *, name: str, scopes: list[str], expires_at: datetime | None = None
) -> tuple[ApiKey, str]:
    """A key of the actor's workspace and its secret, which is not kept. Called inside the workspace's scope.

    Raises :class:`Problem` ``too_many_keys`` (409) at 50 live keys and ``unknown_scope`` (400).
    """
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        raise Problem("unknown_scope", f"There is no scope {', '.join(unknown) or 'here'}.", pointer="/scopes")
    if ApiKey.objects.filter(revoked_at=None).count() >= MAX_KEYS:
        raise Problem("too_many_keys", f"A workspace has at most {MAX_KEYS} keys. Revoke one first.", status=409)
    secret = new_token(actor.workspace_id, KEY_START)
    key = ApiKey.objects.create(
        workspace_id=actor.workspace_id,
        name=name,
        prefix=telling_part(secret, KEY_START),
        digest=digest(secret),
        scopes=sorted(set(scopes)),
        created_by=actor.user,
        expires_at=expires_at,
    )
    record("key.created", user_id=actor.user_id, target=key.prefix, scopes=key.scopes)
    return key, secret


def revoke_key(key: ApiKey, *, user_id: UUID) -> None:
    """From now on the key opens nothing. Twice is once."""
    if ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=timezone.now()):
        record("key.revoked", user_id=user_id, target=key.prefix)


def revoke_keys_of(user: User, *, user_id: UUID) -> int:
    """Revoke what a person made who may not make keys any more; returns how many."""
    keys = list(ApiKey.objects.filter(created_by=user, revoked_at=None))
    for key in keys:
        revoke_key(key, user_id=user_id)
    return len(keys)
