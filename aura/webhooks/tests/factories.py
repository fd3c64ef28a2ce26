"""Rows for tests, and rows as they are now. A test names only what it is about."""

from typing import Any

from accounts.models import Workspace
from aura.jobs.models import Job
from aura.tenancy.scope import workspace_scope
from aura.webhooks import services
from aura.webhooks.catalogue import EVENTS
from aura.webhooks.models import WebhookDelivery, WebhookEndpoint

COMPLETED = "audience.run.completed"
PAYLOAD = {"run": "0198c5a0-0000-7000-8000-000000000001", "people": 12}


def endpoint(workspace: Workspace, url: str = "https://example.org/hook", **fields: Any) -> tuple[WebhookEndpoint, str]:
    """An endpoint for all events, committed, and its secret."""
    values: dict[str, Any] = {"events": list(EVENTS), "user_id": None}
    with workspace_scope(workspace.pk):
        made, secret = services.create_endpoint(url=url, **(values | fields))
        return WebhookEndpoint.objects.get(pk=made.pk), secret


def emit(workspace: Workspace, type: str = COMPLETED, **payload: Any) -> WebhookDelivery:
    """Emit an event, commit, and return its (last) delivery."""
    with workspace_scope(workspace.pk):
        event = services.emit(type, payload or PAYLOAD, subject="x")
        assert event is not None
        rows = WebhookDelivery.objects.select_related("event", "endpoint").filter(event=event)
        return rows.latest("created_at", "id")


def now(row: Any) -> Any:
    """The row as it is now."""
    with workspace_scope(row.workspace_id):
        return type(row).objects.get(pk=row.pk)


def change(row: Any, **fields: Any) -> None:
    """Write into a row past every service."""
    with workspace_scope(row.workspace_id):
        type(row).objects.filter(pk=row.pk).update(**fields)


def job_of(delivery: WebhookDelivery) -> Job:
    """The job of a delivery."""
    with workspace_scope(delivery.workspace_id):
        return Job.objects.get(kind="webhooks.deliver", key=str(delivery.pk))


def count(workspace: Workspace, model: Any) -> int:
    """How many rows of ``model`` the workspace has."""
    with workspace_scope(workspace.pk):
        return int(model.objects.count())
