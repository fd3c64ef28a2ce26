"""The people pages in a real browser: wide and narrow, light and dark, empty, too few, and without scripts."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from accounts.services import create_sign_in_link
from audience.models import Commenter
from audience.services import rollups
from audience.tests import audiences, factories
from aura.tenancy.scope import workspace_scope
from aura.testing.browser import PHONE, SMALL, WIDE, Tab, shooting
from aura.testing.fixtures import Team

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "staff"]),
]
LOOKS = [(WIDE, "light"), (PHONE, "dark")]
NewTab = Callable[..., Tab]


def sign_in(tab: Tab, server: LiveServer, user: User, path: str) -> None:
    link = reverse("accounts:sign_in_by_link", args=[create_sign_in_link(user, next_path=path)])
    tab.page.goto(server.url + link)


def fill(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        first = audiences.lively("northroast")
        audiences.grown(first)
        shared = list(Commenter.objects.filter(username__startswith="northroast.p").order_by("username")[:70])
        second = audiences.lively("southroast", seed=2, people=500, also=shared)
        audiences.lively("eastroast", seed=3, people=300, also=shared[:4] + list(_some(second.username)))


def _some(username: str) -> Any:
    return Commenter.objects.filter(username__startswith=f"{username}.p").order_by("username")[:30]


def pages() -> dict[str, str]:
    compare = reverse("audience:compare")
    return {
        "people": reverse("audience:people", args=["northroast"]),
        "growth": reverse("audience:growth", args=["northroast"]),
        "compare": f"{compare}?a=northroast&b=southroast",
        "compare-periods": f"{compare}?a=northroast&b=northroast&a_to=2026-03-31&b_from=2026-04-01",
        "overlap": reverse("audience:overlap") + "?accounts=northroast&accounts=southroast&accounts=eastroast",
    }


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_the_people_pages_have_no_barrier(
    team: Team, live_server: LiveServer, new_tab: NewTab, width: int, theme: str
) -> None:
    fill(team)
    tab = new_tab(width, theme)
    sign_in(tab, live_server, team.viewer, pages()["people"])
    for name, path in pages().items():
        tab.page.goto(live_server.url + path)
        expect(tab.page.get_by_role("heading", level=1)).to_be_visible()
        assert tab.page.locator(".au-state.au-is-error").count() == 0
        tab.shoot(f"{name}-{theme}" if width == WIDE else f"{name}-phone") if shooting() else None
        tab.check()


@pytest.mark.parametrize("width", [SMALL, WIDE])
def test_empty_pages_and_too_few_people_say_so(
    team: Team, live_server: LiveServer, new_tab: NewTab, width: int
) -> None:
    tab = new_tab(width)
    sign_in(tab, live_server, team.bob, reverse("audience:compare"))
    expect(tab.page.get_by_role("heading", name="No account yet")).to_be_visible()
    tab.page.goto(live_server.url + reverse("audience:overlap"))
    expect(tab.page.get_by_role("heading", name="This needs two accounts")).to_be_visible()
    tab.check()
    with workspace_scope(team.workspace.id):
        factories.account("fresh")
        few = factories.account("few")
        factories.audience(few, [(4, {})])
        rollups.rebuild(few)
    for path, words in {
        reverse("audience:people", args=["fresh"]): "Nothing known about these people yet",
        reverse("audience:people", args=["few"]): "Too few people to show",
        reverse("audience:growth", args=["few"]): "No follower figures yet",
        reverse("audience:compare"): "Pick two sides",
        reverse("audience:compare") + "?a=few&b=fresh": "Too few people to compare",
        reverse("audience:overlap"): "Pick accounts",
    }.items():
        tab.page.goto(live_server.url + path)
        expect(tab.page.get_by_role("heading", name=words)).to_be_visible()
        tab.check()
    tab.page.goto(live_server.url + reverse("audience:overlap") + "?accounts=few")
    expect(tab.page.get_by_text("Pick 2 to 6 accounts.")).to_be_visible()
    tab.page.goto(live_server.url + reverse("audience:compare") + "?a=few&b=few")
    expect(tab.page.get_by_text("Both sides are the same")).to_be_visible()


def test_compare_and_overlap_work_without_javascript(team: Team, live_server: LiveServer, new_tab: NewTab) -> None:
    fill(team)
    tab = new_tab(javascript=False)
    sign_in(tab, live_server, team.viewer, reverse("audience:compare"))
    tab.page.get_by_label("Second account").select_option("southroast")
    tab.page.get_by_label("First account").select_option("northroast")
    tab.page.get_by_role("button", name="Compare").click()
    expect(tab.page.get_by_text("Comments a person")).to_be_visible()
    tab.page.get_by_role("link", name="Overlap").click()
    tab.page.get_by_label("@northroast").check()
    tab.page.get_by_label("@southroast").check()
    tab.page.get_by_role("button", name="Show shared people").click()
    expect(tab.page.get_by_text("70", exact=True).first).to_be_visible()
