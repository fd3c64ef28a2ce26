"""A possible minor is never a row: not in a list, not by absence in the list beside it (A7)."""

import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from audience.models import Commenter, TrackedAccount
from audience.services import rollups
from audience.tests import factories
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team, api_client, page_client


@pytest.fixture
def account(team: Team) -> TrackedAccount:
    """Two people with a comment each: one of them may be a minor."""
    with workspace_scope(team.workspace.id):
        account = factories.account(username="northroast")
        young = factories.commenter(username="young.one", age="13-17", possible_minor=True)
        grown = factories.commenter(username="grown.one")
        for person in (young, grown):
            factories.classification(person)
        factories.comments(factories.post(account), [young, grown])
        rollups.rebuild(account)
    return account


@pytest.mark.parametrize("name", ["commenters", "top_commenters", "comments"])
def test_the_api_names_nobody_who_may_be_a_minor(team: Team, account: TrackedAccount, name: str) -> None:
    answer = api_client(team.alice).get(reverse(f"api:audience:{name}", args=[account.pk]))
    assert "grown.one" in answer.content.decode()
    assert "young.one" not in answer.content.decode()


def test_their_comments_stay_without_a_name(team: Team, account: TrackedAccount) -> None:
    rows = api_client(team.alice).get(reverse("api:audience:comments", args=[account.pk])).json()["results"]
    assert sorted((row["username"] or "") for row in rows) == ["", "grown.one"]
    assert [row["commenter_id"] for row in rows if row["username"] is None] == [None]


@pytest.mark.parametrize("name", ["account", "commenters_csv"])
def test_the_page_and_its_csv_name_nobody_who_may_be_a_minor(team: Team, account: TrackedAccount, name: str) -> None:
    page = page_client(team.alice).get(reverse(f"audience:{name}", args=[account.username])).content.decode()
    assert "grown.one" in page
    assert "young.one" not in page


def test_neither_their_classification_nor_their_picture_is_shown(team: Team, account: TrackedAccount) -> None:
    with workspace_scope(team.workspace.id):
        young = Commenter.objects.get(username="young.one")
    assert api_client(team.alice).get(reverse("api:audience:classification", args=[young.pk])).status_code == 404
    assert page_client(team.alice).get(reverse("audience:picture", args=[young.pk])).status_code == 404


def test_each_look_at_a_person_is_on_record(team: Team, account: TrackedAccount) -> None:
    with workspace_scope(team.workspace.id):
        grown = Commenter.objects.get(username="grown.one")
    url = reverse("api:audience:classification", args=[grown.pk])
    assert api_client(team.viewer).get(url).status_code == 403
    assert api_client(team.bob).get(url).json()["gender"] == "woman"
    page_client(team.bob).get(reverse("audience:account", args=[account.username]))
    page_client(team.viewer).get(reverse("audience:account", args=[account.username]))
    with workspace_scope(team.workspace.id):
        seen = list(AuditEntry.objects.order_by("created_at").values_list("action", "user__email", "target"))
    assert seen == [
        ("audience.person.viewed", "bob@example.org", str(grown.pk)),
        ("audience.people.viewed", "bob@example.org", str(account.pk)),
    ]
