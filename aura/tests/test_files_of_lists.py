"""M15: every list comes as CSV, XLSX and JSON, by API and by page, within the same limits as the list (A7)."""

import csv
import io
import json
from typing import Any

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import AuditEntry
from audience.models import Run, TrackedAccount
from audience.services import rollups
from audience.tests import factories
from aura.jobs.models import Job
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team, api_client, page_client

LISTS = ["api:audience:accounts", "api:audience:runs", "api:jobs:jobs", "api:optimize:sessions"]
OF_ACCOUNT = ["posts", "comments", "commenters", "top_commenters"]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def account(team: Team) -> TrackedAccount:
    """An account with comments of a plain person and of a possible minor."""
    with workspace_scope(team.workspace.id):
        account = factories.account(username="northroast", biography="=1+1")
        post = factories.post(account)
        factories.comment(post, factories.commenter(username="anna"), text="=HYPERLINK(1)")
        factories.comment(post, factories.commenter(username="kid", possible_minor=True))
        Run.objects.create(workspace=team.workspace, account=account, state=Run.State.DONE)
        Job.objects.create(workspace=team.workspace, kind="test.none", lane="bulk", state="dead", error_code="x")
        rollups.rebuild(account)
    return account


def urls(team: Team, account: TrackedAccount) -> list[str]:
    own = [reverse(f"api:audience:{name}", args=[account.pk]) for name in [*OF_ACCOUNT, "demographics"]]
    return [*(reverse(name) for name in LISTS), *own, reverse("api:privacy:audit", args=["north"])]


def body(response: Any) -> bytes:
    return bytes(response.content)


def rows(response: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body(response).decode("utf-8-sig"), newline="")))


def test_every_list_of_the_api_is_a_file_in_three_formats(team: Team, account: TrackedAccount) -> None:
    client = api_client(team.alice)
    for url in urls(team, account):
        for wanted, start in (("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK"), ("json", b"[")):
            response = client.get(url, {"format": wanted})
            assert response.status_code == 200, (url, wanted)
            assert "attachment" in response["Content-Disposition"]
            assert body(response).startswith(start)
    with workspace_scope(team.workspace.id):
        taken = list(AuditEntry.objects.filter(action="data.exported").values_list("detail__table", "detail__format"))
    assert len(taken) == 30
    assert ("top-commenters", "xlsx") in set(taken)


def test_the_accept_header_asks_for_a_file_as_well(team: Team, account: TrackedAccount) -> None:
    client, url = api_client(team.alice), reverse("api:audience:accounts")
    response = client.get(url, headers={"Accept": XLSX})
    assert response["Content-Type"] == XLSX
    values = [[c.value for c in row] for row in load_workbook(io.BytesIO(body(response))).worksheets[0].iter_rows()]
    assert "northroast" in values[1]
    assert "'=1+1" in values[1]
    assert client.get(url).json()["results"][0]["username"] == "northroast"
    assert client.get(url, headers={"Accept": "text/csv"})["Content-Type"] == "text/csv; charset=utf-8"


def test_a_filter_holds_for_the_file(team: Team, account: TrackedAccount) -> None:
    client, url = api_client(team.alice), reverse("api:audience:runs")
    assert len(rows(client.get(url, {"format": "csv", "state": "done"}))) == 1
    assert len(rows(client.get(url, {"format": "csv", "state": "failed"}))) == 0
    response = client.get(url, {"format": "csv", "state": "nonsense"})
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")


def test_possible_minors_and_guesses_are_in_no_file(team: Team, account: TrackedAccount) -> None:
    client = api_client(team.alice)
    for name in OF_ACCOUNT:
        data = body(client.get(reverse(f"api:audience:{name}", args=[account.pk]), {"format": "json"})).decode()
        assert "kid" not in data, name
        assert "25-34" not in data, name
    comments = client.get(reverse("api:audience:comments", args=[account.pk])).json()["results"]
    assert {(one["username"], one["commenter_id"] is None) for one in comments} == {(None, True), ("anna", False)}


def test_a_strangers_file_holds_nothing_of_mine(team: Team, account: TrackedAccount) -> None:
    client = api_client(team.charlie)
    for name in LISTS:
        assert json.loads(body(client.get(reverse(name), {"format": "json"}))) == []
    assert client.get(reverse("api:audience:posts", args=[account.pk]), {"format": "csv"}).status_code == 404
    assert client.get(reverse("api:privacy:audit", args=["north"]), {"format": "csv"}).status_code == 404


@pytest.mark.parametrize("wanted", ["csv", "xlsx", "json"])
def test_the_pages_offer_the_same_files(team: Team, account: TrackedAccount, wanted: str) -> None:
    client = page_client(team.viewer)
    tables = [
        reverse("table", args=[name, wanted])
        for name in ("accounts", "runs", "jobs", "compliments", "generations", "hashtags", "optimizations")
    ]
    names = ("posts", "comments", "commenters", "top-commenters")
    tables += [reverse("account_table", args=["northroast", name, wanted]) for name in names]
    made = ("demographics", "commenters")
    tables += [reverse("audience:account_export", args=["northroast", name, wanted]) for name in made]
    for url in tables:
        response = client.get(url)
        assert response.status_code == 200, url
        assert b"kid" not in body(response) or wanted == "xlsx"
    for url in ("/downloads/accounts.pdf", "/downloads/users.csv", "/audience/@northroast/people.csv"):
        assert client.get(url).status_code == 404


def test_guesses_in_a_file_are_for_analysts_and_on_record(team: Team, account: TrackedAccount) -> None:
    url = reverse("audience:account_export", args=["northroast", "commenters", "csv"])
    (seen,) = rows(page_client(team.bob).get(url))
    assert seen["gender (estimated)"] == "woman"
    (plain,) = rows(page_client(team.viewer).get(url))
    assert list(plain) == ["username", "name", "comments", "likes received", "last comment (UTC)"]
    with workspace_scope(team.workspace.id):
        assert AuditEntry.objects.filter(action="audience.people.exported", user=team.bob).count() == 1
