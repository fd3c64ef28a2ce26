"""Swagger UI at /api/docs/: works under the content policy and asks nobody else for anything."""

from collections.abc import Callable

import pytest
from pytest_django.live_server_helper import LiveServer

from aura.testing.browser import Tab

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "staff"])]


def test_the_api_can_be_read_and_tried_offline(live_server: LiveServer, new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    asked: list[str] = []
    tab.page.on("request", lambda request: asked.append(request.url))
    tab.page.goto(f"{live_server.url}/api/docs/")
    tab.page.get_by_text("/api/v1/audience/accounts", exact=True).first.wait_for()
    health = tab.page.locator("#operations-health-health_retrieve button.opblock-summary-control")
    # Of a long contract Swagger UI draws only what is in sight.
    for _ in range(100):
        if health.count():
            break
        tab.page.mouse.wheel(0, 500)
        tab.page.wait_for_timeout(100)
    health.click()
    tab.page.get_by_role("button", name="Try it out").click()
    tab.page.get_by_role("button", name="Execute").click()
    tab.page.locator(".live-responses-table .response-col_status", has_text="200").wait_for()
    foreign = [url for url in asked if not url.startswith((live_server.url, "data:", "blob:"))]
    assert foreign == []
    assert tab.errors == []
