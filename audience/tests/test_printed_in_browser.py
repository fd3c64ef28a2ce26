"""The posts page and the printed report in a real browser: no barrier, and a PDF that cuts nothing off."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from accounts.services import create_sign_in_link
from audience.models import TrackedAccount
from audience.services import rollups
from audience.tests import factories
from aura.tenancy.scope import workspace_scope
from aura.testing.browser import PHONE, WIDE, Tab
from aura.testing.fixtures import Team

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "staff"]),
]
NewTab = Callable[..., Tab]
PAGES = re.compile(rb"/Type\s*/Page[^s]")


def sign_in(tab: Tab, server: LiveServer, user: User, path: str) -> None:
    """Come in by a one-time link that leads to ``path``."""
    tab.page.goto(server.url + reverse("accounts:sign_in_by_link", args=[create_sign_in_link(user, next_path=path)]))


@pytest.fixture
def account(team: Team) -> TrackedAccount:
    """An account with 30 posts over seven weeks and 300 people of some variety."""
    with workspace_scope(team.workspace.id):
        account = factories.account("northroast", full_name="North Roast Coffee", followers=48_200)
        kinds = [("woman", "25-34", "en"), ("man", "25-34", "en"), ("woman", "18-24", "de"), ("man", "35-44", "fr")]
        people = [
            person
            for gender, age, language in kinds
            for person in factories.commenters(75, gender=gender, age=age, language=language)
        ]
        for number in range(30):
            at = factories.NOON + timedelta(days=1.7 * number)
            caption = f"Roast of the day number {number} with a longer story behind it than fits"
            url = f"https://www.instagram.com/p/Cx{number:09d}/"
            post = factories.post(account, posted_at=at, caption=caption, likes=100 + number, url=url)
            size = 200 if number == 9 else 3 if number in {4, 6} else 20 + number
            factories.comments(post, people[number : number + size], at=at, every=timedelta(minutes=17))
        rollups.rebuild(account)
    return account


@pytest.mark.parametrize(("width", "theme"), [(WIDE, "light"), (WIDE, "dark"), (PHONE, "light"), (PHONE, "dark")])
def test_the_posts_page_has_no_barrier(
    team: Team, account: TrackedAccount, live_server: LiveServer, new_tab: NewTab, width: int, theme: str
) -> None:
    tab = new_tab(width, theme)
    sign_in(tab, live_server, team.bob, reverse("audience:account_posts", args=["northroast"]))
    expect(tab.page.get_by_role("heading", level=1)).to_have_text("Posts of @northroast")
    tab.page.get_by_role("table").get_by_role("link", name="Comments", exact=True).click()
    expect(tab.page.locator("tbody tr").first).to_contain_text("number 9")
    tab.check()
    tab.shoot(f"posts-{'wide' if width == WIDE else 'phone'}-{theme}")


@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_the_report_page_has_no_barrier(
    team: Team, account: TrackedAccount, live_server: LiveServer, new_tab: NewTab, width: int
) -> None:
    tab = new_tab(width, "dark")
    sign_in(tab, live_server, team.bob, reverse("audience:account_print", args=["northroast"]))
    expect(tab.page.get_by_role("heading", level=1)).to_have_text("@northroast")
    tab.check()
    tab.page.evaluate("window.print = () => { document.title = 'printed' }")
    tab.page.get_by_role("button", name="Print or save as PDF").click()
    assert tab.page.title() == "printed"


CUT = """
() => [...document.querySelectorAll('.au-block, .au-flow, .au-print-table, .au-print-kpi, .au-cover, .au-chapter')]
  .filter((box) => box.scrollWidth > box.clientWidth + 1 || box.getBoundingClientRect().right > innerWidth + 1)
  .map((box) => box.className)
"""
TALL = """
(most) => [...document.querySelectorAll('.au-block, .au-print-kpi, .au-cover, .au-print-table tr')]
  .filter((box) => box.getBoundingClientRect().height > most).map((box) => box.className)
"""


@pytest.mark.parametrize(
    ("paper", "box", "inner"), [("a4", "0 0 594.95996 841.91998", (673, 978)), ("letter", "0 0 612 792", (695, 912))]
)
def test_the_report_prints_on_whole_pages_with_nothing_cut_off(
    team: Team,
    account: TrackedAccount,
    live_server: LiveServer,
    new_tab: NewTab,
    tmp_path: Path,
    paper: str,
    box: str,
    inner: tuple[int, int],
) -> None:
    tab = new_tab(WIDE)
    path = (
        f"{reverse('audience:account_print', args=['northroast'])}?paper={paper}&note=Prepared+for+the+spring+review."
    )
    sign_in(tab, live_server, team.bob, path)
    page: Any = tab.page
    page.emulate_media(media="print")
    page.set_viewport_size({"width": inner[0], "height": inner[1]})
    assert page.evaluate(CUT) == []
    assert page.evaluate(TALL, inner[1]) == [], "a block that may not break is higher than a page"
    expect(page.locator(".au-print-bar")).to_be_hidden()
    target = tmp_path / f"report-{paper}.pdf"
    data = page.pdf(prefer_css_page_size=True, path=target)
    assert f"/MediaBox [{box}]".encode() in data
    assert 6 <= len(PAGES.findall(data)) <= 9
