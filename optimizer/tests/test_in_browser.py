"""The optimizer's pages in a real browser: from a dropped picture to a ZIP, and every state (O1, O8, O10)."""

import base64
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from PIL import Image
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from aura.tenancy.scope import workspace_scope
from aura.testing.browser import PHONE, Tab
from aura.testing.fixtures import Team
from optimizer.models import PlatformOutput, ProductPhoto
from optimizer.tests import photographing
from optimizer.tests.browsing import DROP, entered, file_of, held, photograph
from optimizer.tests.live import worked_off
from optimizer.tests.scene import cup_on_a_table

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "staff"]),
]
DESK = 1280


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.mark.parametrize(("width", "theme"), [(DESK, "light"), (PHONE, "light")])
def test_a_dropped_picture_becomes_a_zip_for_every_platform(
    team: Team, live_server: LiveServer, new_tab: Callable[..., Tab], width: int, theme: str
) -> None:
    tab = new_tab(width, theme)
    page = entered(tab, live_server, team.bob, reverse("optimizer:sessions"))
    expect(page.get_by_role("heading", name="No sessions yet")).to_be_visible()
    tab.check()
    page.get_by_role("link", name="Optimize a picture").click()
    _order(tab, width)
    worked_off()
    expect(page.get_by_role("heading", name="Ready to post")).to_be_visible()
    expect(page.locator(".au-opt-picture .au-feed-img")).to_have_count(6)
    expect(page.locator("#picture-facebook .au-feed-text")).to_contain_text("Our new stoneware cup")
    tab.check()
    if width == PHONE:
        return
    tab.shoot("optimizer-wide-light", height=1060)
    _move_the_crop(team, tab)
    _edit_the_words(tab)
    _download(page)
    _delete(tab)


def _order(tab: Tab, width: int) -> None:
    """Drop a picture, choose, and send it off; a mistake loses nothing."""
    page = tab.page
    page.get_by_label("What is in the picture").fill(
        "Our new stoneware cup, glazed by hand, with the first flat white of the day"
    )
    page.get_by_role("button", name="Optimize").click()
    expect(page.get_by_text("Drop a picture here, choose a file")).to_be_visible()
    tab.check()
    page.evaluate(DROP, ["morning-cup.jpg", base64.b64encode(cup_on_a_table()).decode()])
    expect(page.get_by_text("morning-cup.jpg, 1900 × 1350")).to_be_visible()
    expect(page.locator("[data-slot] img")).to_have_count(6)
    if width == PHONE:
        tab.shoot("optimizer-new-phone-light", height=1560)
    page.get_by_label("Size for Instagram").select_option("story" if width == PHONE else "portrait")
    page.get_by_text("Logo", exact=True).first.click()
    page.get_by_text("Product photographs").first.click()
    tab.check()
    page.get_by_role("button", name="Optimize").click()
    expect(page.get_by_role("heading", name="Waiting for a worker")).to_be_visible()
    tab.check()


def _download(page: Page) -> None:
    """Everything in a ZIP, with the words as they were edited."""
    with page.expect_download() as waited:
        page.get_by_role("link", name="All as ZIP").click()
    assert waited.value.suggested_filename == "morning-cup_all_platforms.zip"
    with zipfile.ZipFile(waited.value.path()) as archive:
        assert len(archive.namelist()) == 8
        assert "Slow days" in archive.read("morning-cup_captions.txt").decode()
        with Image.open(io.BytesIO(archive.read("morning-cup_instagram.jpg"))) as cut:
            assert cut.size == (1080, 1350)


def _delete(tab: Tab) -> None:
    """Asked in a dialog first."""
    page = tab.page
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("dialog", name="Delete this session?")).to_be_visible()
    tab.check()
    page.get_by_role("button", name="Delete the session").click()
    expect(page.get_by_role("heading", name="No sessions yet")).to_be_visible()


@pytest.mark.parametrize(("width", "theme"), [(DESK, "dark"), (PHONE, "dark")])
def test_failures_stops_and_the_history_say_what_to_do(
    team: Team, live_server: LiveServer, new_tab: Callable[..., Tab], width: int, theme: str
) -> None:
    failed = held(
        team, ["all"], state="failed", error_code="RATE_LIMIT", error="Too many pictures at once.", retry_after=90
    )
    held(team, ["instagram", "x"], state="cancelled", error="Stopped. What was ready is kept.")
    held(team, ["tiktok"], state="running")
    tab = new_tab(width, theme)
    page = entered(tab, live_server, team.bob, reverse("optimizer:sessions"))
    expect(page.get_by_role("list", name="Sessions").locator("article")).to_have_count(3)
    tab.check()
    page.get_by_label("State").select_option("failed")
    page.get_by_label("Platform", exact=True).select_option("tiktok")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("list", name="Sessions").locator("article")).to_have_count(1)
    page.get_by_label("Search").fill("zzz")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()
    tab.check()
    page.goto(live_server.url + reverse("optimizer:session", args=[failed.pk]))
    expect(page.get_by_role("heading", name="This did not work")).to_be_visible()
    expect(page.get_by_text("Try again in 90 seconds.")).to_be_visible()
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    tab.check()


