"""The page “Comments” in a real browser: wide and narrow, light and dark, every state, with axe."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from audience.models import AccountWords, TrackedAccount
from audience.services import rollups, words
from audience.services.words import paying
from audience.tests import factories
from audience.tests.test_report_in_browser import LOOKS, sign_in
from aura.tenancy.scope import workspace_scope
from aura.testing.browser import PHONE, WIDE, Tab, shooting
from aura.testing.fixtures import Team

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "staff"]),
]
SAMPLE = Path(__file__).resolve().parents[1] / "sample" / "data"
NewTab = Callable[..., Tab]


def comments_page(username: str = "northroast") -> str:
    return reverse("audience:comments", args=[username])


def sample_comments() -> list[tuple[str, str, str, str]]:
    """(person, post, text, time) of the sample; all of it where pictures for the documentation are made."""
    path = SAMPLE / ("comments.json" if shooting() else "small/comments.json")
    items = json.loads(path.read_text())
    found = []
    for item in items:
        text, at = item.get("text"), item.get("timestamp")
        person, post = item.get("ownerUsername"), item.get("postUrl") or item.get("inputUrl")
        if text and at and person and post:
            found.append((person, post, text, at))
    return found


def fill(team: Team) -> TrackedAccount:
    """The sample's comments by as many people, on its posts, read."""
    with workspace_scope(team.workspace.id):
        account = factories.account(username="northroast")
        rows = sample_comments()
        names = sorted({row[0] for row in rows})
        people = dict(zip(names, factories.commenters(len(names)), strict=True))
        first: dict[str, str] = {}
        for _, post, _, at in rows:
            first[post] = min(first.get(post, at), at)
        posts = {
            link: factories.post(account, caption=f"Roast number {number}", posted_at=at)
            for number, (link, at) in enumerate(sorted(first.items()), start=1)
        }
        for person, post, text, at in rows:
            factories.comment(posts[post], people[person], text=text, commented_at=at)
        rollups.rebuild(account)
        words.refresh_words(account)
    return account


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_the_comments_page_has_no_barrier(
    team: Team, live_server: LiveServer, new_tab: NewTab, width: int, theme: str
) -> None:
    fill(team)
    tab = new_tab(width, theme)
    sign_in(tab, live_server, team.bob, comments_page())
    expect(tab.page.get_by_role("heading", level=1)).to_have_text("Comments on @northroast")
    expect(tab.page.get_by_role("heading", name="How people feel")).to_be_visible()
    expect(tab.page.get_by_role("heading", name="How authentic they are")).to_be_visible()
    for summary in tab.page.locator("summary:visible").all():
        summary.click()
    tab.check()
    tab.shoot(f"comments-{'phone' if width == PHONE else theme}")


def test_the_filter_changes_the_page_and_says_when_nothing_is_left(
    team: Team, live_server: LiveServer, new_tab: NewTab
) -> None:
    fill(team)
    tab = new_tab(WIDE)
    sign_in(tab, live_server, team.bob, comments_page())
    tab.page.get_by_label("From").fill("2031-01-01")
    tab.page.wait_for_url("**start=2031-01-01**")
    expect(tab.page.get_by_role("heading", name="No comments match these filters")).to_be_visible()
    tab.check()


def test_comments_that_nobody_read_yet_have_a_page_of_their_own(
    team: Team, live_server: LiveServer, new_tab: NewTab
) -> None:
    with workspace_scope(team.workspace.id):
        factories.post(factories.account(username="fresh"))
    tab = new_tab(PHONE, "dark", javascript=False)
    sign_in(tab, live_server, team.bob, comments_page("fresh"))
    expect(tab.page.get_by_role("heading", name="These comments are not read yet")).to_be_visible()


@pytest.mark.parametrize(("width", "theme"), [(WIDE, "light"), (PHONE, "dark")])
def test_the_page_and_the_settings_name_the_model_that_reads(
    team: Team, live_server: LiveServer, new_tab: NewTab, width: int, theme: str
) -> None:
    account = fill(team)
    with workspace_scope(team.workspace.id):
        TrackedAccount.objects.filter(pk=account.pk).update(comments_by="gemini")
        state = AccountWords.objects.get(account=account)
        by_model = {"reader": "gemini:gemini-3.5-flash-lite 1 1", "paid": True, "fallback": "", "comments": 1200}
        here = {"reader": "local 1", "paid": False, "fallback": "no_words", "comments": 310}
        AccountWords.objects.filter(pk=state.pk).update(read_by=[by_model, here])
        paying.park(account, "budget_reached", timezone.now())
    tab = new_tab(width, theme)
    sign_in(tab, live_server, team.bob, comments_page())
    expect(tab.page.get_by_text("this month’s budget is used up")).to_be_visible()
    expect(
        tab.page.get_by_text("Read by Gemini (gemini-3.5-flash-lite) and word lists on this machine.")
    ).to_be_visible()
    tab.check()
    tab.page.goto(live_server.url + reverse("audience:follow", args=["northroast"]))
    expect(tab.page.get_by_label("Who reads what comments say")).to_have_value("gemini")
    tab.check()
