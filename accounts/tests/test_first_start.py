"""M1: the first owner comes by a link that the server prints; no first visitor can seize an Aura."""

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import SetupLink, User
from accounts.queries import memberships
from accounts.tests.words import PASSWORD, with_password
from aura.testing.fixtures import Team

pytestmark = pytest.mark.django_db
BODY = {"email": "owner@example.org", "password": PASSWORD, "name": "First"}


def printed(*arguments: str) -> str:
    out = io.StringIO()
    call_command("setup_link", *arguments, stdout=out)
    return out.getvalue()


def path_in(text: str) -> str:
    found = re.search(r"https?://[^/]+(/accounts/setup/\S+/)", text)
    assert found, text
    return found[1]


def test_the_link_makes_the_first_owner_once() -> None:
    path = path_in(printed("--if-empty"))
    client = Client()
    assert b"Set up Aura" in client.get(path).content
    response = client.post(path, BODY)
    assert response["Location"] == reverse("home")
    assert client.get(reverse("home")).status_code == 200
    owner = User.objects.get()
    assert owner.is_staff
    assert [(m.workspace.name, m.role) for m in memberships(owner)] == [("First", "owner")]
    again = Client().post(path, BODY | {"email": "thief@example.org"})
    assert again.status_code == 410
    assert User.objects.count() == 1
    assert Client().get(path).status_code == 410


def test_the_owner_signs_in_afterwards_without_a_letter() -> None:
    Client().post(path_in(printed()), BODY)
    client = Client()
    response = client.post(reverse("accounts:sign_in"), {"login": BODY["email"], "password": PASSWORD})
    assert response["Location"] == reverse("home")


def test_only_the_hash_of_the_link_is_kept() -> None:
    token = path_in(printed()).rstrip("/").rsplit("/", 1)[-1]
    assert token not in str(SetupLink.objects.values())


def test_a_newer_link_ends_the_older_and_time_ends_both() -> None:
    first, second = path_in(printed()), path_in(printed())
    assert Client().get(first).status_code == 410
    assert Client().get(second).status_code == 200
    SetupLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert Client().post(second, BODY).status_code == 410
    assert not User.objects.exists()


@pytest.mark.parametrize("token", ["x", "0" * 43, "%00"])
def test_a_made_up_link_opens_nothing(token: str) -> None:
    assert Client().post(reverse("accounts:setup", args=[token]), BODY).status_code == 410
    assert not User.objects.exists()


def test_nothing_is_printed_where_somebody_is(team: Team) -> None:
    assert printed("--if-empty") == ""
    User.objects.create_superuser("staff@example.org")
    with pytest.raises(CommandError, match="is set up"):
        printed()


def test_a_visitor_who_comes_first_is_nobody_special_and_bars_nobody() -> None:
    path = path_in(printed())
    with_password(User.objects.create_user(BODY["email"]), verified=False)
    visitor = User.objects.get()
    assert not visitor.is_staff
    assert Client().post(path, BODY).status_code == 302
    owner = User.objects.get(pk=visitor.pk)
    assert owner.is_staff, "the holder of the link proved more than the visitor"
    assert owner.check_password(BODY["password"])


def test_a_verified_stranger_is_not_taken_over() -> None:
    path = path_in(printed())
    stranger = with_password(User.objects.create_user(BODY["email"]))
    response = Client().post(path, BODY)
    assert response.status_code == 422
    stranger.refresh_from_db()
    assert not stranger.is_staff
    assert Client().get(path).status_code == 200, "the link is not spent"


@pytest.mark.parametrize("wrong", [{"password": "short"}, {"email": "x"}, {"name": ""}, {"password": ""}])
def test_what_is_wrong_is_said_beside_the_field(wrong: dict[str, Any]) -> None:
    path = path_in(printed())
    response = Client().post(path, BODY | wrong)
    assert response.status_code == 422
    assert next(iter(wrong)) in response.context["form"].errors
