"""What calls cost, on the page and over HTTP; who may read it and who may set the budget (M7)."""

import csv
import io
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Budget, Membership, UsageEntry
from accounts.services.ledger import meter, set_budget
from aura.providers.metering import Usage
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team, api_client, page_client

PAGE = "accounts:usage"
GEMINI = Usage("gemini", "gemini-3.5-flash-lite", "read", input_tokens=10_000, output_tokens=1000, items=16)
HOME = Usage("openai", "llama-at-home", "read", input_tokens=500, output_tokens=10, latency_ms=900)


@pytest.fixture
def calls(team: Team) -> Team:
    """In “north”: a call of Gemini, one that is uncertain, a scrape, a call without a price, one not made."""
    books = meter(team.workspace.pk, subject="run:0192")
    books.settle(books.reserve(GEMINI), replace(GEMINI, latency_ms=1500))
    books.keep(books.reserve(GEMINI), "timeout")
    scrape = Usage("apify", "apify/instagram-comment-scraper", "comments", items=1000, cost=Decimal("2.1"))
    books.settle(books.reserve(scrape), replace(scrape, latency_ms=2500))
    books.settle(books.reserve(HOME), HOME)
    books.release(books.reserve(HOME), "unreachable")
    return team


def cap(team: Team, dollars: str) -> None:
    with workspace_scope(team.workspace.pk):
        set_budget(Membership.objects.get(user=team.alice), Decimal(dollars))


def shown(client: Client, **query: str) -> str:
    return client.get(reverse(PAGE), query).content.decode()


def address(name: str) -> str:
    return reverse(f"api:{name}", args=["north"])


def test_the_page_says_what_was_spent_for_what(calls: Team) -> None:
    page = shown(page_client(calls.bob))
    assert "$2.11" in page  # 2.10 + 2 × 0.0055
    assert "$0.0055 of it uncertain" in page
    assert "Google Gemini" in page
    assert "llama-at-home" in page
    assert "no price" in page
    assert "1 not made" in page
    assert "No limit" in page
    assert "31 Dec 2026" in page


def test_the_gauge_shows_the_budget(calls: Team) -> None:
    cap(calls, "4.22")
    page = shown(page_client(calls.alice))
    assert "$2.11 of $4.22" in page
    assert '<progress class="au-bar au-s" value="50' in page
    assert "Left of the budget" in page


def test_a_reached_budget_is_said_with_what_to_do(calls: Team) -> None:
    cap(calls, "2.12")
    with pytest.raises(Exception, match="budget"):
        meter(calls.workspace.pk).reserve(replace(GEMINI, cost=Decimal(1)))
    assert "when you raise it below" in shown(page_client(calls.alice))
    assert "when an owner or admin raises it" in " ".join(shown(page_client(calls.bob)).split())


def test_a_month_before_has_its_own_page_and_nonsense_is_this_month(calls: Team) -> None:
    last = (timezone.now().replace(day=1) - timedelta(days=1)).strftime("%Y-%m")
    client = page_client(calls.alice)
    assert "No calls in this month" in shown(client, month=last)
    assert "Save the budget" not in shown(client, month=last)
    for nonsense in ("2026-13", "9999-01", "0001-01", "x", "1999-01"):
        assert "Google Gemini" in shown(client, month=nonsense)


def test_an_admin_sets_the_budget_without_a_script(calls: Team) -> None:
    client = page_client(calls.alice)
    answer = client.post(reverse("accounts:budget"), {"cap": "50.50"})
    assert answer.status_code == 302
    with workspace_scope(calls.workspace.pk):
        assert Budget.objects.get().cap == Decimal("50.50")
        assert AuditEntry.objects.filter(action="budget.changed").count() == 1
    assert 'value="50.50"' in shown(client)
    client.post(reverse("accounts:budget"), {"cap": ""})
    with workspace_scope(calls.workspace.pk):
        assert Budget.objects.get().cap is None


@pytest.mark.parametrize(("value", "words"), [("-1", "greater than or equal to 0"), ("1", "$2.12"), ("x", "number")])
def test_a_wrong_budget_is_told_beside_the_field(calls: Team, value: str, words: str) -> None:
    answer = page_client(calls.alice).post(reverse("accounts:budget"), {"cap": value})
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_an_analyst_reads_and_a_viewer_does_not(calls: Team) -> None:
    assert "Save the budget" not in shown(page_client(calls.bob))
    assert page_client(calls.bob).post(reverse("accounts:budget"), {"cap": "9"}).status_code == 403
    assert page_client(calls.viewer).get(reverse(PAGE)).status_code == 403
    assert "Usage" not in page_client(calls.viewer).get(reverse("accounts:members")).content.decode()


