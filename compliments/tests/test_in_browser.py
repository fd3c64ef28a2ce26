"""The compliments pages in a real browser: the road from pictures to words, and every state (C5, guide §8, §9)."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import FilePayload, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.services import create_sign_in_link
from aura.tenancy.scope import workspace_scope
from aura.testing.browser import PHONE, Tab
from aura.testing.drain import drain, make_due
from aura.testing.fixtures import Team
from compliments import jobs
from compliments.models import Compliment, InstagramPost, Writing
from compliments.services import voices
from compliments.tests import factories

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "staff"]),
]
DESK = 1280


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def worked_off() -> None:
    for _ in range(50):
        make_due()
        if not drain():
            break


def entered(tab: Tab, live_server: LiveServer, user: Any, path: str) -> Page:
    """The tab's page at a path, signed in."""
    link = create_sign_in_link(user, next_path=path)
    tab.page.goto(live_server.url + reverse("accounts:sign_in_by_link", args=[link]))
    return tab.page


def file_of(number: int) -> FilePayload:
    return {"name": f"{number}.jpg", "mimeType": "image/jpeg", "buffer": factories.picture_bytes(number * 50)}


def written(post: InstagramPost, texts: list[dict[str, Any]], **fields: Any) -> Writing:
    """An order of this post with these texts, as if a writer had been there."""
    made = {"state": "done", "style": "poetic", "written_style": "poetic", "model": "gemini:gemini-3.5-flash"} | fields
    writing: Writing = Writing.objects.create(workspace_id=post.workspace_id, post=post, **made)
    for number, one in enumerate(texts, start=1):
        Compliment.objects.create(workspace_id=post.workspace_id, writing=writing, number=number, **one)
    return writing


@pytest.mark.parametrize(("width", "theme"), [(DESK, "light"), (PHONE, "dark")])
def test_uploaded_pictures_become_words_that_are_kept(
    team: Team, live_server: LiveServer, new_tab: Callable[..., Tab], width: int, theme: str
) -> None:
    tab = new_tab(width, theme)
    page = entered(tab, live_server, team.bob, reverse("compliments:home"))
    expect(page.get_by_role("heading", name="No posts yet")).to_be_visible()
    page.get_by_role("button", name="Write compliments").click()
    expect(page.get_by_text("Give the address of a post")).to_be_visible()
    page.get_by_text("Upload pictures instead").click()
    tab.check()
    page.get_by_label("Pictures of the post").set_input_files([file_of(1), file_of(2)])
    page.get_by_label("Caption", exact=True).fill("Two mornings by the lake")
    page.get_by_label("How many").select_option("2")
    page.get_by_role("button", name="Write compliments").click()
    expect(page.get_by_role("heading", name="The pictures are here")).to_be_visible()
    expect(page.locator("[aria-current=step]")).to_have_text("Write")
    tab.check()
    worked_off()
    expect(page.get_by_text("Written by this machine")).to_be_visible()
    expect(page.get_by_alt_text("Picture 2 of 2")).to_be_visible()
    expect(page.get_by_role("list", name="Tone")).to_have_count(2)
    tab.check()
    tab.shoot(f"compliments-post-{'phone' if width == PHONE else 'wide'}-{theme}")
    page.get_by_role("button", name="2 stars").first.click()
    expect(page.get_by_text("Rating: 2 of 5")).to_have_count(1)
    page.get_by_role("button", name="Favourite").first.click()
    expect(page.locator("[aria-pressed=true]")).to_have_count(1)
    page.get_by_role("link", name="Edit").first.click()
    page.get_by_label("Text").fill("Simply lovely.")
    tab.check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Edited by hand")).to_be_visible()
    page.get_by_role("button", name="Write again").click()
    expect(page.get_by_role("heading", name="The pictures are here")).to_be_visible()
    worked_off()
    expect(page.get_by_role("list", name="Tone")).to_have_count(4)
    page.goto(live_server.url + reverse("compliments:library"))
    _look_at_library(tab, f"compliments-library-{'phone' if width == PHONE else 'wide'}-{theme}")


def _look_at_library(tab: Tab, name: str) -> None:
    """Four texts, one of them a favourite."""
    page = tab.page
    expect(page.locator(".au-shelf > li")).to_have_count(4)
    tab.shoot(name)
    page.get_by_label("Favourites only").check()
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator(".au-shelf > li")).to_have_count(1)
    expect(page.get_by_text("Simply lovely.")).to_be_visible()
    tab.check()
    page.get_by_label("Search").fill("zzz")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()
    tab.check()


