"""The table of hashtags in a real browser: wide and narrow, light and dark, with an import that leaves lines out."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from accounts.tests.test_accounts_in_browser import come_in
from aura.tenancy.scope import workspace_scope
from aura.testing.browser import PHONE, SMALL, WIDE, Tab
from aura.testing.fixtures import Team
from optimizer.services.hashtags import import_table

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "staff"]),
]
TABLE = (
    "hashtag,posts,banned,niches,source,read_on\n#Harbour Light,1200000,no,sea;travel,Later,2026-11-01\n"
    "#averylonghashtagthatsomebodyreallydidwrite,90,no,sea,,\nfollow4follow,,yes,,asks for followers,\n"
    "کوه,52000,no,travel,,\n"
)


@pytest.fixture(autouse=True)
def _here(settings: Any, live_server: LiveServer) -> None:
    settings.SITE_URL = live_server.url


@pytest.mark.parametrize(("width", "theme"), [(WIDE, "light"), (PHONE, "dark"), (SMALL, "light")])
def test_the_table_has_no_barrier(
    team: Team, live_server: LiveServer, new_tab: Callable[..., Tab], width: int, theme: str
) -> None:
    with workspace_scope(team.workspace.pk):
        import_table(TABLE.encode(), name="tags.csv")
    tab = new_tab(width, theme)
    come_in(tab, live_server, team.bob, reverse("optimizer:hashtags"))
    expect(tab.page.get_by_role("link", name="#harbourlight")).to_be_visible()
    tab.check()
    tab.shoot(f"hashtags-{width}-{theme}")


def test_a_table_is_imported_and_one_hashtag_changed_without_scripts(
    team: Team, live_server: LiveServer, new_tab: Callable[..., Tab]
) -> None:
    tab = new_tab(WIDE, "dark", javascript=False)
    page = tab.page
    come_in(tab, live_server, team.bob, reverse("optimizer:hashtags"))
    expect(page.get_by_text("No hashtags of your own yet")).to_be_visible()
    given = TABLE + "https://x.example,1,no,,,\n"
    page.get_by_label("Table", exact=True).and_(page.locator("input")).set_input_files(
        {"name": "tags.csv", "mimeType": "text/csv", "buffer": given.encode()}
    )
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_text("4 added, 0 changed, 0 as they were, 1 line left out.")).to_be_visible()
    tab.shoot("hashtags-imported")
    page.get_by_role("link", name="#harbourlight").click()
    page.get_by_label("Never propose it").check()
    page.get_by_role("button", name="Save the hashtag").click()
    expect(page.get_by_text("#harbourlight is saved.")).to_be_visible()
    expect(page.get_by_role("row", name="#harbourlight").get_by_text("Banned")).to_be_visible()
