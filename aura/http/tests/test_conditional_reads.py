"""ETag and 304 on what the API reads."""

from django.urls import reverse

from audience.tests import factories
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team, page_client

ACCOUNTS = "api:audience:accounts"


def test_what_has_not_changed_is_not_sent_again(team: Team) -> None:
    client = page_client(team.alice)
    first = client.get(reverse(ACCOUNTS))
    assert first["ETag"].startswith('W/"')
    assert "private" in first["Cache-Control"]
    assert {"Authorization", "Cookie", "X-Workspace"} <= {part.strip() for part in first["Vary"].split(",")}
    again = client.get(reverse(ACCOUNTS), headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]
    assert again["X-Request-Id"]
    assert "RateLimit" in again


def test_what_has_changed_is_sent(team: Team) -> None:
    client = page_client(team.alice)
    tag = client.get(reverse(ACCOUNTS))["ETag"]
    with workspace_scope(team.workspace.id):
        factories.account(username="fresh")
    response = client.get(reverse(ACCOUNTS), headers={"If-None-Match": tag})
    assert response.status_code == 200
    assert response["ETag"] != tag


def test_the_tag_of_another_workspace_does_not_match(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        factories.account()
    tag = page_client(team.alice).get(reverse(ACCOUNTS))["ETag"]
    response = page_client(team.charlie).get(reverse(ACCOUNTS), headers={"If-None-Match": tag})
    assert response.status_code == 200


def test_writes_and_errors_have_no_tag(team: Team) -> None:
    client = page_client(team.alice)
    assert "ETag" not in client.post(reverse(ACCOUNTS), {"username": "fresh"})
    assert "ETag" not in client.get("/api/v1/nothing")
