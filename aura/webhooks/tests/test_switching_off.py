"""An endpoint that keeps failing is switched off, once, and the owners hear of it by mail."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import Membership, Role
from aura.jobs.models import Job
from aura.providers.tests.servers import CountingServer, status
from aura.tenancy.scope import workspace_scope
from aura.testing.drain import drain
from aura.testing.fixtures import Team
from aura.webhooks import services
from aura.webhooks.models import WebhookEndpoint
from aura.webhooks.outcomes import GIVEN_UP
from aura.webhooks.tests.factories import change, emit, endpoint, now

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "staff"]),
    pytest.mark.usefixtures("committed"),
]


def test_five_days_without_a_success_switch_it_off_and_the_owners_get_one_mail(
    team: Team, receiver: CountingServer
) -> None:
    receiver.answers["/hook"] = status(500)
    hook, secret = endpoint(team.workspace, receiver.url + "/hook?token=t0p", description="Shop")
    with workspace_scope(team.workspace.pk):
        Membership.objects.filter(user=team.bob).update(role=Role.OWNER)
    emit(team.workspace)
    drain()
    assert now(hook).enabled
    change(hook, failing_since=timezone.now() - timedelta(days=5))
    emit(team.workspace)
    emit(team.workspace)
    drain(retries=True)
    hook = now(hook)
    assert (hook.enabled, hook.disabled_reason, bool(hook.disabled_at)) == (False, "failing", True)
    (letter,) = mail.outbox
    assert sorted(letter.to) == ["alice@example.org", "bob@example.org"]
    assert letter.subject == "A webhook of North was switched off"
    assert f"/settings/webhooks/{hook.pk}/" in letter.body
    assert "It failed for five days." in letter.body
    assert "“Shop”" in letter.body
    assert "t0p" not in letter.body
    assert secret not in letter.body


def test_five_days_count_from_the_first_failure_after_a_success(team: Team, receiver: CountingServer) -> None:
    hook, _ = endpoint(team.workspace, receiver.url + "/hook")
    change(hook, failing_since=timezone.now() - timedelta(days=9))
    emit(team.workspace)
    drain()
    receiver.answers["/hook"] = status(500)
    emit(team.workspace)
    drain()
    assert now(hook).enabled
    assert mail.outbox == []


def test_ten_deliveries_given_up_in_a_row_switch_it_off(team: Team, receiver: CountingServer) -> None:
    receiver.answers["/hook"] = status(404)
    hook, _ = endpoint(team.workspace, receiver.url + "/hook")
    change(hook, given_up=GIVEN_UP - 1)
    emit(team.workspace)
    drain()
    assert now(hook).enabled
    drain(retries=True)
    assert (now(hook).enabled, now(hook).disabled_reason) == (False, "given_up")
    assert len(mail.outbox) == 1


def test_a_gone_receiver_is_told_to_the_owners(team: Team, receiver: CountingServer) -> None:
    receiver.answers["/hook"] = status(410)
    endpoint(team.workspace, receiver.url + "/hook")
    emit(team.workspace)
    drain()
    (letter,) = mail.outbox
    assert letter.to == ["alice@example.org"]
    assert "HTTP 410" in letter.body
    assert f"“127.0.0.1:{receiver.server_port}”" in letter.body


def test_a_mail_that_cannot_be_sent_is_tried_again(
    team: Team, receiver: CountingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver.answers["/hook"] = status(410)
    endpoint(team.workspace, receiver.url + "/hook")
    emit(team.workspace)

    def refuse(*args: object) -> None:
        raise ConnectionRefusedError

    with monkeypatch.context() as patched:
        patched.setattr("aura.mail.EmailMultiAlternatives.send", refuse)
        drain()
    with workspace_scope(team.workspace.pk):
        job = Job.objects.get(kind="webhooks.tell_owners")
    assert (job.state, job.error_code) == ("pending", "mail_failed")
    drain(retries=True)
    assert len(mail.outbox) == 1


def test_switching_on_again_forgets_the_failures_and_switching_off_by_hand_sends_no_mail(team: Team) -> None:
    hook, _ = endpoint(team.workspace)
    change(hook, failures=7, given_up=3, failing_since=timezone.now() - timedelta(days=9))
    with workspace_scope(team.workspace.pk):
        services.change_endpoint(now(hook), {"enabled": False}, user_id=team.alice.pk)
        assert now(hook).disabled_reason == WebhookEndpoint.Off.BY_HAND
        services.change_endpoint(now(hook), {"enabled": True}, user_id=team.alice.pk)
    hook = now(hook)
    assert (hook.enabled, hook.disabled_reason, hook.disabled_at) == (True, "", None)
    assert (hook.failures, hook.given_up, hook.failing_since) == (0, 0, None)
    drain()
    assert mail.outbox == []
