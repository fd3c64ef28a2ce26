"""M2: a key acts for one workspace with its scopes, is shown once, ends when it is revoked or its time is over."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import ApiKey, Role, User, Workspace
from accounts.services import members
from accounts.services.keys import revoke_key
from accounts.services.workspaces import close_workspace
from accounts.sockets import by_key
from accounts.tests.words import bearer, key_for, member
from accounts.tokens import digest, new_token, telling_part, workspace_in
from audience.tests import factories
from aura.jobs.handshake import NO_WORKSPACE, UNAUTHENTICATED, Handshake, Refused
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team, api_client, page_client

pytestmark = pytest.mark.django_db
ACCOUNTS = "/api/v1/audience/accounts"
KEYS = "/api/v1/workspaces/north/api-keys"


def test_a_key_is_shown_once_and_kept_as_a_hash(team: Team) -> None:
    made = api_client(team.alice).post(KEYS, {"name": "Report", "scopes": ["audience:read"]})
    assert made.status_code == 201
    secret = made.json()["key"]
    assert secret.startswith("aura_")
    assert made["Cache-Control"] == "no-store"
    listed = api_client(team.alice).get(KEYS).json()["results"]
    assert "key" not in listed[0]
    assert secret.startswith(listed[0]["prefix"])
    with workspace_scope(team.workspace.id):
        row = ApiKey.objects.get()
    assert row.digest == digest(secret)
    assert secret not in str(row.__dict__)
    assert bearer(secret).get(ACCOUNTS).status_code == 200


def test_a_key_sees_its_own_workspace_only(team: Team) -> None:
    _, secret = key_for(team, "audience:read")
    with workspace_scope(team.elsewhere.id):
        other = factories.account(username="elsewhere")
    client = bearer(secret)
    assert client.get(ACCOUNTS).json()["results"] == []
    assert client.get(f"{ACCOUNTS}/{other.pk}").status_code == 404
    assert client.get(ACCOUNTS, headers={"X-Workspace": "south"}).status_code == 404
    assert client.get(ACCOUNTS, headers={"X-Workspace": "north"}).status_code == 200


@pytest.mark.parametrize(
    ("scopes", "method", "path", "status"),
    [
        (["audience:read"], "get", ACCOUNTS, 200),
        (["audience:read"], "post", ACCOUNTS, 403),
        (["audience:write"], "post", ACCOUNTS, 201),
        (["audience:write"], "get", ACCOUNTS, 403),
        (["jobs:read"], "get", ACCOUNTS, 403),
        (["jobs:read"], "get", "/api/v1/jobs", 200),
        (["audience:read"], "get", "/api/v1/jobs", 403),
        (["workspace:read"], "get", "/api/v1/workspaces/north/members", 200),
        (["workspace:read"], "get", "/api/v1/workspaces/north/invitations", 403),
        (["workspace:read", "workspace:admin"], "get", "/api/v1/workspaces/north/invitations", 200),
        (["workspace:read"], "patch", "/api/v1/workspaces/north", 403),
        (["workspace:admin"], "patch", "/api/v1/workspaces/north", 200),
        (["workspace:admin"], "delete", "/api/v1/workspaces/north", 403),
        (["workspace:read", "workspace:admin"], "get", KEYS, 403),
        (["workspace:admin"], "post", KEYS, 403),
        (["workspace:admin"], "post", "/api/v1/workspaces/north/leave", 403),
        (["workspace:admin"], "get", "/api/v1/me", 403),
        (["workspace:admin"], "get", "/api/v1/workspaces", 403),
        (["workspace:admin"], "post", "/api/v1/workspaces", 403),
    ],
)
def test_a_scope_opens_what_it_says(team: Team, scopes: list[str], method: str, path: str, status: int) -> None:
    _, secret = key_for(team, *scopes)
    response = getattr(bearer(secret), method)(path, {"username": "northroast", "name": "North 2"})
    assert response.status_code == status, response.content
    if status == 403:
        assert response.json()["code"] in {"missing_scope", "key_not_allowed"}


def test_deleting_an_account_needs_the_admin_scope_too(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        account = factories.account()
    _, writer = key_for(team, "audience:write")
    refused = bearer(writer).delete(f"{ACCOUNTS}/{account.pk}")
    assert (refused.status_code, refused.json()["code"]) == (403, "missing_scope")
    _, admin = key_for(team, "audience:write", "workspace:admin")
    assert bearer(admin).delete(f"{ACCOUNTS}/{account.pk}").status_code == 204


def test_what_is_guessed_about_a_person_needs_its_own_scope(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        person = factories.commenter()
        factories.classification(person)
    path = f"/api/v1/audience/commenters/{person.pk}/classification"
    _, reader = key_for(team, "audience:read", "audience:write")
    _, trusted = key_for(team, "audience:people")
    assert bearer(reader).get(path).status_code == 403
    assert bearer(trusted).get(path).status_code == 200


def no_time(team: Team, key: ApiKey) -> None:
    ApiKey.objects.filter(pk=key.pk).update(expires_at=timezone.now() - timedelta(seconds=1))


def revoked(team: Team, key: ApiKey) -> None:
    ApiKey.objects.filter(pk=key.pk).update(revoked_at=timezone.now())


def no_maker(team: Team, key: ApiKey) -> None:
    User.objects.filter(pk=team.alice.pk).update(is_active=False)


def no_workspace(team: Team, key: ApiKey) -> None:
    Workspace.objects.filter(pk=team.workspace.pk).update(closed_at=timezone.now())


@pytest.mark.parametrize("end", [no_time, revoked, no_maker, no_workspace])
def test_a_key_that_ended_opens_nothing(team: Team, end: Any) -> None:
    key, secret = key_for(team, "audience:read")
    with workspace_scope(team.workspace.id):
        end(team, key)
    response = bearer(secret).get(ACCOUNTS)
    assert (response.status_code, response.json()["code"]) == (401, "invalid_key")
    assert "WWW-Authenticate" in response


@pytest.mark.parametrize("secret", ["aura_", "aura_x", "aura_" + "a" * 73, "aura_" + "é" * 80, "aura_ a b"])
def test_a_made_up_key_is_refused(team: Team, secret: str) -> None:
    assert bearer(secret).get(ACCOUNTS).status_code == 401


def test_a_key_of_another_workspace_does_not_fit(team: Team) -> None:
    """The place that a key names proves nothing: the hash covers it."""
    _, secret = key_for(team, "audience:read")
    forged = new_token(team.elsewhere.id, "aura_")
    assert bearer(forged[:35] + secret[35:]).get(ACCOUNTS).status_code == 401


def test_the_keys_of_somebody_who_goes_stop_working(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        bob = member(team, team.bob)
        alice = member(team, team.alice)
        members.change_role(alice, bob, Role.ADMIN)
    made = api_client(team.bob).post(KEYS, {"name": "Bob's", "scopes": ["audience:read"]}).json()["key"]
    assert bearer(made).get(ACCOUNTS).status_code == 200
    with workspace_scope(team.workspace.id):
        members.change_role(alice, bob, Role.VIEWER)
    assert bearer(made).get(ACCOUNTS).status_code == 401


def test_the_use_of_a_key_is_noted(team: Team) -> None:
    key, secret = key_for(team, "audience:read")
    bearer(secret).get(ACCOUNTS)
    with workspace_scope(team.workspace.id):
        first = ApiKey.objects.get(pk=key.pk).last_used_at
    bearer(secret).get(ACCOUNTS)
    with workspace_scope(team.workspace.id):
        assert ApiKey.objects.get(pk=key.pk).last_used_at == first, "at most once a minute"
    assert first is not None


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"name": "", "scopes": ["audience:read"]}, "/name"),
        ({"name": "x", "scopes": ["everything"]}, "/scopes"),
        ({"name": "x", "scopes": []}, "/scopes"),
        ({"name": "x"}, "/scopes"),
    ],
)
def test_what_is_wrong_with_a_new_key_is_named(team: Team, body: dict[str, Any], pointer: str) -> None:
    response = api_client(team.alice).post(KEYS, body)
    assert response.status_code == 400
    assert response.json()["errors"][0]["pointer"].startswith(pointer)


def test_the_page_shows_a_new_key_once_and_revokes_it(team: Team) -> None:
    client = page_client(team.alice)
    made = client.post(
        reverse("accounts:keys"), {"name": "Report", "scopes": ["audience:read", "jobs:read"], "expires": "30"}
    )
    assert made.status_code == 201
    secret = made.context["secret"]
    assert secret in made.content.decode()
    assert secret not in client.get(reverse("accounts:keys")).content.decode()
    assert bearer(secret).get(ACCOUNTS).status_code == 200
    with workspace_scope(team.workspace.id):
        key = ApiKey.objects.get()
    assert key.expires_at is not None
    client.post(reverse("accounts:revoke_key", args=[key.pk]))
    assert bearer(secret).get(ACCOUNTS).status_code == 401
    assert b"Revoked" in client.get(reverse("accounts:keys")).content


def test_keys_end_with_their_workspace(team: Team) -> None:
    _, secret = key_for(team, "audience:read")
    with workspace_scope(team.workspace.id):
        close_workspace(member(team, team.alice))
    assert bearer(secret).get(ACCOUNTS).status_code == 401


@given(st.uuids(), st.sampled_from(["", "aura_"]))
def test_a_token_names_its_workspace(workspace_id: Any, start: str) -> None:
    token = new_token(workspace_id, start)
    assert workspace_in(token, start) == workspace_id
    assert token.startswith(telling_part(token, start))
    assert len(token) > len(telling_part(token, start)) + 40


@given(st.text(max_size=120))
def test_no_text_breaks_the_reading_of_a_token(text: str) -> None:
    assert workspace_in(text, "aura_") is None or text.startswith("aura_")
    workspace_in(text)


def test_two_tokens_differ() -> None:
    place = uuid4()
    assert new_token(place) != new_token(place)


def knock(secret: str, workspace: str = "") -> Any:
    return by_key(Handshake("", "", {}, secret, {"workspace": [workspace]}))


def test_a_key_with_jobs_opens_the_socket_of_its_workspace_until_it_ends(team: Team) -> None:
    key, secret = key_for(team, "jobs:read")
    access = knock(secret)
    assert (access.workspace_id, access.check()) == (team.workspace.id, None)
    with pytest.raises(Refused) as elsewhere:
        knock(secret, "south")
    assert elsewhere.value.code == NO_WORKSPACE
    with workspace_scope(team.workspace.id):
        revoke_key(key, user_id=team.alice.pk)
    assert access.check() == UNAUTHENTICATED
    assert knock("eyJhbGciOi") is None


def test_a_key_without_jobs_opens_no_socket(team: Team) -> None:
    for secret in (key_for(team, "audience:read")[1], "aura_nothing"):
        with pytest.raises(Refused) as refused:
            knock(secret)
        assert refused.value.code == UNAUTHENTICATED
