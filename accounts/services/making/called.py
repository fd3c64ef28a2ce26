"""What Replicate calls back (architecture §6). Nothing it says is believed: it only brings a look forward."""

from collections.abc import Mapping
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from accounts.services.imaging import signed_by_replicate
from aura.jobs.models import Job, State
from aura.jobs.services import run_now
from aura.providers.image_ports import ImageGenerator
from aura.tenancy.scope import workspace_scope

MAX_BODY = 2 * 2**20
"""Bytes of a message that are read."""


def webhook_url(maker: ImageGenerator, view: str, workspace_id: UUID, row_id: UUID) -> str:
    """Where Replicate may call back, by the name of a view of (workspace, row); "" for other services, and where nobody
    on the internet can reach us."""
    if not maker.name.startswith("replicate:") or not settings.HTTPS:
        return ""
    return f"{settings.SITE_URL.rstrip('/')}{reverse(view, args=[workspace_id, row_id])}"


def bring_forward(workspace_id: UUID, kind: str, key: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Let the waiting job of a row look now. False where Replicate has not signed the message with the account's key.

    A repeated or an old message does nothing more. Outside of any scope: the account's key may have to be fetched.
    """
    if signed_by_replicate(workspace_id, headers, body) is None:
        return False
    with workspace_scope(workspace_id):
        for job in Job.objects.filter(kind=kind, key=key, state=State.PENDING):
            run_now(job)
    return True
