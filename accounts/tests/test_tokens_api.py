"""M1, M2: register, verify, tokens that rotate, sign-out, password reset; over the API."""

import threading
from datetime import timedelta
from typing import Any

import jwt
import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.core.mail import EmailMultiAlternatives
from django.db import connections
from django.utils import timezone
from freezegun import freeze_time
from rest_framework.test import APIClient
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken

from accounts.models import TokenFamily, User
from accounts.tests.words import PASSWORD, bearer, link_in, with_password
from aura.testing.fixtures import Team

Outbox = list[EmailMultiAlternatives]
pytestmark = pytest.mark.django_db
AUTH = "/api/v1/auth"


def post(path: str, **body: Any) -> Any:
    return APIClient().post(f"{AUTH}/{path}", body)


def sign_in(email: str = "alice@example.org", **more: str) -> Any:
    return post("token", email=email, password=PASSWORD, **more)


def pair(email: str = "alice@example.org") -> dict[str, str]:
    answer: dict[str, str] = sign_in(email).json()
    return answer


def me(access: str) -> Any:
    return bearer(access).get("/api/v1/me")


def key_in(letter: Any) -> str:
    return link_in(letter).rstrip("/").rsplit("/", 1)[-1]


def test_a_stranger_registers_verifies_and_gets_in(mailoutbox: Outbox) -> None:
    registered = post("register", email="Nora@example.org", password=PASSWORD)
    assert (registered.status_code, registered.json()["email"]) == (201, "nora@example.org")
    refused = sign_in("nora@example.org")
    assert (refused.status_code, refused.json()["code"]) == (403, "email_not_verified")
    key = key_in(mailoutbox[0])
    assert key in mailoutbox[0].body.split(link_in(mailoutbox[0]))[1], "the key stands in the letter on its own too"
    assert post("verify-email", key=key).json() == {"email": "nora@example.org", "verified": True}
    again = post("verify-email", key=key)
    assert (again.status_code, again.json()["code"]) == (400, "invalid_key")
    tokens = pair("nora@example.org")
    body = me(tokens["access"]).json()
    assert (body["email"], body["workspaces"], body["two_step"]) == ("nora@example.org", [], False)
    user = User.objects.get()
    assert (user.is_staff, user.is_superuser) == (False, False)
    made = bearer(tokens["access"]).post("/api/v1/workspaces", {"name": "Nora & Co"})
    assert (made.status_code, made.json()["slug"], made.json()["role"]) == (201, "nora-co", "owner")


def test_registering_a_known_address_answers_the_same(team: Team, mailoutbox: Outbox) -> None:
    with_password(team.alice)
    known = post("register", email="alice@example.org", password=PASSWORD)
    unknown = post("register", email="new@example.org", password=PASSWORD)
    assert known.status_code == unknown.status_code == 201
    assert known.json().keys() == unknown.json().keys()
    assert known.json()["detail"] == unknown.json()["detail"]
    assert [letter.subject for letter in mailoutbox] == ["You already have an account", "Confirm your e-mail address"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"email": "no", "password": PASSWORD}, "/email"),
        ({"email": "a@example.org", "password": "short"}, "/password"),
        ({"email": "a@example.org"}, "/password"),
        ({}, "/email"),
        ({"email": "a@example.org\r\nBcc: b@example.org", "password": PASSWORD}, "/email"),
    ],
)
def test_what_is_wrong_with_a_registration_is_named(body: dict[str, str], pointer: str) -> None:
    response = post("register", **body)
    assert response.status_code == 400
    assert pointer in {error["pointer"] for error in response.json()["errors"]}
    assert not User.objects.exists()


def test_closed_sign_up_is_closed_in_the_api_too(settings: Any) -> None:
    settings.AURA_OPEN_SIGNUP = False
    response = post("register", email="a@example.org", password=PASSWORD)
    assert (response.status_code, response.json()["code"]) == (403, "signup_closed")


def test_wrong_credentials_have_one_answer(team: Team) -> None:
    with_password(team.alice)
    User.objects.filter(pk=team.bob.pk).update(is_active=False)
    with_password(team.bob)
    User.objects.filter(pk=team.bob.pk).update(is_active=False)
    answers = [
        post("token", email="alice@example.org", password="wrong"),
        post("token", email="nobody@example.org", password=PASSWORD),
        post("token", email="bob@example.org", password=PASSWORD),
    ]
    assert {(a.status_code, a.json()["code"], a.json()["detail"]) for a in answers} == {
        (401, "wrong_credentials", "E-mail or password is not right.")
    }


def test_guessing_is_throttled(team: Team) -> None:
    with_password(team.alice)
    for _ in range(5):
        post("token", email="alice@example.org", password="wrong")
    response = sign_in()
    assert (response.status_code, response.json()["code"]) == (429, "throttled")
    assert int(response["Retry-After"]) > 0


