"""The webhook pages in a real browser: every state, wide and narrow, light and dark, with axe (guide §8, §9)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer
from standardwebhooks import Webhook

from accounts.models import User
from accounts.services import create_sign_in_link
from aura.providers.tests.servers import CountingServer, status
from aura.testing.browser import PHONE, SMALL, WIDE, Tab
from aura.testing.drain import drain
from aura.testing.fixtures import Team
from aura.webhooks.tests.factories import change, emit, endpoint, now

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "staff"]),
]
LOOKS = [(WIDE, "light"), (WIDE, "dark"), (PHONE, "light"), (PHONE, "dark")]
NewTab = Callable[..., Tab]


def sign_in(tab: Tab, server: LiveServer, user: User, path: str) -> None:
    """Come in by a one-time link that leads to ``path``."""
    link = reverse("accounts:sign_in_by_link", args=[create_sign_in_link(user, next_path=path)])
    tab.page.goto(server.url + link)


def test_from_no_endpoint_to_a_verified_event(
    team: Team, live_server: LiveServer, new_tab: NewTab, receiver: CountingServer
) -> None:
    tab = new_tab()
    page = tab.page
    sign_in(tab, live_server, team.alice, reverse("webhooks:list"))
    expect(page.get_by_role("heading", name="No endpoints yet")).to_be_visible()
    tab.check()
    page.get_by_role("link", name="Add an endpoint").click()
    page.get_by_label("Address").fill("https://10.0.0.1/hook")
    page.get_by_role("button", name="Add the endpoint").click()
    expect(page.get_by_text("The address leads into a private network.")).to_be_visible()
    expect(page.get_by_text("Choose at least one event.")).to_be_visible()
    expect(page.get_by_label("Address")).to_be_focused()
    tab.check()
    page.get_by_label("Address").fill(receiver.url + "/hook")
    page.get_by_label("Name").fill("Shop system")
    page.get_by_label("An analysis of an account has finished").check()
    page.get_by_role("button", name="Add the endpoint").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The secret of Shop system")
    secret = page.locator(".au-secret code").inner_text()
    tab.check()
    page.get_by_role("link", name="I have copied it").click()
    expect(page.get_by_role("heading", name="No deliveries yet")).to_be_visible()
    assert secret not in page.content()
    page.get_by_role("button", name="Send a test event").click()
    expect(page.get_by_text("Waiting").first).to_be_visible()
    tab.check()
    drain()
    expect(page.get_by_text("HTTP 200")).to_be_visible()
    expect(page.get_by_text("Delivered").first).to_be_visible()
    tab.check()
    (found,) = receiver.posted
    assert Webhook(secret).verify(found.body, found.headers)["type"] == "webhook.test"


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_lists_and_logs_have_no_barrier(
    team: Team, live_server: LiveServer, new_tab: NewTab, receiver: CountingServer, width: int, theme: str
) -> None:
    well, _ = endpoint(team.workspace, receiver.url + "/hook", description="Shop system")
    receiver.answers["/broken"] = status(500, b"<h1>Something broke</h1>" * 40)
    ill, _ = endpoint(team.workspace, receiver.url + "/broken")
    off, _ = endpoint(team.workspace, description="Old reporting with a rather long name that has to wrap")
    change(off, enabled=False, disabled_reason="gone", disabled_at=timezone.now() - timedelta(days=1))
    emit(team.workspace)
    drain()
    tab = new_tab(width, theme)
    sign_in(tab, live_server, team.alice, reverse("webhooks:list"))
    for words in ("On", "Failing", "Off"):
        expect(tab.page.get_by_text(words, exact=True)).to_be_visible()
    tab.check()
    for hook in (well, ill, off):
        tab.page.goto(live_server.url + reverse("webhooks:endpoint", args=[hook.pk]))
        expect(tab.page.get_by_role("heading", level=1)).to_have_text(hook.name)
        tab.check()
    tab.page.goto(live_server.url + reverse("webhooks:endpoint", args=[ill.pk]))
    tab.page.get_by_role("link", name="audience.run.completed").click()
    expect(tab.page.get_by_text("The receiver answered with HTTP 500.")).to_be_visible()
    tab.check()
    tab.page.goto(live_server.url + reverse("webhooks:edit", args=[ill.pk]))
    expect(tab.page.get_by_role("heading", name="Delete this endpoint")).to_be_visible()
    tab.check()


def test_a_log_is_filtered_and_sent_again_and_the_secret_rotated(
    team: Team, live_server: LiveServer, new_tab: NewTab, receiver: CountingServer
) -> None:
    hook, first = endpoint(team.workspace, receiver.url + "/hook", description="Shop system")
    emit(team.workspace)
    drain()
    tab = new_tab()
    page = tab.page
    sign_in(tab, live_server, team.alice, reverse("webhooks:endpoint", args=[hook.pk]))
    page.get_by_label("State").select_option("failed")
    expect(page.get_by_role("heading", name="No delivery matches these filters")).to_be_visible()
    tab.check()
    page.get_by_role("link", name="Show all deliveries").click()
    page.get_by_role("button", name="Send again audience.run.completed").click()
    page.wait_for_url("**/deliveries/**")
    drain()
    expect(page.get_by_text("Delivered").first).to_be_visible()
    assert len(receiver.posted) == 2
    page.get_by_role("link", name="Shop system").click()
    page.get_by_role("button", name="Rotate the secret").click()
    second = page.locator(".au-secret code").inner_text()
    expect(page.get_by_text("signature of the old secret too")).to_be_visible()
    page.get_by_role("link", name="I have copied it").click()
    expect(page.get_by_text("2 secrets are valid.")).to_be_visible()
    page.get_by_role("button", name="Switch it off").click()
    expect(page.get_by_text("Switched off by hand")).to_be_visible()
    tab.check()
    page.get_by_role("button", name="Switch it on").click()
    expect(page.get_by_text("The endpoint is on.")).to_be_visible()
    emit(team.workspace)
    drain()
    for secret in (first, second):
        Webhook(secret).verify(receiver.posted[-1].body, receiver.posted[-1].headers)
    page.get_by_role("link", name="Edit").click()
    page.get_by_role("button", name="Delete Shop system").click()
    expect(page.get_by_text("Shop system was deleted.")).to_be_visible()


def test_everything_works_without_javascript_on_a_small_screen(
    team: Team, live_server: LiveServer, new_tab: NewTab, receiver: CountingServer
) -> None:
    hook, _ = endpoint(team.workspace, receiver.url + "/hook", description="Shop system")
    tab = new_tab(SMALL, javascript=False)
    sign_in(tab, live_server, team.alice, reverse("webhooks:endpoint", args=[hook.pk]))
    tab.page.get_by_role("button", name="Send a test event").click()
    drain()
    tab.page.get_by_role("link", name="Load this page again").click()
    expect(tab.page.get_by_text("HTTP 200")).to_be_visible()
    tab.page.get_by_role("button", name="Send again").click()
    drain()
    assert len(receiver.posted) == 2
    tab.page.goto(live_server.url + reverse("webhooks:endpoint", args=[hook.pk]) + "?state=delivered")
    expect(tab.page.get_by_role("link", name="webhook.test").first).to_be_visible()
    assert now(hook).failures == 0