def test_a_strangers_page_shows_nothing_of_it(calls: Team) -> None:
    page = shown(page_client(calls.charlie))
    assert "No calls in this month" in page
    assert "llama-at-home" not in page


@pytest.mark.parametrize("wanted", ["csv", "xlsx", "json"])
def test_all_calls_come_as_a_file_and_that_is_on_record(calls: Team, wanted: str) -> None:
    answer = page_client(calls.bob).get(reverse("accounts:usage_export", args=[wanted]))
    assert answer.status_code == 200
    assert f"{timezone.now():%Y-%m}-usage" in answer["Content-Disposition"]
    with workspace_scope(calls.workspace.pk):
        assert AuditEntry.objects.get(action="data.exported").detail["rows"] == 5


@pytest.mark.parametrize(
    ("by", "keys"),
    [
        ("provider", ["apify", "gemini", "openai"]),
        ("model", ["apify/instagram-comment-scraper", "gemini-3.5-flash-lite", "llama-at-home"]),
        ("operation", ["comments", "read"]),
        ("subject", ["run:0192"]),
        ("day", [str(timezone.now().date())]),
    ],
)
def test_usage_is_summed_as_asked(calls: Team, by: str, keys: list[str]) -> None:
    body = api_client(calls.bob).get(address("usage"), {"group_by": by}).json()
    assert [row["key"] for row in body["results"]] == keys
    assert body["total"]["amount"] == "2.11100000"
    assert body["total"]["uncertain"] == "0.00550000"
    assert sum(Decimal(row["amount"]) for row in body["results"]) == Decimal("2.111")
    assert (body["total"]["calls"], body["total"]["failed"], body["total"]["unpriced"]) == (4, 1, 1)
    assert (body["group_by"], body["currency"], body["more"]) == (by, "USD", False)


def test_a_period_leaves_out_what_is_not_in_it(calls: Team) -> None:
    with workspace_scope(calls.workspace.pk):
        UsageEntry.objects.filter(provider="apify").update(created_at=timezone.now() - timedelta(days=40))
    today = timezone.now().date()
    client = api_client(calls.bob)
    body = client.get(address("usage"), {"from": str(today), "to": str(today)}).json()
    assert body["total"]["amount"] == "0.01100000"
    body = client.get(address("usage"), {"from": str(today - timedelta(days=60))}).json()
    assert body["total"]["amount"] == "2.11100000"


@pytest.mark.parametrize(
    "query",
    [
        {"from": "2026-11-02", "to": "2026-11-01"},
        {"from": "2020-01-01", "to": "2026-11-01"},
        {"from": "x"},
        {"to": "2026-02-30"},
        {"group_by": "amount"},
    ],
)
def test_a_wrong_question_is_a_400(calls: Team, query: dict[str, str]) -> None:
    assert api_client(calls.bob).get(address("usage"), query).status_code == 400


def test_single_calls_come_in_pages_and_as_a_file(calls: Team) -> None:
    client = api_client(calls.bob)
    body = client.get(address("usage_entries"), {"limit": 2}).json()
    assert len(body["results"]) == 2
    assert body["next"] is not None
    assert body["results"][0]["state"] == "released"
    answer = client.get(address("usage_entries"), {"format": "csv"})
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 5
    assert {row["state"] for row in rows} == {"settled", "uncertain", "released"}


def test_a_budget_is_read_and_set_over_http(calls: Team) -> None:
    client = api_client(calls.alice)
    assert client.get(address("budget")).json()["cap"] is None
    body = client.patch(address("budget"), {"cap": "12.50"}, format="json").json()
    assert (body["cap"], body["spent"], body["left"]) == ("12.50", "2.11100000", "10.38900000")
    assert client.patch(address("budget"), {"cap": None}, format="json").json()["cap"] is None


@pytest.mark.parametrize(
    ("body", "code"),
    [({"cap": "1"}, "budget_below_spent"), ({"cap": "-1"}, "invalid"), ({}, "invalid"), ({"cap": "0.001"}, "invalid")],
)
def test_a_wrong_budget_over_http_is_refused(calls: Team, body: dict[str, Any], code: str) -> None:
    answer = api_client(calls.alice).patch(address("budget"), body, format="json")
    assert answer.json()["code"] == code


@pytest.mark.django_db(transaction=True, databases=["default", "staff"])
def test_the_admin_lists_entries_and_budgets(calls: Team) -> None:
    calls.alice.is_staff = calls.alice.is_superuser = True
    calls.alice.save()
    client = page_client(calls.alice)
    for name in ("usageentry", "budget"):
        assert client.get(reverse(f"admin:accounts_{name}_changelist")).status_code == 200
        assert client.get(reverse(f"admin:accounts_{name}_add")).status_code == 403
