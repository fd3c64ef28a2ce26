"""The report in a real browser: wide and narrow, light and dark, every state, with axe (guide §8, §9)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from accounts.services import create_sign_in_link
from audience.models import Run, TrackedAccount
from audience.services import rollups
from audience.tests import factories
from aura.tenancy.scope import workspace_scope
from aura.testing.browser import PHONE, SMALL, WIDE, Tab, shooting
from aura.testing.drain import drain
from aura.testing.fixtures import Team

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "staff"]),
]
SAMPLE = Path(__file__).resolve().parents[1] / "sample" / "data"
LOOKS = [(WIDE, "light"), (WIDE, "dark"), (PHONE, "light"), (PHONE, "dark")]
NewTab = Callable[..., Tab]


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    settings.AURA_PICTURES = False
    settings.MEDIA_ROOT = tmp_path


def sign_in(tab: Tab, server: LiveServer, user: User, path: str) -> None:
    """Come in by a one-time link that leads to ``path``."""
    link = reverse("accounts:sign_in_by_link", args=[create_sign_in_link(user, next_path=path)])
    tab.page.goto(server.url + link)


def report(username: str = "northroast") -> str:
    return reverse("audience:account", args=[username])


def small_audience(team: Team, username: str = "northroast") -> TrackedAccount:
    """An account with 180 classified people, a post and a month of comments."""
    groups = [("woman", "25-34", 60), ("man", "25-34", 40), ("woman", "18-24", 30), ("man", "35-44", 20)]
    with workspace_scope(team.workspace.id):
        account = factories.account(username=username)
        start = datetime(2026, 9, 1, 9, tzinfo=UTC)
        for number, (gender, age, size) in enumerate(groups):
            people = factories.commenters(size, gender=gender, age=age)
            on = factories.post(account, posted_at=start + timedelta(days=7 * number), caption=f"Roast {number}")
            factories.comments(on, people, at=start + timedelta(days=7 * number), every=timedelta(hours=3))
        shops = factories.commenters(30, gender="unknown", age="unknown", profile_type="business", language="de")
        factories.comments(on, shops, at=start)
        rollups.rebuild(account)
        Run.objects.create(workspace=team.workspace, account=account, state=Run.State.DONE)
    return account


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_the_report_has_no_barrier(
    team: Team, live_server: LiveServer, new_tab: NewTab, width: int, theme: str
) -> None:
    small_audience(team)
    tab = new_tab(width, theme)
    sign_in(tab, live_server, team.bob, report())
    expect(tab.page.get_by_role("heading", level=1)).to_have_text("Audience of @northroast")
    expect(tab.page.get_by_text("180", exact=True).first).to_be_visible()
    tab.check()


def test_a_filter_changes_the_report_and_the_address_at_once(
    team: Team, live_server: LiveServer, new_tab: NewTab
) -> None:
    small_audience(team)
    tab = new_tab()
    sign_in(tab, live_server, team.bob, report())
    tab.page.get_by_label("From").fill("2026-09-15")
    tab.page.wait_for_url("**start=2026-09-15**")
    expect(tab.page.get_by_text("rounded to 10")).to_be_attached()
    # The chart came with the swap, and tells its values to the pointer.
    tab.page.locator(".au-line-plot").hover()
    expect(tab.page.locator(".au-line-tip")).to_contain_text("comment")
    tab.page.get_by_label("To").fill("2026-09-01")
    expect(tab.page.get_by_text("Pick a day on or after the start day.").first).to_be_visible()
    tab.page.get_by_label("To").fill("2027-01-01")
    tab.page.get_by_label("From").fill("2026-12-24")
    expect(tab.page.get_by_role("heading", name="No comments match these filters")).to_be_visible()
    tab.check()


def test_the_report_is_whole_without_javascript(team: Team, live_server: LiveServer, new_tab: NewTab) -> None:
    small_audience(team)
    tab = new_tab(javascript=False)
    sign_in(tab, live_server, team.bob, report())
    tab.page.get_by_label("Account type", exact=True).select_option("business")
    tab.page.get_by_role("button", name="Apply").click()
    assert "profile_type=business" in tab.page.url
    expect(tab.page.get_by_role("heading", level=1)).to_have_text("Audience of @northroast")


@pytest.mark.parametrize(("width", "theme"), [(WIDE, "light"), (PHONE, "dark")])
def test_first_use_failure_and_forms_have_no_barrier(
    team: Team, live_server: LiveServer, new_tab: NewTab, width: int, theme: str
) -> None:
    with workspace_scope(team.workspace.id):
        account = factories.account(username="fresh")
        broken = factories.account(username="broken")
        failed = Run.objects.create(
            workspace=team.workspace,
            account=broken,
            state=Run.State.FAILED,
            error_code="no_comments",
            error="The file holds no comments.",
            filename="posts.json",
            counts={"errors": [{"line": 3, "message": "Not JSON."}]},
        )
    tab = new_tab(width, theme)
    sign_in(tab, live_server, team.bob, report(account.username))
    expect(tab.page.get_by_role("heading", name="Nothing known about this audience yet")).to_be_visible()
    tab.check()
    for path in (
        report(broken.username),
        reverse("audience:run", args=[failed.pk]),
        reverse("audience:import", args=[account.username]),
        reverse("audience:list"),
        reverse("audience:runs"),
        reverse("jobs:list"),
        reverse("home"),
        reverse("system"),
        "/audience/@nobody/",
    ):
        tab.page.goto(live_server.url + path)
        tab.check() if "nobody" not in path else expect(tab.page.get_by_role("heading", level=1)).to_be_visible()


@pytest.mark.parametrize("width", [SMALL, WIDE])
def test_sign_in_has_no_barrier_and_says_what_is_wrong(
    team: Team, live_server: LiveServer, new_tab: NewTab, width: int
) -> None:
    tab = new_tab(width)
    tab.page.goto(live_server.url + reverse("accounts:sign_in"))
    tab.check()
    tab.page.get_by_label("E-mail").fill("alice@example.org")
    tab.page.get_by_label("Password").fill("wrong")
    tab.page.get_by_role("button", name="Sign in").click()
    expect(tab.page.get_by_text("E-mail or password is not right.")).to_be_visible()
    tab.check()


def test_the_keyboard_reaches_the_content_first(team: Team, live_server: LiveServer, new_tab: NewTab) -> None:
    small_audience(team)
    tab = new_tab(PHONE)
    sign_in(tab, live_server, team.bob, report())
    tab.page.keyboard.press("Tab")
    focused = tab.page.locator(":focus")
    expect(focused).to_have_text("Skip to content")
    tab.page.keyboard.press("Enter")
    assert tab.page.url.endswith("#main")


def test_an_upload_runs_live_and_ends_in_the_sample_report(
    team: Team, live_server: LiveServer, new_tab: NewTab, tmp_path: Path
) -> None:
    with workspace_scope(team.workspace.id):
        factories.account(username="northroast")
    tab = new_tab()
    page = tab.page
    sign_in(tab, live_server, team.bob, reverse("audience:import", args=["northroast"]))
    # The whole sample takes a minute; the documentation's pictures are worth it, every test run is not.
    file = SAMPLE / "comments.json" if shooting() else SAMPLE / "small" / "comments.json"
    page.get_by_label("Dataset").set_input_files(file)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("heading", name="Waiting for a worker")).to_be_visible()
    tab.check()
    with workspace_scope(team.workspace.id):
        Run.objects.update(pictures_path=str(SAMPLE / "pictures"))
    drain()
    expect(page.get_by_role("heading", name="Analysis finished")).to_be_visible()
    page.goto(live_server.url + report())
    expect(page.get_by_role("heading", name="Age and gender")).to_be_visible()
    tab.check()
    tab.shoot("audience-light")
    state = page.context.storage_state()
    for width, theme, name in ((WIDE, "dark", "audience-dark"), (PHONE, "light", "audience-phone")):
        other = new_tab(width, theme, state=state)
        other.page.goto(live_server.url + report())
        other.check()
        other.shoot(name)
