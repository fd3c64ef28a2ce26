"""A6, A10: the report that a client gets, on paper and as a workbook."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import AuditEntry
from audience.models import TrackedAccount
from audience.services import rollups
from audience.tests import factories
from audience.views.sections import SECTIONS
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team, page_client


@pytest.fixture
def account(team: Team) -> TrackedAccount:
    with workspace_scope(team.workspace.id):
        account = factories.account("northroast", full_name="North Roast", followers=48_200)
        for number in range(3):
            at = factories.NOON + timedelta(days=20 * number)
            post = factories.post(
                account, posted_at=at, caption=f"Roast {number}", url="https://www.instagram.com/p/X/"
            )
            factories.comments(post, factories.commenters(20), at=at, every=timedelta(hours=2))
        factories.comment(post, factories.commenter(username="kid.of.north", possible_minor=True, age="13-17"))
        rollups.rebuild(account)
    return account


def page(team: Team, **query: str) -> str:
    response = page_client(team.viewer).get(reverse("audience:account_print", args=["northroast"]), query)
    assert response.status_code == 200
    return response.content.decode()


def test_the_paper_has_a_cover_and_ends_with_the_method(team: Team, account: TrackedAccount) -> None:
    text = page(team, note="For <b>Lena</b>")
    assert "2 March 2026 – 13 April 2026" in text
    assert team.workspace.name in text
    assert "For &lt;b&gt;Lena&lt;/b&gt;" in text
    places = [text.index(f'id="{section.key}-h"') for section in SECTIONS]
    assert places == sorted(places)
    assert SECTIONS[-1].key == "method"
    assert "nobody was asked" in text


def test_a_period_narrows_every_section(team: Team, account: TrackedAccount) -> None:
    text = page(team, start="2026-03-20", end="2026-03-31")
    assert "20 March 2026 – 31 March 2026" in text
    assert "Roast 1" in text
    assert "Roast 0" not in text
    assert "counts are rounded to" in text


def test_a_wrong_period_is_told_and_counts_as_none(team: Team, account: TrackedAccount) -> None:
    text = page(team, start="2026-03-20", end="2026-03-01")
    assert "Pick a day on or after the start day." in text


def test_days_without_comments_are_said_to_be_empty(team: Team, account: TrackedAccount) -> None:
    assert "Nothing to report" in page(team, start="2020-01-01", end="2020-02-01")


def test_no_guess_about_a_person_and_no_possible_minor_stands_on_paper(team: Team, account: TrackedAccount) -> None:
    text = page(team)
    assert "kid.of.north" not in text
    assert "Seen as" not in text


def test_the_paper_costs_the_same_queries_for_a_small_and_a_large_audience(team: Team, account: TrackedAccount) -> None:
    client, url = page_client(team.bob), reverse("audience:account_print", args=["northroast"])
    counts = []
    for _ in range(3):
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        counts.append(len(queries))
        with workspace_scope(team.workspace.id):
            post = factories.post(account, posted_at=factories.NOON)
            factories.comments(post, factories.commenters(30))
            rollups.rebuild(account)
    assert counts[1] == counts[2] <= 40


def workbook(team: Team, **query: str) -> Any:
    response = page_client(team.bob).get(reverse("audience:account_workbook", args=["northroast"]), query)
    assert response.status_code == 200
    return load_workbook(io.BytesIO(response.content), read_only=True)


def test_the_workbook_has_a_sheet_for_every_table(team: Team, account: TrackedAccount) -> None:
    book = workbook(team)
    assert book.sheetnames == ["About", "Demographics", "Days", "Hours", "Posts", "People"]
    posts = list(book["Posts"].values)
    assert [row[4] for row in posts[1:]] == [21, 20, 20]
    assert len(list(book["Hours"].values)) == 1 + 7 * 24
    names = [row[0] for row in book["People"].values]
    assert len(names) == 61
    assert "kid.of.north" not in names
    with workspace_scope(team.workspace.id):
        assert AuditEntry.objects.filter(action="data.exported").exists()


def test_the_workbook_of_a_period_holds_only_its_days(team: Team, account: TrackedAccount) -> None:
    book = workbook(team, start="2026-03-20", end="2026-03-31")
    days = [row[0].date().isoformat() for row in list(book["Days"].values)[1:]]
    assert days
    assert all("2026-03-20" <= day <= "2026-03-31" for day in days)
    assert len(list(book["Posts"].values)) == 2


def test_the_paper_of_another_workspace_is_not_found(team: Team, account: TrackedAccount) -> None:
    for name in ("account_print", "account_workbook"):
        response = page_client(team.charlie).get(reverse(f"audience:{name}", args=["northroast"]))
        assert response.status_code == 404