@pytest.mark.parametrize(("width", "theme"), [(DESK, "light"), (PHONE, "dark")])
def test_product_photographs_are_labelled_and_doubts_are_told(
    team: Team, live_server: LiveServer, new_tab: Callable[..., Tab], width: int, theme: str
) -> None:
    session = photographing.begun(team, styles=["solid_background", "lifestyle", "macro"])
    tab = new_tab(width, theme)
    page = entered(tab, live_server, team.bob, reverse("optimizer:session", args=[session.pk]))
    worked_off()
    expect(page.get_by_role("heading", name="Ready to post")).to_be_visible()
    with workspace_scope(team.workspace.id):
        doubt = ProductPhoto.objects.get(optimization=session, style="macro")
        doubt.looks_right, doubt.reasons = False, ["Its edge touches the edge of the picture."]
        doubt.save()
        session.accounts = [
            {
                "platform": "instagram",
                "username": "northroast",
                "url": "https://www.instagram.com/northroast/",
                "why": "Roasts coffee in the same town.",
                "sources": [{"title": "northroast.example", "url": "https://northroast.example/"}],
            }
        ]
        session.searches = [{"text": "coffee roasters", "url": "https://www.google.com/search?q=coffee"}]
        session.save(update_fields=["accounts", "searches"])
    page.reload()
    expect(page.get_by_text("May be cut out wrongly")).to_be_visible()
    expect(page.get_by_role("list", name="Macro, files").get_by_role("link")).to_have_count(2)
    expect(page.get_by_role("link", name="coffee roasters")).to_be_visible()
    expect(page.get_by_role("link", name="@northroast")).to_be_visible()
    tab.check()
    tab.shoot(f"optimizer-photographs-{'phone' if width == PHONE else 'wide'}-{theme}")


def test_without_javascript_every_step_works(team: Team, live_server: LiveServer, new_tab: Callable[..., Tab]) -> None:
    tab = new_tab(DESK, javascript=False)
    page = entered(tab, live_server, team.bob, reverse("optimizer:new"))
    page.locator("#id_picture").set_input_files(file_of("tiny.png", b"no picture"))
    page.get_by_label("What is in the picture").fill("Nora at the lake")
    page.get_by_role("button", name="Optimize").click()
    expect(page.locator("#id_picture_error")).not_to_be_empty()
    expect(page.get_by_label("What is in the picture")).to_have_value("Nora at the lake")
    page.locator("#id_picture").set_input_files(file_of("nora.jpg", photograph()))
    for name in ("Facebook", "LinkedIn", "Pinterest", "X", "TikTok"):
        page.get_by_role("checkbox", name=name, exact=True).uncheck()
    page.get_by_role("button", name="Optimize").click()
    expect(page.get_by_role("heading", name="Waiting for a worker")).to_be_visible()
    worked_off()
    page.reload()
    page.get_by_text("Adjust the crop").click()
    page.get_by_label("Across, %").fill("80")
    page.get_by_label("Down, %").fill("40")
    page.get_by_role("button", name="Cut anew").click()
    expect(page.get_by_text("Being cut anew")).to_be_visible()
    worked_off()
    page.reload()
    page.get_by_label("Caption", exact=True).fill("At the lake")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The words are saved.")).to_be_visible()
    page.get_by_role("link", name="Use again").click()
    expect(page.get_by_text("A picture of yours")).to_be_visible()
    expect(page.get_by_role("checkbox", name="TikTok")).not_to_be_checked()
    page.go_back()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", name="Delete this session?")).to_be_visible()
    page.get_by_role("button", name="Delete the session").click()
    expect(page.get_by_role("heading", name="No sessions yet")).to_be_visible()


def _move_the_crop(team: Team, tab: Tab) -> None:
    """By arrow keys, then by dragging the point."""
    page = tab.page
    picture = page.locator("#picture-pinterest .au-feed-img")
    before = picture.get_attribute("src")
    page.locator("#frame-pinterest summary").click()
    point = page.get_by_role("slider", name="Middle of the crop for Pinterest")
    point.focus()
    for _ in range(4):
        page.keyboard.press("Shift+ArrowRight")
    expect(point).to_have_attribute("aria-valuetext", "90 % across, 50 % down")
    expect(page.locator("#picture-pinterest").get_by_text("Being cut anew")).to_be_visible()
    tab.check()
    worked_off()
    expect(page.locator("#picture-pinterest").get_by_text("Being cut anew")).to_have_count(0)
    expect(picture).not_to_have_attribute("src", before or "")
    after = picture.get_attribute("src")
    place = page.locator("#frame-pinterest [data-focus]").bounding_box()
    assert place is not None
    page.mouse.move(place["x"] + place["width"] * 0.9, place["y"] + place["height"] / 2)
    page.mouse.down()
    page.mouse.move(place["x"] + place["width"] * 0.1, place["y"] + place["height"] / 2, steps=4)
    page.mouse.up()
    expect(page.locator("#picture-pinterest").get_by_text("Being cut anew")).to_be_visible()
    worked_off()
    expect(page.locator("#picture-pinterest").get_by_text("Being cut anew")).to_have_count(0)
    expect(picture).not_to_have_attribute("src", after or "")
    with workspace_scope(team.workspace.id):
        output = PlatformOutput.objects.get(platform="pinterest")
    assert output.focus_x == pytest.approx(0.1, abs=0.02)


def _edit_the_words(tab: Tab) -> None:
    """Counted while typed, as X counts; refused where it is too long, with all that was typed."""
    page = tab.page
    caption = page.locator("#x-caption")
    length = page.locator("#x-caption-length")
    caption.fill("Slow days")
    expect(length).to_have_text("9 of 280")
    caption.fill("Slow days \U0001f3d6 at https://example.org/a/very/long/address/that/weighs/twenty-three")
    expect(length).to_have_text("39 of 280")
    page.locator("#x").get_by_role("button", name="Save").click()
    expect(page.locator("#x").get_by_text("Saved", exact=True)).to_be_visible()
    caption.fill("Slow days " * 30)
    expect(length).to_have_attribute("data-over", "")
    page.locator("#x").get_by_role("button", name="Save").click()
    expect(page.locator("#x").get_by_text("x.com takes 280")).to_be_visible()
    tab.check()
    expect(caption).to_have_value("Slow days " * 30)
