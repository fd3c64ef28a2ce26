"""Secrets: shown once, sealed at rest, rotated without a gap, in no log."""

import logging
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from accounts.models import User
from aura.http.problems import Problem
from aura.providers.tests.servers import CountingServer, Posted
from aura.tenancy.ids import uuid7
from aura.tenancy.scope import staff_scope, workspace_scope
from aura.tenancy.secrets import SecretUnreadable, derived_key
from aura.testing.drain import drain
from aura.testing.fixtures import Team, api_client, page_client
from aura.webhooks import secrets, services
from aura.webhooks.models import WebhookEndpoint
from aura.webhooks.tests.factories import change, emit, endpoint, now

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "staff"]),
    pytest.mark.usefixtures("committed"),
]


def rotate(hook: WebhookEndpoint, **options: Any) -> str:
    with workspace_scope(hook.workspace_id):
        return services.rotate_secret(now(hook), user_id=None, **options)


def verifies(secret: str, found: Posted) -> bool:
    try:
        Webhook(secret).verify(found.body, found.headers)
    except WebhookVerificationError:
        return False
    return True


def test_after_a_rotation_both_secrets_verify_for_a_day(team: Team, receiver: CountingServer) -> None:
    hook, first = endpoint(team.workspace, receiver.url + "/hook")
    second = rotate(hook)
    emit(team.workspace)
    drain()
    assert len(receiver.posted[0].headers["webhook-signature"].split(" ")) == 2
    assert verifies(first, receiver.posted[0])
    assert verifies(second, receiver.posted[0])
    until = now(hook).old_secret_until
    assert until
    assert timedelta(hours=23, minutes=59) < until - timezone.now() <= timedelta(hours=24)
    entries = now(hook).sealed_secrets
    entries[1]["until"] = (timezone.now() - timedelta(seconds=1)).isoformat()
    change(hook, sealed_secrets=entries)
    emit(team.workspace)
    drain()
    assert verifies(second, receiver.posted[1])
    assert not verifies(first, receiver.posted[1])
    assert now(hook).old_secret_until is None


def test_a_second_rotation_does_not_shorten_the_day_of_the_first(team: Team, receiver: CountingServer) -> None:
    hook, first = endpoint(team.workspace, receiver.url + "/hook")
    second, third = rotate(hook), rotate(hook)
    emit(team.workspace)
    drain()
    assert all(verifies(secret, receiver.posted[0]) for secret in (first, second, third))
    rotate(hook)
    rotate(hook)
    with pytest.raises(Problem, match="valid already"):
        rotate(hook)


def test_a_leaked_secret_is_replaced_at_once(team: Team, receiver: CountingServer) -> None:
    hook, leaked = endpoint(team.workspace, receiver.url + "/hook")
    fresh = rotate(hook, keep_old=False)
    emit(team.workspace)
    drain()
    assert verifies(fresh, receiver.posted[0])
    assert not verifies(leaked, receiver.posted[0])


def test_a_sealed_secret_opens_for_its_endpoint_and_key_only(settings: Any) -> None:
    one, other = uuid7(), uuid7()
    sealed = secrets.seal(one, "whsec_x")
    assert secrets.unseal(one, sealed) == "whsec_x"
    with pytest.raises(SecretUnreadable):
        secrets.unseal(other, sealed)
    before = settings.SECRET_KEY
    settings.SECRET_KEY = "another"
    with pytest.raises(SecretUnreadable):
        secrets.unseal(one, sealed)
    settings.AURA_SECRETS_KEYS = [derived_key(before).decode()]
    assert secrets.unseal(one, sealed) == "whsec_x"


def test_secrets_move_to_a_new_key_and_outlive_the_old_one(team: Team, receiver: CountingServer, settings: Any) -> None:
    hook, secret = endpoint(team.workspace, receiver.url + "/hook")
    settings.AURA_SECRETS_KEYS = [Fernet.generate_key().decode()]
    out = StringIO()
    call_command("rotate_secrets", stdout=out)
    assert out.getvalue().startswith("1 secrets")
    settings.SECRET_KEY = "another" * 8
    assert now(hook).valid_secrets(timezone.now()) == [secret]
    settings.AURA_SECRETS_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(CommandError, match="AURA_SECRETS_KEYS"):
        call_command("rotate_secrets")


def test_a_secret_that_does_not_open_is_a_failure_in_words(team: Team, receiver: CountingServer, settings: Any) -> None:
    endpoint(team.workspace, receiver.url + "/hook")
    settings.SECRET_KEY = "another"
    delivery = emit(team.workspace)
    drain()
    assert (now(delivery).state, now(delivery).error_code) == ("failed", "secret_unreadable")
    assert receiver.seen == []


def test_a_secret_is_in_no_row_and_in_no_log(team: Team, receiver: CountingServer) -> None:
    lines = StringIO()
    handler = logging.StreamHandler(lines)
    root = logging.getLogger()
    root.addHandler(handler)
    before, root.level = root.level, logging.DEBUG
    try:
        answer = api_client(team.alice).post(
            "/api/v1/webhooks/endpoints",
            {"url": receiver.url + "/hook?key=h1dden-token", "events": ["audience.run.completed"]},
            headers={"Idempotency-Key": "k1"},
        )
        secret = answer.json()["secret"]
        rotated = rotate(WebhookEndpoint(pk=answer.json()["id"], workspace_id=team.workspace.pk))
        emit(team.workspace)
        drain()
    finally:
        root.removeHandler(handler)
        root.level = before
    assert verifies(secret, receiver.posted[0])
    assert "h1dden-token" not in lines.getvalue()
    with staff_scope("test"), connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        tables = [row[0] for row in cursor.fetchall()]
    dump = StringIO()
    with workspace_scope(team.workspace.pk), connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'SELECT t::text FROM "{table}" t')  # noqa: S608
            dump.writelines(row[0] for row in cursor.fetchall())
    assert str(answer.json()["id"]) in dump.getvalue()
    for planted in (secret, rotated):
        bare = planted.removeprefix("whsec_")
        assert bare not in lines.getvalue()
        assert bare not in dump.getvalue()


def test_a_secret_is_shown_by_what_makes_it_and_never_again(team: Team) -> None:
    client = api_client(team.alice)
    made = client.post(
        "/api/v1/webhooks/endpoints", {"url": "https://example.org/x", "events": ["audience.run.failed"]}
    )
    assert made.status_code == 201
    assert made["Cache-Control"] == "no-store"
    secret, where = made.json()["secret"], made["Location"]
    turned = client.post(where + "/rotate-secret")
    assert turned.json()["secret"] not in {"", secret}
    assert turned["Cache-Control"] == "no-store"
    pages = page_client(team.alice)
    pk = made.json()["id"]
    staff = page_client(User.objects.create_superuser("staff@example.org"))
    seen = [
        client.get(where).content,
        client.get("/api/v1/webhooks/endpoints").content,
        client.patch(where, {"description": "y"}).content,
        pages.get(f"/settings/webhooks/{pk}/").content,
        pages.get(f"/settings/webhooks/{pk}/edit/").content,
        staff.get(f"/admin/webhooks/webhookendpoint/{pk}/change/").content,
    ]
    for content in seen:
        assert b"whsec_" not in content
        assert b"sealed" not in content
        assert b"gAAAA" not in content