def test_the_words_are_copied(team: Team, live_server: LiveServer, new_tab: Callable[..., Tab]) -> None:
    with workspace_scope(team.workspace.id):
        post = factories.post()
        written(post, [{"text": "Light on the water.", "tones": {"poetic": 100}}])
    tab = new_tab(DESK)
    tab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = entered(tab, live_server, team.viewer, reverse("compliments:post", args=[post.pk]))
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "Light on the water."
    expect(page.get_by_role("link", name="Edit")).to_have_count(0)
    tab.check()


@pytest.mark.parametrize(("width", "theme"), [(DESK, "dark"), (PHONE, "light")])
def test_long_foreign_and_refused_texts_keep_the_page_whole(
    team: Team, live_server: LiveServer, new_tab: Callable[..., Tab], width: int, theme: str
) -> None:
    arabic = {"text": "ضوء الصباح على الماء يشبه همسة هادئة.", "tones": {"poetic": 60, "warm": 40}}
    with workspace_scope(team.workspace.id):
        post = factories.post(pictures=10, author="a_very_long_handle_of_30_chars", caption="Sunrise " * 150, likes=1)
        refused = {"verdict": "refused", "reasons": ["link", "body"]}
        written(post, [arabic | {"references": [{"image": 9, "what": "the sun"}]}, refused], language="ar")
        tried = [{"writer": "openai:gpt-5-mini", "code": "rate_limited", "message": "It asks to wait."}]
        english = [{"text": "What a morning.", "tones": {"calm": 100}}]
        written(post, english, language="ja", notes=["language_fallback"], tried=tried, possible_minor=True)
    tab = new_tab(width, theme)
    page = entered(tab, live_server, team.bob, reverse("compliments:post", args=[post.pk]))
    expect(page.get_by_text("Written by Google Gemini (gemini-3.5-flash)")).to_have_count(2)
    expect(page.get_by_text("One text was refused and is not kept. It contains a link.")).to_be_visible()
    expect(page.get_by_text("An OpenAI-compatible service (gpt-5-mini) was not used")).to_be_visible()
    expect(page.get_by_text("may be under 18")).to_be_visible()
    expect(page.locator("blockquote", has_text="ضوء")).to_have_attribute("lang", "ar")
    expect(page.locator("blockquote", has_text="What a morning")).to_have_attribute("lang", "en")
    expect(page.get_by_text("does not write Japanese well")).to_be_visible()
    expect(page.get_by_alt_text("Picture 10 of 10")).to_be_visible()
    tab.check()
    page.goto(live_server.url + reverse("compliments:library"))
    tab.check()
    page.get_by_role("link", name="the sun").click()
    expect(page.locator("#picture-9:target")).to_be_visible()


def test_what_fails_or_waits_says_so(team: Team, live_server: LiveServer, new_tab: Callable[..., Tab]) -> None:
    with workspace_scope(team.workspace.id):
        gone = factories.post(pictures=0, state="failed", error_code="post_not_found", error="It may be private.")
        going = factories.post(pictures=0, state="downloading")
        jobs.start_writing(going, {})
        none = factories.post()
        bad = {"verdict": "refused", "reasons": ["link"]}
        written(none, [bad], state="failed", error_code="all_refused", error="Every text was refused by the guard.")
        voices.save_preset({"name": "Bakery", "description": "Warm. " * 60, "examples": [], "avoid": []})
    tab = new_tab(PHONE)
    page = entered(tab, live_server, team.alice, reverse("compliments:post", args=[gone.pk]))
    expect(page.get_by_text("It may be private.")).to_be_visible()
    expect(page.get_by_label("Failed:")).to_have_count(1)
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    tab.check()
    page.goto(live_server.url + reverse("compliments:post", args=[going.pk]))
    expect(page.get_by_role("heading", name="Downloading the post")).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("heading", name="Stopped")).to_be_visible()
    tab.check()
    page.goto(live_server.url + reverse("compliments:post", args=[none.pk]))
    expect(page.get_by_text("Every text was refused by the guard.")).to_be_visible()
    tab.check()
    for place in ("home", "compliments:home", "compliments:voices"):
        page.goto(live_server.url + reverse(place))
        tab.check()
        tab.shoot(f"{place.removesuffix(':home').replace(':', '-').replace('home', 'overview')}-phone-light")
    page.get_by_role("link", name="Bakery").click()
    expect(page.get_by_role("heading", name="Change Bakery")).to_be_visible()
    tab.check()
