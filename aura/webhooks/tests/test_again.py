"""Sending again, test events, and what the clock does away with."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AuditEntry
from aura.http.problems import Problem
from aura.jobs import services as job_services
from aura.jobs.models import State
from aura.jobs.schedule import declared, tick
from aura.providers.tests.servers import CountingServer, status
from aura.tenancy.scope import workspace_scope
from aura.testing.drain import drain
from aura.testing.fixtures import Team
from aura.webhooks import services
from aura.webhooks.models import WebhookDelivery, WebhookEvent
from aura.webhooks.tests.factories import change, count, emit, endpoint, job_of, now

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "staff"]),
    pytest.mark.usefixtures("committed"),
]


def redeliver(delivery: WebhookDelivery) -> WebhookDelivery:
    with workspace_scope(delivery.workspace_id):
        found = WebhookDelivery.objects.select_related("endpoint", "event").get(pk=delivery.pk)
        return services.redeliver(found, user_id=None)


def test_an_event_is_sent_again_under_its_id_as_a_delivery_of_its_own(team: Team, receiver: CountingServer) -> None:
    endpoint(team.workspace, receiver.url + "/hook")
    first = emit(team.workspace)
    drain()
    again = redeliver(first)
    drain()
    assert again.pk != first.pk
    assert (now(again).state, again.event_id) == ("delivered", first.event_id)
    one, two = receiver.posted
    assert one.headers["webhook-id"] == two.headers["webhook-id"]
    assert one.body == two.body


def test_a_delivery_that_waits_is_sent_at_once(team: Team, receiver: CountingServer) -> None:
    receiver.answers["/hook"] = status(500)
    endpoint(team.workspace, receiver.url + "/hook")
    delivery = emit(team.workspace)
    drain()
    assert drain() == 0
    assert redeliver(delivery).pk == delivery.pk
    receiver.answers["/hook"] = status(200)
    assert drain() == 1
    assert now(delivery).state == "delivered"
    assert count(team.workspace, WebhookDelivery) == 1


def test_nothing_is_sent_to_an_endpoint_that_is_off(team: Team, receiver: CountingServer) -> None:
    hook, _ = endpoint(team.workspace, receiver.url + "/hook")
    delivery = emit(team.workspace)
    change(hook, enabled=False)
    with pytest.raises(Problem, match="switched off"):
        redeliver(delivery)
    with pytest.raises(Problem, match="switched off"), workspace_scope(team.workspace.pk):
        services.send_test(now(hook), user_id=None)
    drain()
    assert (now(delivery).state, now(delivery).error_code, receiver.seen) == ("failed", "endpoint_off", [])


def test_a_test_event_goes_to_one_endpoint_and_is_tried_once(team: Team, receiver: CountingServer) -> None:
    receiver.answers["/hook"] = status(500)
    hook, _ = endpoint(team.workspace, receiver.url + "/hook", events=["audience.run.failed"])
    endpoint(team.workspace, receiver.url + "/other")
    with workspace_scope(team.workspace.pk):
        delivery = services.send_test(hook, user_id=team.alice.pk)
    drain(retries=True)
    assert [path for path, _ in receiver.seen] == ["/hook"]
    assert (now(delivery).state, now(delivery).response_status) == ("failed", 500)
    assert (now(hook).failures, now(hook).given_up) == (0, 0)
    with workspace_scope(team.workspace.pk):
        assert AuditEntry.objects.get(action="webhooks.endpoint.tested").user_id == team.alice.pk


def test_a_delivery_whose_job_is_stopped_is_stopped_and_may_go_on(team: Team, receiver: CountingServer) -> None:
    endpoint(team.workspace, receiver.url + "/hook")
    delivery = emit(team.workspace)
    with workspace_scope(team.workspace.pk):
        job_services.cancel(job_of(delivery))
    assert now(delivery).state == "cancelled"
    with workspace_scope(team.workspace.pk):
        job_services.requeue(job_of(delivery))
    drain()
    assert (now(delivery).state, job_of(delivery).state) == ("delivered", State.DONE)


def test_the_log_is_kept_for_thirty_days(team: Team, receiver: CountingServer, settings: Any) -> None:
    assert "webhooks.prune" in {one.name for one in declared()}
    endpoint(team.workspace, receiver.url + "/hook")
    old, mixed, fresh = (emit(team.workspace) for _ in range(3))
    drain()
    young = redeliver(mixed)
    drain()
    long_ago = timezone.now() - timedelta(days=31)
    for delivery in (old, mixed):
        change(delivery, created_at=long_ago)
        change(delivery.event, created_at=long_ago)
    job = tick("webhooks.prune", timezone.now())
    drain()
    assert job
    with workspace_scope(team.workspace.pk):
        assert set(WebhookDelivery.objects.values_list("pk", flat=True)) == {young.pk, fresh.pk}
        assert set(WebhookEvent.objects.values_list("pk", flat=True)) == {mixed.event_id, fresh.event_id}
