"""A list of fifty costs no more queries than a list of one, and a page reads only rollups (spec: ≤ 10 queries)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audience.models import Run, TrackedAccount
from audience.services import rollups
from audience.tests import factories
from aura.jobs.models import Job
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team, api_client, page_client

LISTS = ["accounts", "runs"]
OF_ACCOUNT = ["posts", "comments", "commenters", "top_commenters"]
PAGES = ["home", "audience:list", "audience:runs", "jobs:list"]
SETTINGS = ("SAVEPOINT", "RELEASE", "set_config", "BEGIN", "COMMIT")


def fill(team: Team, size: int) -> TrackedAccount:
    """One account with ``size`` posts, people, comments and runs, and as many other accounts and jobs."""
    with workspace_scope(team.workspace.id):
        account = factories.account()
        for number in range(size):
            factories.account()
            at = factories.NOON + timedelta(days=number)
            factories.comment(factories.post(account), factories.commenter(), commented_at=at)
            Run.objects.create(workspace=team.workspace, account=account, state=Run.State.DONE)
            Job.objects.create(workspace=team.workspace, kind="test.none", lane="bulk", state="done")
        rollups.rebuild(account)
    return account


def reads(found: CaptureQueriesContext) -> list[str]:
    """The statements that read or write rows, without those that open and close scopes."""
    return [q["sql"] for q in found.captured_queries if not any(word in q["sql"][:80] for word in SETTINGS)]


def count(client: object, url: str) -> int:
    with CaptureQueriesContext(connection) as found:
        response = client.get(url)  # type: ignore[attr-defined]
    assert response.status_code == 200, response.content[:300]
    return len(reads(found))


@pytest.mark.parametrize("size", [1, 30])
@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_the_api_costs_at_most_ten_queries(team: Team, name: str, size: int) -> None:
    fill(team, size)
    assert count(api_client(team.alice), reverse(f"api:audience:{name}")) <= 10


@pytest.mark.parametrize("name", OF_ACCOUNT)
def test_a_list_of_an_account_costs_the_same_for_one_and_for_many(team: Team, name: str) -> None:
    client = api_client(team.alice)
    few, many = (reverse(f"api:audience:{name}", args=[fill(team, size).pk]) for size in (1, 30))
    count(client, few)
    assert count(client, few) == count(client, many) <= 10


@pytest.mark.parametrize("name", PAGES)
def test_a_page_with_a_list_costs_the_same_for_one_and_for_many(team: Team, name: str) -> None:
    client = page_client(team.alice)
    fill(team, 1)
    count(client, reverse(name))
    before = count(client, reverse(name))
    fill(team, 20)
    assert count(client, reverse(name)) == before


def test_the_report_costs_the_same_for_one_person_and_for_many(team: Team) -> None:
    client = page_client(team.alice)
    few, many = (reverse("audience:account", args=[fill(team, size).username]) for size in (12, 40))
    count(client, few)
    assert count(client, few) == count(client, many) <= 25
