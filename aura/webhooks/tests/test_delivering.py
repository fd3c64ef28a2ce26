"""From emit to the receiver: signed, once a try, tried again on schedule, stopped by 410."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from standardwebhooks import Webhook

from aura.jobs.models import Job, State
from aura.providers.tests.servers import CountingServer, status
from aura.tenancy.scope import workspace_scope
from aura.testing.drain import drain
from aura.testing.fixtures import Team
from aura.webhooks import services
from aura.webhooks.backoff import DELAYS, TRIES
from aura.webhooks.catalogue import UnknownEvent
from aura.webhooks.models import WebhookDelivery, WebhookEndpoint, WebhookEvent
from aura.webhooks.tests.factories import COMPLETED, PAYLOAD, change, count, emit, endpoint, job_of, now

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "staff"]),
    pytest.mark.usefixtures("committed"),
]


def test_an_event_arrives_signed_and_verifies(team: Team, receiver: CountingServer) -> None:
    hook, secret = endpoint(team.workspace, receiver.url + "/hook")
    delivery = emit(team.workspace)
    assert drain() == 1
    (found,) = receiver.posted
    told = Webhook(secret).verify(found.body, found.headers)
    assert (told["type"], told["data"]) == (COMPLETED, PAYLOAD)
    assert told["timestamp"] == delivery.event.created_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert found.headers["webhook-id"] == str(delivery.event_id)
    assert found.headers["content-type"] == "application/json"
    delivery, hook = now(delivery), now(hook)
    assert (delivery.state, delivery.attempts, delivery.response_status) == ("delivered", 1, 200)
    assert delivery.response_excerpt == "ok"
    assert delivery.finished_at
    assert hook.last_delivery_at
    assert job_of(delivery).result == {"status": 200}


def test_only_endpoints_that_are_on_and_want_the_event_get_it(team: Team, receiver: CountingServer) -> None:
    for path, fields in {
        "/wants": {},
        "/other": {"events": ["audience.run.failed"]},
        "/off": {},
    }.items():
        receiver.answers[path] = status(204)
        hook, _ = endpoint(team.workspace, receiver.url + path, **fields)
        if path == "/off":
            change(hook, enabled=False)
    endpoint(team.elsewhere, receiver.url + "/hook")
    emit(team.workspace)
    drain()
    assert [path for path, _ in receiver.seen] == ["/wants"]


def test_nothing_is_written_where_nobody_listens(team: Team) -> None:
    with workspace_scope(team.workspace.pk):
        assert services.emit(COMPLETED, PAYLOAD) is None
        assert not WebhookEvent.objects.exists()
        assert not Job.objects.exists()


def test_an_event_is_part_of_its_causes_transaction(team: Team, receiver: CountingServer) -> None:
    endpoint(team.workspace, receiver.url + "/hook")

    def cause() -> None:
        with workspace_scope(team.workspace.pk):
            services.emit(COMPLETED, PAYLOAD)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        cause()
    assert drain() == 0
    assert receiver.seen == []


def test_an_unknown_event_and_a_large_one_are_programming_errors(team: Team) -> None:
    endpoint(team.workspace)
    with workspace_scope(team.workspace.pk):
        with pytest.raises(UnknownEvent):
            services.emit("audience.run.complete", PAYLOAD)
        with pytest.raises(ValueError, match="ids and numbers"):
            services.emit(COMPLETED, {"x": "y" * 70_000})


def test_a_failing_receiver_is_tried_ten_times_on_schedule_with_the_same_id(
    team: Team, receiver: CountingServer
) -> None:
    receiver.answers["/hook"] = status(500, b"broken")
    hook, secret = endpoint(team.workspace, receiver.url + "/hook")
    delivery = emit(team.workspace)
    for tries, wait in enumerate(DELAYS, start=1):
        assert drain() == 1
        job, delivery = job_of(delivery), now(delivery)
        assert (job.state, job.attempts, job.error_code) == (State.PENDING, tries, "http_error")
        assert (delivery.state, delivery.attempts, delivery.response_status) == ("waiting", tries, 500)
        for moment in (job.next_at, delivery.next_at):
            assert moment
            left = (moment - timezone.now()).total_seconds()
            assert wait * 0.9 - 5 < left <= wait * 1.1
        change(job, next_at=timezone.now())
    drain()
    job, delivery = job_of(delivery), now(delivery)
    assert (job.state, delivery.state, delivery.attempts) == (State.DEAD, "failed", TRIES)
    assert (delivery.next_at, delivery.error) == (None, "The receiver answered with HTTP 500.")
    assert len(receiver.posted) == TRIES
    assert {found.headers["webhook-id"] for found in receiver.posted} == {str(delivery.event_id)}
    assert len({found.body for found in receiver.posted}) == 1
    for found in receiver.posted:
        Webhook(secret).verify(found.body, found.headers)
    assert (now(hook).failures, now(hook).given_up, now(hook).enabled) == (TRIES, 1, True)


def test_a_receiver_that_recovers_is_forgiven(team: Team, receiver: CountingServer) -> None:
    receiver.answers["/hook"] = status(503)
    hook, _ = endpoint(team.workspace, receiver.url + "/hook")
    delivery = emit(team.workspace)
    drain()
    assert (now(hook).failures, now(hook).failing_since is None) == (1, False)
    receiver.answers["/hook"] = status(204)
    drain(retries=True)
    assert (now(delivery).state, now(delivery).attempts, now(delivery).error) == ("delivered", 2, "")
    assert (now(hook).failures, now(hook).failing_since) == (0, None)


def test_the_wait_a_receiver_asks_for_is_kept(team: Team, receiver: CountingServer) -> None:
    receiver.answers["/hook"] = status(429, Retry_After="7200")
    endpoint(team.workspace, receiver.url + "/hook")
    delivery = emit(team.workspace)
    drain()
    job = job_of(delivery)
    assert timedelta(minutes=119) < job.next_at - timezone.now() <= timedelta(hours=2)


@pytest.mark.parametrize("code", [301, 302, 307, 308])
def test_a_redirect_is_a_failure_and_is_not_followed(team: Team, receiver: CountingServer, code: int) -> None:
    receiver.answers["/hook"] = status(code, Location=receiver.url + "/next")
    endpoint(team.workspace, receiver.url + "/hook")
    delivery = emit(team.workspace)
    drain()
    assert now(delivery).error_code == "redirected"
    assert [path for path, _ in receiver.seen] == ["/hook"]


def test_a_gone_receiver_is_switched_off_at_once_and_gets_nothing_more(team: Team, receiver: CountingServer) -> None:
    receiver.answers["/hook"] = status(410)
    hook, _ = endpoint(team.workspace, receiver.url + "/hook")
    first, second = emit(team.workspace), emit(team.workspace)
    drain(retries=True)
    hook = now(hook)
    assert (hook.enabled, hook.disabled_reason) == (False, WebhookEndpoint.Off.GONE)
    assert len(receiver.posted) == 1
    assert {now(first).error_code, now(second).error_code} == {"gone", "endpoint_off"}
    assert (now(first).state, now(second).state) == ("failed", "failed")
    with workspace_scope(team.workspace.pk):
        assert services.emit(COMPLETED, PAYLOAD) is None


def test_an_endpoint_deleted_meanwhile_stops_its_deliveries(team: Team, receiver: CountingServer) -> None:
    hook, _ = endpoint(team.workspace, receiver.url + "/hook")
    emit(team.workspace)
    with workspace_scope(team.workspace.pk):
        services.delete_endpoint(hook, user_id=None)
    assert drain() == 0
    assert count(team.workspace, WebhookDelivery) == 0
    assert receiver.seen == []


def test_a_body_keeps_its_bytes_and_a_response_its_secrets_to_itself(team: Team, receiver: CountingServer) -> None:
    hook, secret = endpoint(team.workspace, receiver.url + "/hook")
    receiver.answers["/hook"] = status(200, f"got {secret} and {secret[6:]} from bo@example.org\x00".encode())
    delivery = emit(team.workspace)
    drain()
    delivery = now(delivery)
    assert delivery.response_excerpt == "got [removed] and [removed] from [removed] "
    headers, body = delivery.request_excerpt.split("\n\n")
    assert json.loads(body)["data"] == PAYLOAD
    assert "webhook-signature: [removed]" in headers
    assert secret[6:20] not in delivery.request_excerpt
