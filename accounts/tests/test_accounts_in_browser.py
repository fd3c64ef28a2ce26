"""Sign-up, settings, members, keys in a real browser: wide and narrow, light and dark, with axe (guide §8, §9)."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Invitation, User
from accounts.services import create_sign_in_link
from accounts.services.people import create_setup_link
from accounts.tests.words import PASSWORD, link_in, with_password
from aura.tenancy.scope import workspace_scope
from aura.testing.browser import PHONE, SMALL, WIDE, Tab
from aura.testing.fixtures import Team

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "staff"]),
]
LOOKS = [(WIDE, "light"), (PHONE, "dark")]
NewTab = Callable[..., Tab]
Outbox = list[EmailMultiAlternatives]


@pytest.fixture(autouse=True)
def _here(settings: Any, live_server: LiveServer) -> None:
    settings.SITE_URL = live_server.url


def come_in(tab: Tab, server: LiveServer, user: User, path: str) -> None:
    link = reverse("accounts:sign_in_by_link", args=[create_sign_in_link(user, next_path=path)])
    tab.page.goto(server.url + link)


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_from_sign_up_to_the_first_page(
    live_server: LiveServer, new_tab: NewTab, mailoutbox: Outbox, width: int, theme: str
) -> None:
    tab = new_tab(width, theme)
    page = tab.page
    page.goto(live_server.url)
    page.get_by_role("link", name="Sign up").click()
    tab.check()
    page.get_by_label("E-mail").fill("nora@example.org")
    page.get_by_label("Password").fill("short")
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_text("too short")).to_be_visible()
    tab.check()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("heading", name="Look into your mailbox")).to_be_visible()
    tab.check()
    page.goto(live_server.url + link_in(mailoutbox[0]))
    tab.check()
    page.get_by_role("button", name="Yes, it is mine").click()
    expect(page.get_by_role("heading", name="Make a workspace")).to_be_visible()
    tab.check()
    page.get_by_label("Name of the workspace").fill("Nora & Co")
    page.get_by_role("button", name="Make the workspace").click()
    expect(page.get_by_role("heading", name="Nora & Co", level=1)).to_be_visible()
    tab.check()


@pytest.mark.parametrize("width", [WIDE, SMALL])
def test_the_ways_in_have_no_barrier(live_server: LiveServer, new_tab: NewTab, team: Team, width: int) -> None:
    tab = new_tab(width)
    for path in (
        reverse("account_reset_password"),
        reverse("account_reset_password_done"),
        reverse("account_reset_password_from_key", args=["1", "x-y"]),
        reverse("account_reset_password_from_key_done"),
        reverse("account_confirm_email", args=["x"]),
        reverse("account_inactive"),
        reverse("accounts:setup", args=[create_setup_link()]),
        reverse("accounts:setup", args=["x"]),
        reverse("accounts:invitation", args=["x"]),
    ):
        tab.page.goto(live_server.url + path)
        expect(tab.page.get_by_role("heading", level=1)).to_be_visible()
        tab.check()


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_settings_have_no_barrier_for_an_owner(
    team: Team, live_server: LiveServer, new_tab: NewTab, width: int, theme: str
) -> None:
    with_password(team.alice)
    tab = new_tab(width, theme)
    come_in(tab, live_server, team.alice, reverse("accounts:profile"))
    for name in ("profile", "security", "workspace", "members", "invitations", "keys", "new_workspace"):
        tab.page.goto(live_server.url + reverse(f"accounts:{name}"))
        tab.check()
    for name in ("account_email", "account_change_password", "usersessions_list"):
        tab.page.goto(live_server.url + reverse(name))
        tab.check()


def test_settings_say_who_can_grant_what_a_viewer_lacks(team: Team, live_server: LiveServer, new_tab: NewTab) -> None:
    tab = new_tab(PHONE)
    come_in(tab, live_server, team.viewer, reverse("accounts:members"))
    expect(tab.page.get_by_text("An owner or admin can invite people")).to_be_visible()
    expect(tab.page.get_by_role("link", name="API keys")).to_have_count(0)
    tab.check()
    tab.page.goto(live_server.url + reverse("accounts:keys"))
    expect(tab.page.get_by_text("An owner or admin can grant it")).to_be_visible()
    tab.check()


@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_an_invitation_goes_out_and_is_accepted(
    team: Team, live_server: LiveServer, new_tab: NewTab, mailoutbox: Outbox, width: int
) -> None:
    dora = with_password(User.objects.create_user("dora@example.org", name="Dora"))
    tab = new_tab(width)
    page = tab.page
    come_in(tab, live_server, team.alice, reverse("accounts:invitations"))
    page.get_by_label("E-mail").fill("bob@example.org")
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_text("bob@example.org is a member already.")).to_be_visible()
    tab.check()
    page.get_by_label("E-mail").fill(dora.email)
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_text("dora@example.org was invited.")).to_be_visible()
    tab.check()
    hers = new_tab(width, "dark")
    hers.page.goto(live_server.url + link_in(mailoutbox[0]))
    hers.check()
    hers.page.get_by_role("link", name="I have an account").click()
    hers.page.get_by_label("E-mail").fill(dora.email)
    hers.page.get_by_label("Password").fill(PASSWORD)
    hers.page.get_by_role("button", name="Sign in").click()
    expect(hers.page.get_by_role("heading", name="Join North")).to_be_visible()
    hers.check()
    hers.page.get_by_role("button", name="Join the workspace").click()
    expect(hers.page.get_by_role("heading", name="North", level=1)).to_be_visible()
    page.goto(live_server.url + reverse("accounts:members"))
    page.get_by_label("Role of Dora", exact=True).select_option("admin")
    page.get_by_role("button", name="Save the role of Dora").click()
    expect(page.get_by_text("Dora is admin now.")).to_be_visible()
    page.get_by_label("Remove Dora", exact=True).click()
    tab.check()
    page.get_by_role("button", name="Remove Dora").click()
    expect(page.get_by_text("Dora was removed.")).to_be_visible()
    with workspace_scope(team.workspace.id):
        assert Invitation.objects.get().accepted_at is not None


@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_a_key_is_made_seen_once_and_revoked(team: Team, live_server: LiveServer, new_tab: NewTab, width: int) -> None:
    tab = new_tab(width)
    page = tab.page
    come_in(tab, live_server, team.alice, reverse("accounts:keys"))
    page.get_by_label("Name").fill("Report")
    page.get_by_label("Read accounts, runs and reports").uncheck()
    page.get_by_role("button", name="Make the key").click()
    expect(page.get_by_text("This field is required.")).to_be_visible()
    tab.check()
    page.get_by_label("Read jobs and their progress").check()
    page.get_by_role("button", name="Make the key").click()
    expect(page.get_by_role("heading", name="Your new key")).to_be_visible()
    assert re.fullmatch(r"aura_\S{70,90}", page.locator(".au-secret code").inner_text())
    tab.check()
    page.get_by_label("Revoke Report", exact=True).click()
    page.get_by_role("button", name="Revoke Report").click()
    expect(page.get_by_text("was revoked.")).to_be_visible()
    tab.check()


def test_two_step_sign_in_is_switched_on_by_scanning(team: Team, live_server: LiveServer, new_tab: NewTab) -> None:
    with_password(team.alice)
    tab = new_tab(PHONE)
    page = tab.page
    page.goto(live_server.url + reverse("accounts:security"))
    page.get_by_label("E-mail").fill(team.alice.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Switch on").click()
    if page.get_by_role("heading", name="Is it you?").count():
        tab.check()
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Go on").click()
    assert page.locator(".au-qr").evaluate("image => image.naturalWidth") > 0
    tab.check()
    page.get_by_label("Code", exact=True).fill("000000")
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_text("This code is not right")).to_be_visible()
    tab.check()


def test_deleting_asks_for_the_short_name(team: Team, live_server: LiveServer, new_tab: NewTab) -> None:
    tab = new_tab(PHONE)
    page = tab.page
    come_in(tab, live_server, team.alice, reverse("accounts:workspace"))
    page.get_by_text("Delete …").click()
    page.get_by_label("Short name of the workspace").fill("nord")
    page.get_by_role("button", name="Delete North").click()
    expect(page.locator(".au-field-error", has_text="Type north to confirm.")).to_be_visible()
    tab.check()
    page.get_by_label("Short name of the workspace").fill("north")
    page.get_by_role("button", name="Delete North").click()
    expect(page.get_by_role("heading", name="Make a workspace")).to_be_visible()
    expect(page.get_by_text("North was deleted.")).to_be_visible()
