"""Who makes a workspace's pictures, in which order, with whose key and in whose ledger."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import EntryState, Membership, UsageEntry
from accounts.services import imaging
from accounts.services.credentials import save_credential
from accounts.services.imaging import has_image_model, image_makers, signed_by_replicate
from aura.providers.image_ports import ImageOrder, Making
from aura.providers.replicate import images
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team, page_client
from aura.testing.simulators.replicate import SECRET, TOKEN, ReplicateSimulator
from aura.testing.simulators.replicate.hooks import signed

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "staff"])
KEY = "simulated-gemini-key"
BODY = b'{"id":"gm3","status":"succeeded"}'


@pytest.fixture
def service(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[ReplicateSimulator]:
    monkeypatch.setattr(images, "_schemas", {})
    monkeypatch.setattr(imaging, "_secrets", {})
    with ReplicateSimulator() as running:
        placed = settings.AURA_OUTSIDE
        settings.AURA_OUTSIDE = replace(placed, replicate=replace(placed.replicate, url=running.url, timeout=5))
        yield running


def save(team: Team, name: str, value: str) -> None:
    with workspace_scope(team.workspace.pk):
        save_credential(Membership.objects.get(user=team.alice), name, value)


def test_without_keys_the_composer_is_left_and_each_other_says_why(team: Team) -> None:
    chain = image_makers(team.workspace.pk)
    assert [maker.name for maker in chain.makers] == ["local:composer"]
    assert [(one.name, one.error.code) for one in chain.skipped] == [
        ("replicate", "provider_key_missing"),
        ("gemini", "provider_key_missing"),
        ("openai", "model_missing"),
    ]
    assert "Replicate" in chain.skipped[0].error.message
    assert not has_image_model(team.workspace.pk)


def test_the_best_with_a_key_comes_first(team: Team, settings: Any) -> None:
    save(team, "replicate", TOKEN)
    save(team, "gemini", KEY)
    placed = settings.AURA_OUTSIDE
    own = replace(placed.openai_images, url="http://127.0.0.1:11434/v1", model="flux")
    settings.AURA_OUTSIDE = replace(placed, openai_images=own)
    chain = image_makers(team.workspace.pk)
    assert [maker.name for maker in chain.makers] == [
        "replicate:black-forest-labs/flux-schnell",
        "gemini:gemini-3.1-flash-image",
        "openai:flux",
        "local:composer",
    ]
    assert chain.skipped == []
    assert has_image_model(team.workspace.pk)
    assert [maker.name for maker in image_makers(team.elsewhere.pk).makers] == ["openai:flux", "local:composer"]


@pytest.mark.parametrize("wanted", ["replicate", "gemini", "openai"])
def test_who_chose_a_service_does_not_get_another(team: Team, wanted: str) -> None:
    chain = image_makers(team.workspace.pk, wanted)
    assert (chain.makers, [one.name for one in chain.skipped]) == ([], [wanted])


def test_a_picture_is_booked_once_in_the_workspaces_ledger(team: Team, service: ReplicateSimulator) -> None:
    save(team, "replicate", TOKEN)
    (maker,) = image_makers(team.workspace.pk, "replicate", subject="generation:1").makers
    making = maker.start(ImageOrder("marker", "A red mug", count=2))
    (later,) = image_makers(team.workspace.pk, "replicate").makers
    done = later.look(Making("running", id=making.id, model=making.model, reservation=making.reservation), wait=5)
    assert (done.state, len(done.images)) == ("done", 2)
    assert done.charge is not None
    for _ in range(2):
        done.charge.book()
    with workspace_scope(team.workspace.pk):
        entry = UsageEntry.objects.exclude(amount=0).get()
    assert (entry.state, str(entry.amount), entry.images, entry.subject) == (
        EntryState.SETTLED,
        "0.00600000",
        2,
        "generation:1",
    )


def test_a_webhook_is_taken_with_the_accounts_own_signature(team: Team, service: ReplicateSimulator) -> None:
    save(team, "replicate", TOKEN)
    now = 1_800_000_000.0
    headers = signed(BODY, "msg_1", SECRET, now)
    for _ in range(3):
        assert signed_by_replicate(team.workspace.pk, headers, BODY, now=lambda: now) == "msg_1"
        assert signed_by_replicate(team.workspace.pk, headers, BODY + b" ", now=lambda: now) is None
    assert len(service.asked("/secret")) == 1


def test_a_key_that_was_renewed_is_fetched_again_once_a_minute(
    team: Team, service: ReplicateSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(team, "replicate", TOKEN)
    now = 1_800_000_000.0
    old = signed(BODY, "msg_1", SECRET, now)
    assert signed_by_replicate(team.workspace.pk, old, BODY, now=lambda: now) == "msg_1"
    service.secret = "whsec_" + "QUJD" * 8
    new = signed(BODY, "msg_2", service.secret, now)
    assert signed_by_replicate(team.workspace.pk, new, BODY, now=lambda: now) is None
    monkeypatch.setattr(imaging, "REFRESH_SECONDS", 0.0)
    assert signed_by_replicate(team.workspace.pk, new, BODY, now=lambda: now) == "msg_2"


def test_a_key_is_checked_with_the_service_itself(team: Team, service: ReplicateSimulator) -> None:
    page, check = reverse("accounts:providers"), reverse("accounts:check_provider", args=["replicate"])
    client = page_client(team.alice)
    assert check not in client.get(page).content.decode()
    assert "There is no API token" in client.post(check, follow=True).content.decode()
    save(team, "replicate", TOKEN)
    assert check in client.get(page).content.decode()
    assert "Replicate takes the key." in client.post(check, follow=True).content.decode()
    save(team, "replicate", "r8_another_token")
    assert "Replicate refuses the token" in client.post(check, follow=True).content.decode()
    assert len(service.asked("GET /v1/account")) == 2
    assert page_client(team.bob).post(check).status_code == 403
    assert client.post(reverse("accounts:check_provider", args=["apify"])).status_code == 404


def test_without_a_token_no_webhook_is_taken(team: Team, service: ReplicateSimulator) -> None:
    headers = signed(BODY, "msg_1", SECRET, 1_800_000_000)
    assert signed_by_replicate(team.workspace.pk, headers, BODY, now=lambda: 1_800_000_000) is None
    assert service.asked() == []
