"""M1: sign up by e-mail, verify, sign in, recover the password, second factor, sessions; on the pages."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.tests.words import PASSWORD, html_of, link_in, with_password
from aura.testing.fixtures import Team, page_client

Outbox = list[EmailMultiAlternatives]
pytestmark = pytest.mark.django_db


def sign_up(client: Client, email: str = "nora@example.org", password: str = PASSWORD) -> Any:
    return client.post(reverse("account_signup"), {"email": email, "password1": password})


def sign_in(client: Client, email: str, password: str = PASSWORD) -> Any:
    return client.post(reverse("accounts:sign_in"), {"login": email, "password": password})


def now(secret: str) -> str:
    """The code that an authenticator app shows."""
    return str(totp.format_hotp_value(totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time())))))


def test_a_stranger_signs_up_and_is_inside_after_the_letter(mailoutbox: Outbox, settings: Any) -> None:
    settings.SITE_URL = "https://aura.example.org"
    client = Client()
    response = sign_up(client, "Nora@Example.org")
    assert response["Location"] == reverse("account_email_verification_sent")
    assert client.get(reverse("home")).status_code == 302
    letter = mailoutbox[0]
    assert letter.to == ["nora@example.org"]
    assert "https://aura.example.org/accounts/confirm-email/" in letter.body
    assert "https://aura.example.org/accounts/confirm-email/" in html_of(letter)
    path = link_in(letter)
    assert b"Is <b" in client.get(path).content
    assert not EmailAddress.objects.get().verified, "a scanner that follows links must not confirm"
    response = client.post(path, follow=True)
    assert response.redirect_chain[-1][0] == reverse("accounts:no_workspace")
    user = User.objects.get()
    assert (user.email, user.is_staff, user.is_superuser) == ("nora@example.org", False, False)
    response = client.post(reverse("accounts:no_workspace"), {"name": "Nora & Co"}, follow=True)
    assert response.status_code == 200
    assert "Nora &amp; Co" in response.content.decode()


def test_nobody_gets_in_before_the_address_is_verified(mailoutbox: Outbox) -> None:
    sign_up(Client())
    client = Client()
    response = sign_in(client, "nora@example.org")
    assert response["Location"] == reverse("account_email_verification_sent")
    assert client.get(reverse("home")).status_code == 302
    assert len(mailoutbox) == 1, "the second letter waits for three minutes"


def test_signing_up_twice_tells_nobody_but_the_owner(mailoutbox: Outbox) -> None:
    with_password(User.objects.create_user("nora@example.org"))
    known, unknown = sign_up(Client(), "nora@example.org"), sign_up(Client(), "new@example.org")
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    letters = {letter.to[0]: letter.subject for letter in mailoutbox}
    assert letters == {
        "nora@example.org": "You already have an account",
        "new@example.org": "Confirm your e-mail address",
    }
    assert User.objects.filter(email="nora@example.org").count() == 1


@pytest.mark.parametrize("password", ["short", "password123", "84736251"])
def test_a_weak_password_is_refused_with_words(password: str) -> None:
    response = sign_up(Client(), password=password)
    assert b"au-field-error" in response.content
    assert not User.objects.exists()


def test_a_wrong_password_and_an_unknown_address_look_the_same(team: Team) -> None:
    with_password(team.alice)
    pages = [sign_in(Client(), email, "wrong").content.decode() for email in ("alice@example.org", "x@example.org")]
    assert all("E-mail or password is not right." in page for page in pages)


def test_guessing_is_stopped_after_five_tries(team: Team) -> None:
    with_password(team.alice)
    client = Client()
    for _ in range(5):
        sign_in(client, "alice@example.org", "wrong")
    response = sign_in(client, "alice@example.org")
    assert "Too many attempts" in response.content.decode()
    assert client.get(reverse("home")).status_code == 302


def test_closed_sign_up_says_so(settings: Any) -> None:
    settings.AURA_OPEN_SIGNUP = False
    assert b"Sign-up is by invitation" in Client().get(reverse("account_signup")).content
    sign_up(Client())
    assert not User.objects.exists()


def test_a_forgotten_password_is_replaced_once(team: Team, mailoutbox: Outbox, settings: Any) -> None:
    settings.SITE_URL = "https://aura.example.org"
    with_password(team.alice)
    other = page_client(team.alice)
    client = Client()
    asked = client.post(reverse("account_reset_password"), {"email": "alice@example.org"})
    assert asked["Location"] == reverse("account_reset_password_done")
    path = link_in(mailoutbox[0])
    form = client.get(path, follow=True)
    new = "A-quite-new-Kettle-9"
    client.post(form.redirect_chain[-1][0], {"password1": new, "password2": new})
    assert sign_in(Client(), "alice@example.org", new)["Location"] == reverse("home")
    assert other.get(reverse("home")).status_code == 302, "other sessions end"
    assert b"does not work any more" in Client().get(path).content
    assert mailoutbox[-1].subject == "Your password was changed"


def test_an_unknown_address_gets_the_same_answer_for_a_reset(mailoutbox: Outbox) -> None:
    response = Client().post(reverse("account_reset_password"), {"email": "x@example.org"})
    assert response["Location"] == reverse("account_reset_password_done")
    assert mailoutbox[0].subject == "No account with this address"


def switch_on(user: User) -> tuple[Client, str]:
    """A browser of somebody who switched two-step sign-in on, and the secret in their app."""
    client = Client()
    sign_in(client, user.email)
    page = client.get(reverse("mfa_activate_totp"), follow=True)
    if page.redirect_chain:
        client.post(page.redirect_chain[-1][0], {"password": PASSWORD})
        page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    assert b"data:image/svg+xml" in page.content
    response = client.post(reverse("mfa_activate_totp"), {"code": now(secret)})
    assert response["Location"] == reverse("mfa_view_recovery_codes")
    return client, secret


def test_two_step_sign_in_asks_for_a_code_and_takes_a_recovery_code_once(
    team: Team, mailoutbox: Outbox, django_capture_on_commit_callbacks: Any
) -> None:
    with_password(team.alice)
    with django_capture_on_commit_callbacks(execute=True):
        client, secret = switch_on(team.alice)
    codes = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"]
    assert len(codes) == 10
    assert [letter.subject for letter in mailoutbox] == ["Two-step sign-in is on"]
    other = Client()
    assert sign_in(other, "alice@example.org")["Location"] == reverse("mfa_authenticate")
    assert other.get(reverse("home")).status_code == 302
    wrong = other.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert "This code is not right" in wrong.content.decode()
    assert other.post(reverse("mfa_authenticate"), {"code": codes[0]})["Location"] == reverse("home")
    again = Client()
    sign_in(again, "alice@example.org")
    assert again.post(reverse("mfa_authenticate"), {"code": codes[0]}).status_code == 200
    assert again.post(reverse("mfa_authenticate"), {"code": now(secret)})["Location"] == reverse("home")


def test_the_secret_of_the_app_is_not_readable_in_the_database(team: Team) -> None:
    with_password(team.alice)
    _, secret = switch_on(team.alice)
    stored = " ".join(str(row.data) for row in Authenticator.objects.all())
    assert secret not in stored
    assert Authenticator.objects.get(type="totp").wrap().validate_code(now(secret))


def test_switching_two_step_off_needs_the_password_again(team: Team) -> None:
    with_password(team.alice)
    switch_on(team.alice)
    client = page_client(team.alice)
    response = client.post(reverse("mfa_deactivate_totp"))
    assert reverse("account_reauthenticate") in response["Location"]
    assert Authenticator.objects.filter(type="totp").exists()


def test_other_sessions_are_listed_and_end(team: Team) -> None:
    with_password(team.alice)
    here, there = Client(headers={"User-Agent": "Lighthouse 1"}), Client(headers={"User-Agent": "Steamer 2"})
    sign_in(here, "alice@example.org")
    sign_in(there, "alice@example.org")
    page = here.get(reverse("usersessions_list")).content.decode()
    assert "Lighthouse 1" in page
    assert "Steamer 2" in page
    here.post(reverse("usersessions_list"))
    assert here.get(reverse("home")).status_code == 200
    assert there.get(reverse("home")).status_code == 302


def test_a_new_address_counts_once_it_is_confirmed(team: Team, mailoutbox: Outbox) -> None:
    with_password(team.alice)
    client = Client()
    sign_in(client, "alice@example.org")
    client.post(reverse("account_email"), {"action_add": "1", "email": "alice@new.example"})
    assert b"alice@new.example waits" in client.get(reverse("accounts:profile")).content
    letter = next(letter for letter in mailoutbox if letter.to == ["alice@new.example"])
    client.post(link_in(letter))
    team.alice.refresh_from_db()
    assert team.alice.email == "alice@new.example"
    assert sign_in(Client(), "alice@new.example")["Location"] == reverse("home")


def test_who_came_by_a_link_can_set_a_password(team: Team) -> None:
    client = page_client(team.bob)
    assert client.get(reverse("account_change_password"))["Location"] == reverse("account_set_password")
    response = client.post(reverse("account_set_password"), {"password1": PASSWORD, "password2": PASSWORD})
    assert response["Location"] == reverse("accounts:security")
    assert client.get(reverse("accounts:security")).status_code == 200


def test_admin_asks_for_the_second_factor_too(team: Team) -> None:
    User.objects.create_superuser("staff@example.org")
    response = Client().get("/admin/", follow=True)
    assert response.redirect_chain[-1][0].startswith(reverse("accounts:sign_in"))


def test_a_mail_server_that_is_away_is_said_on_the_page(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 9, 1
    response = Client().post(reverse("account_reset_password"), {"email": "x@example.org"}, follow=True)
    assert "The letter could not be sent" in response.content.decode()
