"""Where letters leave from, and that every letter has a text and an HTML form."""

from pathlib import Path

import pytest
from django.template.loader import get_template

from aura.environment import WrongSetting
from aura.mail import compose, transport

LETTERS = sorted(path.stem for path in Path("templates/mail").glob("*.txt") if path.stem != "base")
CONTEXT = {
    "email": "nora@example.org",
    "activate_url": "https://aura.example.org/x/?a=1&b=2",
    "password_reset_url": "https://aura.example.org/x/",
    "signup_url": "https://aura.example.org/x/",
    "url": "https://aura.example.org/x/",
    "inviter": "<b>Nora</b>",
    "key": "k",
    "uid": "u",
}


@pytest.mark.parametrize("name", LETTERS)
def test_every_letter_has_a_subject_a_text_and_html(name: str) -> None:
    letter = compose(name, CONTEXT)
    assert letter.subject
    assert "\n" not in letter.subject
    assert "{%" not in letter.text + letter.html
    assert not letter.text.startswith(letter.subject + "\n")
    assert letter.html.startswith("<!DOCTYPE html>")
    assert "<b>Nora</b>" not in letter.html
    assert letter.html.count("border-radius:8px") == 1, "one button"
    assert "&amp;b=2" not in letter.text


def test_there_is_a_letter_for_each_that_allauth_sends() -> None:
    for name in LETTERS:
        if name not in {"invitation", "email_changed", "webhook_switched_off"}:
            kinds = [f"account/email/{name}_subject.txt", f"mfa/email/{name}_subject.txt"]
            assert any(_exists(kind) for kind in kinds), name


def _exists(name: str) -> bool:
    try:
        get_template(name)
    except LookupError:
        return False
    except Exception as error:
        if type(error).__name__ == "TemplateDoesNotExist":
            return False
        raise
    return True


@pytest.mark.parametrize(
    ("url", "host", "port", "tls", "ssl"),
    [
        ("smtp://u:p%40ss@mail.example.org:587/?tls=1", "mail.example.org", 587, True, False),
        ("smtp://mail.example.org", "mail.example.org", 25, False, False),
        ("smtp://mail.example.org/?tls=1", "mail.example.org", 587, True, False),
        ("smtps://u:p@mail.example.org", "mail.example.org", 465, False, True),
    ],
)
def test_a_mail_server_is_named_by_one_address(url: str, host: str, port: int, tls: bool, ssl: bool) -> None:
    found = transport(url)
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"]) == (host, port)
    assert (found["EMAIL_USE_TLS"], found["EMAIL_USE_SSL"]) == (tls, ssl)
    if "%40" in url:
        assert found["EMAIL_HOST_PASSWORD"] == "p@ss"


def test_letters_are_printed_by_default() -> None:
    assert transport("console://")["EMAIL_BACKEND"].endswith("console.EmailBackend")


@pytest.mark.parametrize("url", ["", "mail.example.org", "http://x", "smtp://", "smtp://x:notaport"])
def test_a_wrong_address_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(WrongSetting, match="AURA_MAIL_URL") as caught:
        transport(url)
    assert not url or url not in str(caught.value).replace("smtp://user", "")