def test_an_access_token_lasts_ten_minutes(team: Team) -> None:
    with_password(team.alice)
    access = pair()["access"]
    claims = jwt.decode(access, options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == 600
    assert me(access).status_code == 200
    with freeze_time(timezone.now() + timedelta(minutes=11)):
        response = me(access)
    assert (response.status_code, response.json()["code"]) == (401, "token_not_valid")


def test_a_refresh_token_is_good_once_and_its_reuse_ends_the_family(team: Team) -> None:
    with_password(team.alice)
    first, other = pair(), pair()
    second = post("token/refresh", refresh=first["refresh"]).json()
    assert me(second["access"]).status_code == 200
    third = post("token/refresh", refresh=second["refresh"]).json()
    stolen = post("token/refresh", refresh=first["refresh"])
    assert (stolen.status_code, stolen.json()["code"]) == (401, "token_not_valid")
    assert post("token/refresh", refresh=third["refresh"]).status_code == 401, "the newest one ends too"
    assert post("token/refresh", refresh=other["refresh"]).status_code == 200, "another sign-in goes on"


def test_signing_out_ends_the_sign_in(team: Team) -> None:
    with_password(team.alice)
    tokens = pair()
    assert post("logout", refresh=tokens["refresh"]).status_code == 204
    assert post("token/refresh", refresh=tokens["refresh"]).status_code == 401
    assert post("logout", refresh=tokens["refresh"]).status_code == 204
    assert post("logout", refresh="rubbish").status_code == 204


def test_an_access_token_refreshes_nothing_and_rubbish_neither(team: Team) -> None:
    with_password(team.alice)
    tokens = pair()
    for token in (tokens["access"], "rubbish", tokens["refresh"][:-4] + "AAAA"):
        response = post("token/refresh", refresh=token)
        assert (response.status_code, response.json()["code"]) == (401, "token_not_valid")
    assert me(tokens["refresh"]).status_code == 401
    assert TokenFamily.objects.get().revoked_at is None


def test_a_new_password_ends_every_token(team: Team) -> None:
    with_password(team.alice)
    tokens = pair()
    team.alice.refresh_from_db()
    team.alice.set_password("A-quite-new-Kettle-9")
    team.alice.save()
    assert me(tokens["access"]).status_code == 401
    assert post("token/refresh", refresh=tokens["refresh"]).status_code == 401


def test_no_refresh_token_stands_in_the_database(team: Team) -> None:
    with_password(team.alice)
    tokens = pair()
    newer = post("token/refresh", refresh=tokens["refresh"]).json()
    stored = [row.token for row in OutstandingToken.objects.all()]
    assert stored == [""]
    assert newer["refresh"] not in str(TokenFamily.objects.values())


def app_of(user: User) -> tuple[str, list[str]]:
    """Switch two-step sign-in on; returns the secret and recovery codes."""
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(user, secret)
    return secret, RecoveryCodes.activate(user).get_unused_codes()


def now(secret: str) -> str:
    return str(totp.format_hotp_value(totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time())))))


def test_a_second_factor_is_asked_for_and_each_code_is_good_once(team: Team) -> None:
    with_password(team.alice)
    secret, codes = app_of(team.alice)
    asked = sign_in()
    assert (asked.status_code, asked.json()["code"]) == (401, "otp_required")
    wrong = sign_in(otp="000000")
    assert (wrong.status_code, wrong.json()["code"]) == (401, "otp_wrong")
    code = now(secret)
    assert sign_in(otp=code).status_code == 200
    assert sign_in(otp=code).status_code == 401, "a code is good once"
    assert sign_in(otp=codes[0]).status_code == 200
    assert sign_in(otp=codes[0]).status_code == 401


def test_guessing_codes_is_throttled(team: Team) -> None:
    with_password(team.alice)
    app_of(team.alice)
    statuses = [sign_in(otp=f"{number:06}").status_code for number in range(7)]
    assert statuses[:5] == [401] * 5
    assert statuses[-1] == 429


def test_a_forgotten_password_is_replaced_over_the_api(team: Team, mailoutbox: Outbox) -> None:
    with_password(team.alice)
    tokens = pair()
    known, unknown = (post("password/reset", email=f"{name}@example.org") for name in ("alice", "nobody"))
    assert (known.status_code, known.json()) == (unknown.status_code, unknown.json()) == (202, known.json())
    key = key_in(mailoutbox[0])
    weak = post("password/reset/confirm", key=key, password="short")
    assert (weak.status_code, weak.json()["errors"][0]["pointer"]) == (400, "/password")
    new = "A-quite-new-Kettle-9"
    assert post("password/reset/confirm", key=key, password=new).status_code == 204
    assert post("token", email="alice@example.org", password=new).status_code == 200
    assert post("token/refresh", refresh=tokens["refresh"]).status_code == 401
    spent = post("password/reset/confirm", key=key, password=new + "x")
    assert (spent.status_code, spent.json()["code"]) == (400, "invalid_key")


@pytest.mark.parametrize("key", ["x", "abc-def", "-", "é-1", "1" * 400])
def test_a_made_up_key_is_refused(key: str) -> None:
    for path, body in (("password/reset/confirm", {"password": PASSWORD}), ("verify-email", {})):
        response = post(path, key=key, **body)
        assert (response.status_code, response.json()["code"]) == (400, "invalid_key")


def test_an_address_that_nobody_verified_keeps_nobody_out(team: Team) -> None:
    with_password(team.alice, verified=False)
    assert sign_in().json()["code"] == "email_not_verified"
    assert not EmailAddress.objects.filter(verified=True).exists()


@pytest.mark.django_db(transaction=True, databases=["default", "staff"])
def test_two_at_once_with_one_refresh_token_do_not_both_get_in(team: Team) -> None:
    with_password(team.alice)
    token, found = pair()["refresh"], []
    start = threading.Barrier(4)

    def use() -> None:
        start.wait()
        found.append(post("token/refresh", refresh=token).status_code)
        connections.close_all()

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [200, 401, 401, 401]
    assert TokenFamily.objects.get().revoked_at is not None
