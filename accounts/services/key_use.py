"""Finding the API key that a request came with.

Apart from :mod:`accounts.services.keys`, so that REST framework can import it while it loads.
"""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from accounts.models import ApiKey
from accounts.scopes import KEY_START
from accounts.tokens import digest, workspace_in
from aura.tenancy.scope import workspace_scope

USE_STEP = timedelta(seconds=60)


def find_key(secret: str) -> ApiKey | None:
    """The live key with that secret, its workspace and maker loaded; notes its use at most once a minute."""
    workspace_id = workspace_in(secret, KEY_START)
    if workspace_id is None:
        return None
    now = timezone.now()
    with workspace_scope(workspace_id):
        key = ApiKey.objects.select_related("workspace", "created_by").filter(digest=digest(secret)).first()
        if key is None or key.state != "active" or key.workspace.closed_at:
            return None
        if key.created_by is None or not key.created_by.is_active:
            return None
        stale = Q(last_used_at=None) | Q(last_used_at__lt=now - USE_STEP)
        if key.last_used_at is None or key.last_used_at < now - USE_STEP:
            ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)
        return key
