"""The pictures pages in a real browser: the road from a prompt to a picture, and every state (G5, guide §8, §9)."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.services import create_sign_in_link
from aura.tenancy.scope import workspace_scope
from aura.testing.browser import PHONE, Tab
from aura.testing.fixtures import Team
from generation.models import Generation
from generation.tests.test_local import made, worked_off

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "staff"]),
]
DESK = 1280


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def entered(tab: Tab, live_server: LiveServer, user: Any, path: str) -> Page:
    """The tab's page at a path, signed in."""
    link = create_sign_in_link(user, next_path=path)
    tab.page.goto(live_server.url + reverse("accounts:sign_in_by_link", args=[link]))
    return tab.page


@pytest.mark.parametrize(("width", "theme"), [(DESK, "light"), (PHONE, "dark")])
def test_a_prompt_becomes_a_picture_that_is_used_again(
    team: Team, live_server: LiveServer, new_tab: Callable[..., Tab], width: int, theme: str
) -> None:
    tab = new_tab(width, theme)
    gallery = live_server.url + reverse("generation:gallery")
    page = entered(tab, live_server, team.bob, reverse("generation:gallery"))
    expect(page.get_by_role("heading", name="No pictures yet")).to_be_visible()
    page.get_by_text("More settings").click()
    tab.check()
    page.get_by_label("What should the picture show?").fill("A paper boat on a calm lake at sunrise")
    page.get_by_label("How many").select_option("2")
    page.get_by_label("Seed").fill("7")
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_role("heading", name="Waiting for a worker")).to_be_visible()
    tab.check()
    page.goto(gallery)
    expect(page.locator(".au-gen-card").get_by_text("Waiting")).to_be_visible()
    tab.check()
    worked_off()
    expect(page.locator(".au-gen-card").get_by_text("2 pictures")).to_be_visible()
    expect(page.locator(".au-gen-card").get_by_text("Placeholder")).to_be_visible()
    tab.check()
    tab.shoot(f"pictures-{'phone' if width == PHONE else 'wide'}-{theme}")
    page.locator(".au-gen-face").click()
    expect(page.get_by_text("No image model has made it")).to_be_visible()
    expect(page.get_by_text("The same facts stand inside each file.")).to_be_visible()
    expect(page.locator("dd", has_text="This machine")).to_be_visible()
    expect(page.get_by_text("seed 7")).to_be_visible()
    tab.check()
    tab.shoot(f"picture-{'phone' if width == PHONE else 'wide'}-{theme}")
    page.get_by_role("button", name="Favourite").first.click()
    expect(page.locator("[aria-pressed=true]")).to_have_count(1)
    page.get_by_role("link", name="Use this prompt").click()
    expect(page.get_by_label("What should the picture show?")).to_have_value("A paper boat on a calm lake at sunrise")
    page.get_by_label("Search").fill("zzz")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()
    tab.check()


@pytest.mark.parametrize(("width", "theme"), [(DESK, "dark"), (PHONE, "light")])
def test_tall_pictures_long_prompts_and_failures_keep_the_page_whole(
    team: Team, live_server: LiveServer, new_tab: Callable[..., Tab], width: int, theme: str
) -> None:
    tall = made(team, prompt="A tower that goes on and on " * 20, aspect="9:16")
    made(team, prompt="زورق من ورق على بحيرة هادئة", aspect="16:9")
    with workspace_scope(team.workspace.id):
        common = {
            "workspace_id": team.workspace.pk,
            "provider": "replicate",
            "maker": "replicate:black-forest-labs/flux",
        }
        tried = [{"maker": "gemini:imagen", "code": "no_key", "message": "There is no key."}]
        refused = Generation.objects.create(
            prompt="Refused",
            state="failed",
            error_code="refused",
            error="The filter refused it.",
            tried=tried,
            **common,
        )
        running = Generation.objects.create(prompt="Being made", state="running", count=3, **common)
    tab = new_tab(width, theme)
    page = entered(tab, live_server, team.bob, reverse("generation:gallery"))
    tab.check()
    face = page.locator(f"#generation-{tall.pk} .au-gen-face").bounding_box()
    assert face is not None
    assert abs(face["width"] - face["height"]) < 1
    page.goto(live_server.url + reverse("generation:detail", args=[tall.pk]))
    tab.check()
    page.goto(live_server.url + reverse("generation:detail", args=[refused.pk]))
    expect(page.get_by_text("The filter refused it.")).to_be_visible()
    expect(page.get_by_text("Google Gemini (imagen): There is no key.")).to_be_visible()
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    tab.check()
    page.goto(live_server.url + reverse("generation:detail", args=[running.pk]))
    expect(page.get_by_role("heading", name="Replicate (black-forest-labs/flux) is making 3 pictures")).to_be_visible()
    tab.check()
