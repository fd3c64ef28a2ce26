"""The end of an analysis is told to the workspace's webhooks, in the transaction of that end."""

from typing import Any

from audience.models import Run
from audience.services import uploads
from audience.tests import factories
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team
from aura.webhooks.models import WebhookDelivery, WebhookEvent
from aura.webhooks.tests.factories import endpoint


def ended(team: Team, state: Run.State, **options: Any) -> list[WebhookEvent]:
    with workspace_scope(team.workspace.pk):
        account = factories.account(username="northroast")
        run = Run.objects.create(
            workspace=team.workspace, account=account, state=Run.State.RUNNING, people_done=7, records_done=40
        )
        uploads.end_run(run, state, **options)
        uploads.end_run(run, state, **options)
        return list(WebhookEvent.objects.all())


def test_a_finished_run_is_told_once_with_ids_and_numbers_only(team: Team) -> None:
    endpoint(team.workspace)
    (event,) = ended(team, Run.State.DONE)
    with workspace_scope(team.workspace.pk):
        run = Run.objects.get()
        assert WebhookDelivery.objects.count() == 1
    assert (event.type, event.subject) == ("audience.run.completed", str(run.pk))
    assert event.payload == {
        "run": str(run.pk),
        "account": str(run.account_id),
        "state": "done",
        "records": 40,
        "people": 7,
        "error_code": None,
        "paused_until": None,
        "status_url": f"/api/v1/audience/runs/{run.pk}",
    }


def test_a_failed_run_is_told_with_its_code(team: Team) -> None:
    endpoint(team.workspace)
    (event,) = ended(team, Run.State.FAILED, code="file_too_large", message="@anna wrote too much")
    assert (event.type, event.payload["error_code"]) == ("audience.run.failed", "file_too_large")
    assert "anna" not in str(event.payload)


def test_a_cancelled_run_and_a_workspace_without_webhooks_tell_nothing(team: Team) -> None:
    endpoint(team.elsewhere)
    assert ended(team, Run.State.CANCELLED) == []
    endpoint(team.workspace, events=["audience.run.failed"])
    assert ended_again(team) == []


def ended_again(team: Team) -> list[WebhookEvent]:
    with workspace_scope(team.workspace.pk):
        run = Run.objects.create(workspace=team.workspace, account=factories.account(), state=Run.State.RUNNING)
        uploads.end_run(run, Run.State.DONE)
        return list(WebhookEvent.objects.all())
