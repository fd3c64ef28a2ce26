"""A real Chromium for browser tests: found on the machine, never downloaded; axe; screenshots for the documentation."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WIDE, PHONE, SMALL = 1440, 390, 320
SCREENSHOTS = Path(__file__).resolve().parents[2] / "docs" / "screenshots"


def find_chromium() -> str:
    """The path of a Chromium, or "" where this machine has none. ``AURA_TEST_CHROMIUM`` names another one."""
    given = os.environ.get("AURA_TEST_CHROMIUM", "")
    return given or next((path for name in NAMES if (path := shutil.which(name))), "")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests. Without Chromium they are skipped loudly.

    With ``AURA_REQUIRE_BROWSER=1`` they fail instead.
    """
    path = find_chromium()
    if not path:
        words = "No Chromium is installed, so no page was looked at (apt install chromium)."
        if os.environ.get("AURA_REQUIRE_BROWSER") == "1":
            pytest.fail(words)
        pytest.skip(words)
    # Playwright runs an event loop on this thread, which Django would take for asynchronous code.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def shooting() -> bool:
    """True where this run makes the documentation's screenshots."""
    return os.environ.get("AURA_TEST_SCREENSHOTS") == "1"


WIDER = """() => [...document.querySelectorAll("body *")]
  .filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .slice(0, 5).map(e => e.tagName + "." + e.className + " " + Math.round(e.getBoundingClientRect().right))"""


class Tab:
    """A page that notes what went wrong in it: errors of the console, of scripts and of the content policy."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        page.on("console", lambda message: self._note(message.type, message.text))
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _note(self, kind: str, text: str) -> None:
        if kind == "error" and "Failed to load resource" not in text:
            self.errors.append(text)

    def check(self) -> None:
        """No violation of WCAG 2.2 AA, no error in the console, no sideways scroll."""
        found = Axe().run(self.page, options={"runOnly": {"type": "tag", "values": RULES}})
        words = [f"{v['id']}: {[n['html'][:160] for n in v['nodes'][:4]]}" for v in found.response["violations"]]
        assert not words, "\n".join(words)
        assert not self.errors, self.errors
        wider = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, f"{self.page.url} is {wider} px wider than the screen: {self.page.evaluate(WIDER)}"

    def shoot(self, name: str, *, height: int = 0) -> None:
        """Keep a screenshot in docs/screenshots, where ``AURA_TEST_SCREENSHOTS=1`` asks for it.

        It shows the whole page, or as much as a window of this height in pixels does.
        """
        if shooting():
            SCREENSHOTS.mkdir(parents=True, exist_ok=True)
            # Pictures below the fold load lazily.
            self.page.evaluate("document.querySelectorAll('img').forEach((image) => (image.loading = 'eager'))")
            self.page.evaluate("Promise.all([...document.images].map((image) => image.decode().catch(() => null)))")
            before = self.page.viewport_size
            if height and before:
                self.page.set_viewport_size({"width": before["width"], "height": height})
                self.page.evaluate("scrollTo(0, 0)")
            self.page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=not height)
            if before:
                self.page.set_viewport_size(before)


@pytest.fixture
def new_tab(chromium: Browser) -> Iterator[Callable[..., Tab]]:
    """``new_tab(width, theme)``: a fresh browser profile with one page; ``javascript=False`` switches scripts off."""
    contexts = []

    def create(width: int = WIDE, theme: str = "light", *, javascript: bool = True, state: Any = None) -> Tab:
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if theme == "dark" else "light",
            java_script_enabled=javascript,
            storage_state=state,
            reduced_motion="reduce",
            locale="en-GB",
            timezone_id="UTC",
        )
        contexts.append(context)
        context.set_default_timeout(15_000)
        return Tab(context.new_page())

    yield create
    for context in contexts:
        context.close()
