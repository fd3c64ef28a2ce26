"""The optimizer's pages in a real browser: from a dropped picture to a ZIP, and every state (O1, O8, O10, guide §8, §9)."""

import base64
import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.services import create_sign_in_link
from aura.tenancy.scope import workspace_scope
from aura.testing.browser import PHONE, Tab
from aura.testing.drain import drain, make_due
from aura.testing.fixtures import Team
from optimizer.models import Optimization, PlatformOutput
from optimizer.options import choices
from optimizer.tests.pictures import face, grainy

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "staff"]),
]
DESK = 1280
DROP = """async ([name, data]) => {
  const bytes = Uint8Array.from(atob(data), (one) => one.charCodeAt(0));
  const given = new DataTransfer();
  given.items.add(new File([bytes], name, { type: "image/jpeg" }));
  const zone = document.querySelector("[data-drop]");
  for (const kind of ["dragenter", "drop"]) {
    zone.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: given }));
  }
}"""


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


def photograph(width: int = 1500, height: int = 1000) -> bytes:
    """A person left of the middle."""
    image = grainy(width, height)
    image.paste(face(height // 2), (width // 8, height // 4))
    output = io.BytesIO()
    image.save(output, "JPEG", quality=90)
    return output.getvalue()


def seen(page: Page, name: str) -> None:
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.mark.parametrize(("width", "theme"), [(DESK, "light"), (PHONE, "dark")])
def test_a_dropped_picture_becomes_a_zip_for_every_platform(
    team: Team, live_server: LiveServer, new_tab: Callable[..., Tab], width: int, theme: str
) -> None:
    kind = f"{'phone' if width == PHONE else 'wide'}-{theme}"
    tab = new_tab(width, theme)
    page = entered(tab, live_server, team.bob, reverse("optimizer:sessions"))
    expect(page.get_by_role("heading", name="No sessions yet")).to_be_visible()
    tab.check()
    seen(page, f"empty-{kind}")
    page.get_by_role("link", name="Optimize a picture").click()
    seen(page, f"new0-{kind}")
    page.get_by_role("button", name="Optimize").click()
    expect(page.get_by_text("Drop a picture here, choose a file")).to_be_visible()
    tab.check()
    page.get_by_label("What is in the picture").fill("Nora at the lake, on the first warm day")
    page.evaluate(DROP, ["nora.jpg", base64.b64encode(photograph()).decode()])
    expect(page.get_by_text("nora.jpg, 1500 × 1000")).to_be_visible()
    expect(page.locator("[data-slot] img")).to_have_count(6)
    page.get_by_label("Size for Instagram").select_option("story")
    page.get_by_text("Logo", exact=True).first.click()
    page.get_by_text("Product photographs").first.click()
    tab.check()
    seen(page, f"new-{kind}")
    page.get_by_role("button", name="Optimize").click()
    expect(page.get_by_role("heading", name="Waiting for a worker")).to_be_visible()
    tab.check()
    seen(page, f"waiting-{kind}")
    worked_off()
    expect(page.get_by_role("heading", name="Ready to post")).to_be_visible()
    expect(page.locator(".au-opt-picture .au-feed-img")).to_have_count(6)
    tab.check()
    seen(page, f"session-{kind}")
    tab.shoot(f"optimizer-{kind}")
