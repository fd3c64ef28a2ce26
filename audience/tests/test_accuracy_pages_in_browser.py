"""Review, accuracy and model card in a real browser: keyboard, no JavaScript, wide, narrow, light, dark, with axe."""

from collections.abc import Callable
from random import Random

import pytest
from django.urls import reverse
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from accounts.services import create_sign_in_link
from audience.models import PromptTrial, Review, ReviewItem
from audience.services import sampling
from audience.tests import factories
from audience.tests.labelled import label_people
from aura.tenancy.scope import workspace_scope
from aura.testing.browser import PHONE, WIDE, Tab
from aura.testing.fixtures import Team

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "staff"]),
]
NewTab = Callable[..., Tab]
ACCURACY, REVIEW, CARD = "audience:accuracy", "audience:review", "audience:model_card"


def sign_in(tab: Tab, server: LiveServer, user: User, name: str) -> None:
    link = reverse("accounts:sign_in_by_link", args=[create_sign_in_link(user, next_path=reverse(name))])
    tab.page.goto(server.url + link)


def fill(team: Team, people: int = 3) -> None:
    with workspace_scope(team.workspace.id):
        for person in factories.commenters(people, full_name="Ada Lovelace", biography="Tea, maps and long walks."):
            factories.classification(person)
            factories.comment(factories.post(), person, text="What a lovely roast, is it back next week?")


@pytest.mark.parametrize(("width", "theme"), [(WIDE, "light"), (PHONE, "dark")])
def test_the_pages_have_no_barrier(
    team: Team, live_server: LiveServer, new_tab: NewTab, width: int, theme: str
) -> None:
    fill(team)
    with workspace_scope(team.workspace.id):
        label_people(240, Random(5))
        PromptTrial.objects.create(
            workspace=team.workspace,
            model="gemini:test",
            active="1",
            candidate="2",
            people=40,
            decision=PromptTrial.Decision.KEPT,
            reason="Significantly worse in age: right about 12 of 40 people instead of 25 (p = 0.002).",
        )
    tab = new_tab(width, theme)
    sign_in(tab, live_server, team.bob, REVIEW)
    for name, heading in ((REVIEW, "Review profiles"), (ACCURACY, "Accuracy"), (CARD, "Model card")):
        tab.page.goto(live_server.url + reverse(name))
        expect(tab.page.get_by_role("heading", level=1)).to_have_text(heading)
        tab.check()
        tab.shoot(f"{name.split(':')[1]}-{theme}")


def test_a_profile_is_judged_with_the_keyboard_alone(team: Team, live_server: LiveServer, new_tab: NewTab) -> None:
    fill(team)
    tab = new_tab()
    sign_in(tab, live_server, team.bob, REVIEW)
    page = tab.page
    expect(page.get_by_text("Drawn at random.", exact=False)).to_be_visible()
    for key in ("2", "r", "a", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_text("you say", exact=False)).to_be_visible()
    with workspace_scope(team.workspace.id):
        said = dict(Review.objects.filter(is_current=True).values_list("dimension", "value"))
    assert said == {"gender": "man", "age": "35-44", "profile_type": "person"}
    page.keyboard.press("z")
    expect(page.get_by_text("Taken back.", exact=False)).to_be_visible()
    page.keyboard.press("n")
    expect(page.get_by_text("1 skipped", exact=False)).to_be_visible()
    with workspace_scope(team.workspace.id):
        assert not Review.objects.exists()
        assert ReviewItem.objects.filter(state="skipped").count() == 1
    tab.check()


def test_without_javascript_the_queue_is_a_plain_form(team: Team, live_server: LiveServer, new_tab: NewTab) -> None:
    fill(team, 1)
    tab = new_tab(javascript=False)
    sign_in(tab, live_server, team.bob, REVIEW)
    page = tab.page
    page.get_by_role("button", name="Save and next").click()
    expect(page.get_by_text("Choose at least one answer", exact=False)).to_be_visible()
    page.get_by_label("Woman", exact=False).check()
    page.get_by_role("button", name="Save and next").click()
    expect(page.get_by_role("heading", name="Nobody is waiting for review")).to_be_visible()
    with workspace_scope(team.workspace.id):
        assert Review.objects.get().value == "woman"
        assert sampling.next_item() is None
