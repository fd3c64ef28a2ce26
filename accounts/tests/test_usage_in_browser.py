"""The usage page in a real browser: wide and narrow, light and dark, with and without scripts."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Membership, UsageEntry
from accounts.services.ledger import meter, set_budget
from accounts.tests.test_accounts_in_browser import come_in
from aura.providers.errors import ProviderError
from aura.providers.metering import Usage
from aura.tenancy.scope import workspace_scope
from aura.testing.browser import PHONE, SMALL, WIDE, Tab
from aura.testing.fixtures import Team

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "staff"]),
]
PAGE = "accounts:usage"
READ = Usage("gemini", "gemini-3.5-flash-lite", "read", items=16, images=16)
SCRAPE = Usage("apify", "apify/instagram-comment-scraper", "comments")


@pytest.fixture(autouse=True)
def _here(settings: Any, live_server: LiveServer) -> None:
    settings.SITE_URL = live_server.url


@pytest.fixture
def month(team: Team) -> Team:
    """Calls on every day of the month so far, and a budget."""
    books = meter(team.workspace.pk, subject="run:1")
    for day in range(1, timezone.now().day + 1):
        tokens = 40_000 * (1 + day * 7 % 5)
        used = replace(READ, input_tokens=tokens, output_tokens=tokens // 8, latency_ms=1800 + 90 * day)
        scraped = replace(SCRAPE, items=500, cost=Decimal(day * 3 % 7) / 8, latency_ms=40_000)
        names = [books.reserve(used), books.reserve(scraped)]
        books.settle(names[0], used)
        books.settle(names[1], scraped)
        with workspace_scope(team.workspace.pk):
            at = datetime.combine(timezone.now().date().replace(day=day), datetime.min.time(), UTC)
            UsageEntry.objects.filter(pk__in=names).update(created_at=at)
    books.keep(books.reserve(replace(READ, input_tokens=90_000)), "timeout")
    books.release(books.reserve(replace(READ, input_tokens=90_000)), "unreachable")
    with workspace_scope(team.workspace.pk):
        set_budget(Membership.objects.get(user=team.alice), Decimal(25))
    return team


@pytest.mark.parametrize(("width", "theme"), [(WIDE, "light"), (PHONE, "dark"), (SMALL, "light")])
def test_the_usage_page_has_no_barrier(
    month: Team, live_server: LiveServer, new_tab: Callable[..., Tab], width: int, theme: str
) -> None:
    tab = new_tab(width, theme)
    come_in(tab, live_server, month.alice, reverse(PAGE))
    expect(tab.page.get_by_role("heading", name="Day by day")).to_be_visible()
    tab.check()
    tab.page.get_by_text("Show the numbers").click()
    tab.check()
    tab.shoot(f"usage-{width}-{theme}")


def test_a_budget_is_set_and_reached_without_scripts(
    month: Team, live_server: LiveServer, new_tab: Callable[..., Tab]
) -> None:
    tab = new_tab(WIDE, "dark", javascript=False)
    page = tab.page
    come_in(tab, live_server, month.alice, reverse(PAGE))
    page.get_by_label("US dollars a month").fill("0.10")
    page.get_by_role("button", name="Save the budget").click()
    expect(page.get_by_text("Set the budget to $").first).to_be_visible()
    page.get_by_label("US dollars a month").fill("30")
    page.get_by_role("button", name="Save the budget").click()
    expect(page.get_by_text("The budget was saved.")).to_be_visible()
    with pytest.raises(ProviderError):
        meter(month.workspace.pk).reserve(replace(SCRAPE, cost=Decimal(40)))
    page.goto(live_server.url + reverse(PAGE))
    expect(page.get_by_text("The budget of $30.00 is reached.")).to_be_visible()
