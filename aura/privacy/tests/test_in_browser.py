"""The privacy pages in a real browser, wide and narrow, light and dark, with axe (guide §8, §9)."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from accounts.services import create_sign_in_link
from audience.tests import factories
from aura.tenancy.scope import workspace_scope
from aura.testing.browser import SMALL, WIDE, Tab
from aura.testing.drain import drain
from aura.testing.fixtures import Team

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "staff"]),
]


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.mark.parametrize(("width", "theme"), [(WIDE, "light"), (SMALL, "dark")])
def test_a_person_is_erased_and_the_pages_have_no_barrier(
    team: Team, live_server: LiveServer, new_tab: Callable[..., Tab], width: int, theme: str
) -> None:
    with workspace_scope(team.workspace.id):
        factories.comment(by=factories.commenter(username="maria.brews"))
    tab = new_tab(width, theme)
    page = tab.page
    link = create_sign_in_link(team.alice, next_path=reverse("privacy:home"))
    page.goto(live_server.url + reverse("accounts:sign_in_by_link", args=[link]))
    expect(page.get_by_role("heading", level=1)).to_have_text("Privacy")
    tab.check()
    page.get_by_role("button", name="Erase").click()
    expect(page.get_by_text("Name the person").first).to_be_visible()
    tab.check()
    page.locator("#erase_username").fill("@maria.brews")
    page.get_by_role("button", name="Erase").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Erasure of a person")
    tab.check()
    drain()
    expect(page.get_by_text("The person was found nowhere.")).to_be_visible()
    tab.check()
    page.goto(live_server.url + reverse("privacy:audit"))
    expect(page.get_by_text("privacy.erasure.finished")).to_be_visible()
    tab.check()
    page.get_by_label("What").fill("nothing")
    page.get_by_label("What").press("Enter")
    expect(page.get_by_role("heading", name="No entry matches these filters")).to_be_visible()
    page.goto(live_server.url + reverse("privacy:home"))
    expect(page.get_by_text("Erasure asked for")).to_be_visible()
    page.locator("#keep_comments_days").fill("30")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. The next sweep is tonight.")).to_be_visible()
    tab.check()
