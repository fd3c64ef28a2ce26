"""Webhooks are for admins and owners of the workspace: pages, API, admin, and the database beneath (M3)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import AuditEntry, Membership, Role, User
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team, api_client, page_client
from aura.webhooks.models import WebhookDelivery, WebhookEndpoint, WebhookEvent
from aura.webhooks.services import MAX_ENDPOINTS
from aura.webhooks.tests.factories import emit, endpoint, now

PEOPLE = ("owner", "admin", "analyst", "viewer", "stranger", "nobody")
MAY = {"owner", "admin"}


@dataclass(frozen=True, slots=True)
class World:
    """One endpoint with one delivery in the workspace “north”."""

    team: Team
    endpoint: WebhookEndpoint
    delivery: WebhookDelivery
    admin: User

    def user(self, who: str) -> User | None:
        """The person in that role."""
        team = self.team
        people = {"owner": team.alice, "admin": self.admin, "analyst": team.bob, "viewer": team.viewer}
        return None if who == "nobody" else people.get(who, team.charlie)

    def page(self, who: str) -> Client:
        user = self.user(who)
        return page_client(user) if user else Client()

    def api(self, who: str) -> APIClient:
        user = self.user(who)
        return api_client(user) if user else APIClient()


@pytest.fixture
def world(team: Team) -> World:
    admin = User.objects.create_user("ada@example.org")
    with workspace_scope(team.workspace.pk):
        Membership.objects.create(workspace=team.workspace, user=admin, role=Role.ADMIN)
    hook, _ = endpoint(team.workspace, description="Shop system")
    return World(team, hook, emit(team.workspace), admin)


def of_endpoint(name: str) -> Callable[[World], str]:
    return lambda w: reverse(name, args=[w.endpoint.pk])


def of_delivery(name: str) -> Callable[[World], str]:
    return lambda w: reverse(name, args=[w.delivery.pk])


Case = tuple[str, Callable[[World], str], dict[str, Any], int]
FORM = {"url": "https://example.org/new", "events": ["audience.run.failed"], "description": "New"}
PAGES: dict[str, Case] = {
    "detail": ("get", of_endpoint("webhooks:endpoint"), {}, 200),
    "edit": ("get", of_endpoint("webhooks:edit"), {}, 200),
    "save": ("post", of_endpoint("webhooks:edit"), FORM, 302),
    "switch": ("post", of_endpoint("webhooks:switch"), {"on": "0"}, 302),
    "rotate": ("post", of_endpoint("webhooks:rotate"), {}, 200),
    "test": ("post", of_endpoint("webhooks:test"), {}, 302),
    "delete": ("post", of_endpoint("webhooks:delete"), {}, 302),
    "delivery": ("get", of_delivery("webhooks:delivery"), {}, 200),
    "redeliver": ("post", of_delivery("webhooks:redeliver"), {}, 302),
}
API: dict[str, Case] = {
    "detail": ("get", of_endpoint("api:webhooks:endpoint"), {}, 200),
    "change": ("patch", of_endpoint("api:webhooks:endpoint"), {"description": "New"}, 200),
    "rotate": ("post", of_endpoint("api:webhooks:rotate_secret"), {}, 200),
    "test": ("post", of_endpoint("api:webhooks:test"), {}, 202),
    "delete": ("delete", of_endpoint("api:webhooks:endpoint"), {}, 204),
    "delivery": ("get", of_delivery("api:webhooks:delivery"), {}, 200),
    "redeliver": ("post", of_delivery("api:webhooks:redeliver"), {}, 202),
}


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_about_a_webhook_is_for_its_admins(world: World, name: str, who: str) -> None:
    method, address, data, good = PAGES[name]
    response = getattr(world.page(who), method)(address(world), data)
    wanted = {"stranger": 404, "nobody": 302}.get(who, good if who in MAY else 403)
    assert response.status_code == wanted, response.content[:500]
    if who == "nobody":
        assert reverse("accounts:sign_in") in response["Location"]


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("name", API)
def test_a_webhook_in_the_api_is_for_its_admins(world: World, name: str, who: str) -> None:
    method, address, data, good = API[name]
    response = getattr(world.api(who), method)(address(world), data or None)
    wanted = {"stranger": 404, "nobody": 401}.get(who, good if who in MAY else 403)
    assert response.status_code == wanted, response.content[:500]
    if name == "change" and who not in MAY:
        assert now(world.endpoint).description == "Shop system"


@pytest.mark.parametrize("who", PEOPLE)
def test_lists_show_a_stranger_nothing_of_mine(world: World, who: str) -> None:
    response = world.page(who).get(reverse("webhooks:list"))
    wanted = {"stranger": 200, "nobody": 302}.get(who, 200 if who in MAY else 403)
    assert response.status_code == wanted
    assert (b"Shop system" in response.content) == (who in MAY)
    for name in ("endpoints", "deliveries"):
        answer = world.api(who).get(reverse(f"api:webhooks:{name}"))
        assert answer.status_code == {"stranger": 200, "nobody": 401}.get(who, 200 if who in MAY else 403)
        if answer.status_code == 200:
            assert len(answer.json()["results"]) == (1 if who in MAY else 0)


def test_the_menu_offers_webhooks_to_those_who_may(world: World) -> None:
    for who, wanted in (("owner", True), ("admin", True), ("analyst", False), ("viewer", False)):
        assert (reverse("webhooks:list") in world.page(who).get(reverse("accounts:profile")).content.decode()) is wanted


def test_the_database_keeps_workspaces_apart(world: World) -> None:
    south = world.team.elsewhere
    with workspace_scope(south.pk):
        for model in (WebhookEndpoint, WebhookEvent, WebhookDelivery):
            assert model.objects.count() == 0
    with pytest.raises(DatabaseError, match="row-level security"), workspace_scope(south.pk):
        WebhookEvent.objects.create(workspace=world.team.workspace, type="x", payload={})


def test_a_delivery_cannot_point_into_another_workspace(world: World) -> None:
    def cross() -> None:
        with workspace_scope(world.team.elsewhere.pk):
            event = WebhookEvent.objects.create(workspace=world.team.elsewhere, type="x", payload={})
            WebhookDelivery.objects.create(workspace=world.team.elsewhere, event=event, endpoint=world.endpoint)
            connection.check_constraints()

    with pytest.raises(DatabaseError, match="foreign key"):
        cross()


def test_the_delivery_log_is_filtered(world: World) -> None:
    client, where = world.api("owner"), reverse("api:webhooks:deliveries")
    hits = {
        f"endpoint={world.endpoint.pk}": 1,
        f"endpoint={world.delivery.pk}": 0,
        "state=waiting": 1,
        "state=failed": 0,
        "event=audience.run.completed": 1,
        "event=audience.run.failed": 0,
        f"event_id={world.delivery.event_id}": 1,
        "created_at__gte=2999-01-01T00:00:00Z": 0,
    }
    for query, wanted in hits.items():
        assert len(client.get(f"{where}?{query}").json()["results"]) == wanted, query
    assert client.get(f"{where}?state=odd").status_code == 400


def test_changes_are_validated_and_on_record(world: World) -> None:
    client, where = world.api("admin"), reverse("api:webhooks:endpoint", args=[world.endpoint.pk])
    refused: list[dict[str, Any]] = [
        {"url": "http://example.org/"},
        {"events": []},
        {"events": ["x.y"]},
        {"enabled": "maybe"},
    ]
    for bad in refused:
        assert client.patch(where, bad).status_code == 400, bad
    answer = client.patch(where, {"enabled": False, "events": ["audience.run.failed"] * 2, "failures": 9})
    assert (answer.json()["enabled"], answer.json()["disabled_reason"]) == (False, "by_hand")
    assert (answer.json()["events"], answer.json()["failures"]) == (["audience.run.failed"], 0)
    off = client.post(reverse("api:webhooks:test", args=[world.endpoint.pk]))
    assert (off.status_code, off.json()["code"]) == (409, "endpoint_off")
    with workspace_scope(world.team.workspace.pk):
        entry = AuditEntry.objects.get(action="webhooks.endpoint.changed")
        assert (entry.user_id, entry.target) == (world.admin.pk, str(world.endpoint.pk))


def test_the_same_redelivery_twice_is_one(world: World) -> None:
    with workspace_scope(world.team.workspace.pk):
        WebhookDelivery.objects.update(state="delivered")
    where = reverse("api:webhooks:redeliver", args=[world.delivery.pk])
    first, second = (world.api("owner").post(where, headers={"Idempotency-Key": "again"}) for _ in range(2))
    assert first.json()["id"] == second.json()["id"]
    assert second["Idempotent-Replayed"] == "true"
    assert first["Location"] == reverse("api:webhooks:delivery", args=[first.json()["id"]])
    with workspace_scope(world.team.workspace.pk):
        assert WebhookDelivery.objects.count() == 2


def test_a_workspace_has_a_limit_of_endpoints(world: World) -> None:
    with workspace_scope(world.team.workspace.pk):
        WebhookEndpoint.objects.bulk_create(
            WebhookEndpoint(workspace=world.team.workspace, url="https://example.org/", events=[])
            for _ in range(MAX_ENDPOINTS - 1)
        )
    answer = world.api("owner").post(reverse("api:webhooks:endpoints"), FORM)
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_endpoints")
    page = world.page("owner").post(reverse("webhooks:new"), FORM)
    assert page.status_code == 422
    assert f"at most {MAX_ENDPOINTS} endpoints" in page.content.decode()
