"""The System page says in words what is missing."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from pytest_django.live_server_helper import LiveServer

from accounts.models import Membership
from accounts.services import create_sign_in_link
from accounts.services.credentials import save_credential
from aura.advice import missing
from aura.tenancy.scope import workspace_scope
from aura.testing.browser import PHONE, WIDE, Tab
from aura.testing.fixtures import Team, page_client


def words(team: Team) -> list[str]:
    """What is missing in “north”."""
    with workspace_scope(team.workspace.pk):
        return [advice.words for advice in missing(team.workspace.pk)]


def test_a_missing_key_is_named_with_what_happens_instead(team: Team) -> None:
    page = page_client(team.viewer).get(reverse("system")).content.decode()
    assert "No Gemini key: classification uses the local model." in page
    assert "No Apify token: comments come in by upload only." in page


def test_what_is_there_is_not_missing(team: Team, settings: Any) -> None:
    with workspace_scope(team.workspace.pk):
        save_credential(Membership.objects.get(user=team.alice), "gemini", "AIza-0123456789")
    settings.AURA_PROVIDER_SECRETS = {name: "set-set-set" for name in ("apify", "instagram", "openai", "replicate")}
    settings.AURA_SENTRY_DSN, settings.HTTPS, settings.AURA_SECRETS_KEYS = "https://x@y/1", True, ["key"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert words(team) == []


def test_what_matters_comes_first(team: Team, settings: Any) -> None:
    settings.DEBUG = True
    assert words(team)[0].startswith("Debug pages are on")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True, databases=["default", "staff"])
@pytest.mark.parametrize(("width", "theme"), [(WIDE, "light"), (PHONE, "dark")])
def test_the_system_and_the_provider_page_have_no_barrier(
    team: Team, live_server: LiveServer, new_tab: Callable[..., Tab], width: int, theme: str
) -> None:
    tab = new_tab(width, theme)
    token = create_sign_in_link(team.alice, next_path=reverse("system"))
    tab.page.goto(live_server.url + reverse("accounts:sign_in_by_link", args=[token]))
    tab.page.get_by_text("No Gemini key: classification uses the local model.").wait_for()
    tab.check()
    tab.page.goto(live_server.url + reverse("accounts:providers"))
    tab.page.get_by_label("Key", exact=True).fill("AIza-of-the-north-0123")
    tab.page.get_by_role("button", name="Save the key").click()
    tab.page.get_by_text("ends in …0123").wait_for()
    tab.check()
    tab.page.get_by_text("Remove …").first.click()
    tab.page.get_by_role("button", name="Remove the key of Google Gemini").click()
    tab.page.get_by_text("The key of Google Gemini was removed.").wait_for()
    tab.check()
