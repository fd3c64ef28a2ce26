"""M3: invitations, roles, leaving, handing over, deleting; a workspace never loses its last owner."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.db import connection, connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import jobs
from accounts.models import AuditEntry, Invitation, Membership, Role, User, Workspace
from accounts.queries import memberships
from accounts.services import members
from accounts.services.people import vouch
from accounts.tests.words import PASSWORD, html_of, link_in, member
from audience.models import TrackedAccount
from audience.tests import factories
from aura.http.problems import Problem
from aura.jobs.models import Job
from aura.jobs.queue import start
from aura.tenancy.models import tenant_models
from aura.tenancy.scope import staff_scope, system_scope, workspace_scope
from aura.testing.drain import drain
from aura.testing.fixtures import Team, api_client, page_client

Outbox = list[EmailMultiAlternatives]
pytestmark = pytest.mark.django_db
NORTH = "/api/v1/workspaces/north"


def roles(team: Team) -> dict[str, str]:
    with workspace_scope(team.workspace.id):
        return {m.user.name: m.role for m in Membership.objects.select_related("user")}


def actions(team: Team) -> list[str]:
    with workspace_scope(team.workspace.id):
        return list(AuditEntry.objects.order_by("id").values_list("action", flat=True))


def invite(team: Team, email: str = "dora@example.org", role: str = "analyst") -> Any:
    return api_client(team.alice).post(f"{NORTH}/invitations", {"email": email, "role": role})


def test_somebody_new_signs_up_by_an_invitation_and_is_in(team: Team, mailoutbox: Outbox, settings: Any) -> None:
    settings.AURA_OPEN_SIGNUP = False
    assert invite(team).status_code == 201
    letter = mailoutbox[0]
    assert letter.subject == "alice invites you to North"
    assert "as analyst" in html_of(letter)
    client, path = Client(), link_in(letter)
    assert b"Join North" in client.get(path).content
    client.post(reverse("account_signup"), {"email": "somebody@else.example", "password1": PASSWORD})
    assert not User.objects.filter(email="somebody@else.example").exists(), "it is good for its own address only"
    client.post(reverse("account_signup"), {"email": "dora@example.org", "password1": PASSWORD})
    response = client.post(link_in(mailoutbox[1]), follow=True)
    assert response.redirect_chain[-1][0] == path, "she goes on to her invitation"
    client.post(path)
    dora = User.objects.get(email="dora@example.org")
    assert [(m.workspace.slug, m.role) for m in memberships(dora)] == [("north", "analyst")]
    assert Client().get(path).status_code == 410
    assert "invitation.sent" in actions(team)
    assert "member.joined" in actions(team)


def test_an_invitation_is_for_its_address_only(team: Team, mailoutbox: Outbox) -> None:
    invite(team)
    vouch(team.charlie)
    client, path = page_client(team.charlie), link_in(mailoutbox[0])
    assert b"You are signed in as charlie@example.org" in client.get(path).content
    client.post(path)
    assert "charlie" not in roles(team)
    key = path.rstrip("/").rsplit("/", 1)[-1]
    refused = api_client(team.charlie).post("/api/v1/invitations/accept", {"key": key})
    assert (refused.status_code, refused.json()["code"]) == (403, "invitation_not_yours")


def test_an_invitation_is_accepted_over_the_api_once(team: Team, mailoutbox: Outbox) -> None:
    invite(team, "charlie@example.org", "viewer")
    vouch(team.charlie)
    key = link_in(mailoutbox[0]).rstrip("/").rsplit("/", 1)[-1]
    client = api_client(team.charlie)
    answer = client.post("/api/v1/invitations/accept", {"key": key})
    assert answer.json() == {"workspace": "north", "role": "viewer"}
    assert roles(team)["charlie"] == "viewer"
    again = client.post("/api/v1/invitations/accept", {"key": key})
    assert (again.status_code, again.json()["code"]) == (410, "invitation_gone")
    for rubbish in ("x", key[:-2] + "zz", "0" * 80):
        assert client.post("/api/v1/invitations/accept", {"key": rubbish}).status_code == 410


def test_an_address_that_is_not_verified_accepts_nothing(team: Team, mailoutbox: Outbox) -> None:
    invite(team, "charlie@example.org")
    key = link_in(mailoutbox[0]).rstrip("/").rsplit("/", 1)[-1]
    assert api_client(team.charlie).post("/api/v1/invitations/accept", {"key": key}).status_code == 403


def test_expired_and_withdrawn_invitations_open_nothing(team: Team, mailoutbox: Outbox) -> None:
    invite(team)
    path = link_in(mailoutbox[0])
    with workspace_scope(team.workspace.id):
        Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert Client().get(path).status_code == 410
    second = invite(team).json()
    assert Client().get(link_in(mailoutbox[1])).status_code == 200
    assert api_client(team.alice).delete(f"{NORTH}/invitations/{second['id']}").status_code == 204
    assert Client().get(link_in(mailoutbox[1])).status_code == 410


def test_inviting_again_replaces_the_letter_and_a_member_is_not_invited(team: Team, mailoutbox: Outbox) -> None:
    invite(team)
    invite(team, "Dora@Example.org")
    assert Client().get(link_in(mailoutbox[0])).status_code == 410
    assert Client().get(link_in(mailoutbox[1])).status_code == 200
    refused = invite(team, "bob@example.org")
    assert (refused.status_code, refused.json()["code"]) == (409, "member_already")


def test_no_name_makes_a_second_button_in_a_letter(team: Team, mailoutbox: Outbox) -> None:
    evil = "Free\n\n[Click](https://evil.example)\n\nBcc: x@example.org"
    User.objects.filter(pk=team.alice.pk).update(name=evil)
    team.alice.refresh_from_db()
    invite(team)
    assert link_in(mailoutbox[0]).startswith("/accounts/invitations/")
    assert 'href="https://evil.example"' not in html_of(mailoutbox[0])
    assert "\n" not in mailoutbox[0].subject


@pytest.mark.parametrize("name", ["Win at https://evil.example", "www.evil.example", "two\nlines"])
def test_a_name_holds_no_link(team: Team, name: str) -> None:
    assert api_client(team.alice).patch(NORTH, {"name": name}).status_code == 400
    assert page_client(team.alice).post(reverse("accounts:profile"), {"name": name}).status_code in {302, 422}
    team.alice.refresh_from_db()
    assert "evil" not in team.alice.name


def test_a_mail_server_that_is_away_invites_nobody(team: Team, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 9, 1
    client = api_client(team.alice)
    client.raise_request_exception = False
    refused = client.post(f"{NORTH}/invitations", {"email": "dora@example.org", "role": "viewer"})
    assert (refused.status_code, refused.json()["code"]) == (503, "mail_not_sent")
    with workspace_scope(team.workspace.id):
        assert not Invitation.objects.exists()


def test_nobody_grants_more_than_they_have(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        alice, bob, vera = (member(team, user) for user in (team.alice, team.bob, team.viewer))
        members.change_role(alice, bob, Role.ADMIN)
        for attempt in (
            lambda: members.change_role(bob, vera, Role.OWNER),
            lambda: members.change_role(bob, alice, Role.VIEWER),
            lambda: members.remove_member(bob, alice),
            lambda: members.transfer(bob, vera),
            lambda: members.change_role(bob, bob, Role.OWNER),
        ):
            with pytest.raises(Problem):
                attempt()
        members.change_role(bob, vera, Role.ANALYST)
    assert roles(team) == {"alice": "owner", "bob": "admin", "vera": "analyst"}
    refused = api_client(team.bob).post(f"{NORTH}/invitations", {"email": "x@example.org", "role": "owner"})
    assert (refused.status_code, refused.json()["code"]) == (403, "role_too_high")


@pytest.mark.parametrize("way", ["leave", "step down", "remove"])
def test_the_last_owner_stays(team: Team, way: str) -> None:
    client, pk = api_client(team.alice), member(team, team.alice).pk
    attempts: dict[str, Callable[[], Any]] = {
        "leave": lambda: client.post(f"{NORTH}/leave"),
        "step down": lambda: client.patch(f"{NORTH}/members/{pk}", {"role": "viewer"}),
        "remove": lambda: client.delete(f"{NORTH}/members/{pk}"),
    }
    response = attempts[way]()
    assert (response.status_code, response.json()["code"]) == (409, "last_owner")
    assert roles(team)["alice"] == "owner"


def test_an_owner_hands_over_and_may_then_leave(team: Team) -> None:
    pk = member(team, team.bob).pk
    answer = api_client(team.alice).post(f"{NORTH}/members/{pk}/transfer")
    assert answer.json()["role"] == "admin"
    assert roles(team) == {"alice": "admin", "bob": "owner", "vera": "viewer"}
    assert api_client(team.alice).post(f"{NORTH}/leave").status_code == 204
    assert "alice" not in roles(team)
    assert api_client(team.alice).get(NORTH).status_code == 404
    assert actions(team) == ["workspace.transferred", "member.left"]


@pytest.mark.django_db(transaction=True, databases=["default", "staff"])
def test_two_owners_who_leave_at_once_do_not_both_get_away(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        members.change_role(member(team, team.alice), member(team, team.bob), Role.OWNER)
    start_now, found = threading.Barrier(2), []

    def go(user: User) -> None:
        start_now.wait()
        found.append(api_client(user).post(f"{NORTH}/leave").status_code)
        connections.close_all()

    threads = [threading.Thread(target=go, args=[user]) for user in (team.alice, team.bob)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [204, 409]


def test_switching_and_making_workspaces_on_the_pages(team: Team) -> None:
    client = page_client(team.bob)
    client.post(reverse("accounts:new_workspace"), {"name": "North"})
    assert b"North" in client.get(reverse("home")).content
    assert [m.workspace.slug for m in memberships(team.bob)] == ["north", "north-2"]
    team.bob.refresh_from_db()
    assert api_client(team.bob).get("/api/v1/audience/accounts").status_code == 200
    client.post(reverse("accounts:switch_workspace"), {"workspace": "north"})
    assert client.get(reverse("home")).context["membership"].workspace.slug == "north"
    client.post(reverse("accounts:switch_workspace"), {"workspace": "south"})
    assert client.get(reverse("home")).context["membership"].workspace.slug == "north"


@pytest.mark.parametrize(("slug", "status"), [("fine-1", 201), ("north", 409), ("new", 409), ("Not Fine", 400)])
def test_a_short_name_can_be_chosen(team: Team, slug: str, status: int) -> None:
    response = api_client(team.bob).post("/api/v1/workspaces", {"name": "Fine", "slug": slug})
    assert response.status_code == status, response.content


@pytest.mark.django_db(transaction=True, databases=["default", "staff"])
def test_deleting_a_workspace_takes_all_of_it_and_nothing_else(team: Team, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    for workspace in (team.workspace, team.elsewhere):
        with workspace_scope(workspace.id):
            factories.comment(factories.post(factories.account()), factories.commenter())
            Job.objects.create(workspace=workspace, kind="test.none", lane="bulk", state="done")
        folder = tmp_path / "images" / str(workspace.id) / "ab"
        folder.mkdir(parents=True)
        (folder / "x.jpg").write_bytes(b"x")
    client = page_client(team.alice)
    wrong = client.post(reverse("accounts:delete_workspace"), {"slug": "south"})
    assert wrong.status_code == 422
    assert b"Type north to confirm." in wrong.content
    client.post(reverse("accounts:delete_workspace"), {"slug": "north"})
    assert api_client(team.bob).get(NORTH).status_code == 404
    assert memberships(team.bob) == []
    with system_scope():
        start(jobs.delete_workspaces, workspace_id=None, payload={})
    drain()
    with staff_scope("test"):
        assert list(Workspace.objects.values_list("slug", flat=True)) == ["south"]
        assert TrackedAccount.objects.count() == 1
    with connections["staff"].cursor() as cursor:
        for model in tenant_models(Workspace._meta.apps):
            table = f'SELECT count(*) FROM "{model._meta.db_table}" WHERE workspace_id = %s'  # noqa: S608
            cursor.execute(table, [team.workspace.id])
            assert cursor.fetchone()[0] == 0, model
    assert not (tmp_path / "images" / str(team.workspace.id)).exists()
    assert (tmp_path / "images" / str(team.elsewhere.id) / "ab" / "x.jpg").exists()


@pytest.mark.django_db(transaction=True, databases=["default", "staff"])
def test_spent_links_and_tokens_are_pruned(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        for number, days in ((1, 40), (2, 1)):
            Invitation.objects.create(
                workspace=team.workspace,
                email=f"{number}@example.org",
                digest=str(number),
                expires_at=timezone.now() - timedelta(days=days),
            )
    with system_scope():
        start(jobs.prune, workspace_id=None, payload={})
    drain()
    with workspace_scope(team.workspace.id):
        assert [i.email for i in Invitation.objects.all()] == ["2@example.org"]


def test_an_invitation_is_behind_the_wall(team: Team) -> None:
    invite(team)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_invitation")
        assert cursor.fetchone()[0] == 0
    with workspace_scope(team.elsewhere.id):
        assert not Invitation.objects.exists()
