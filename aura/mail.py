"""Letters by e-mail: where they leave from (``AURA_MAIL_URL``), and one template per letter for text and HTML."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from aura.environment import WrongSetting

log = structlog.get_logger(__name__)

BACKENDS = "django.core.mail.backends"
FORMS = "It takes smtp://user:password@host:587/?tls=1, smtps://user:password@host:465 or console://."
ACTION = re.compile(r"\[([^\]\n]+)\]\((https?://[^)\s]+)\)")
TIMEOUT = 10


class MailNotSent(RuntimeError):
    """The mail server did not take a letter."""


def transport(url: str) -> dict[str, Any]:
    """Django's mail settings for ``AURA_MAIL_URL``. Raises :class:`WrongSetting` with the forms it takes.

    ``smtp://`` with ``tls=1`` upgrades by STARTTLS, ``smtps://`` speaks TLS from the start. Without a host name the
    letters are printed to the console.
    """
    parts = urlsplit(url)
    if parts.scheme == "console":
        return {"EMAIL_BACKEND": f"{BACKENDS}.console.EmailBackend"}
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise WrongSetting(f"AURA_MAIL_URL is not understood. {FORMS}")
    return _smtp(parts)


def _smtp(parts: SplitResult) -> dict[str, Any]:
    tls = parse_qs(parts.query).get("tls", ["0"])[-1] in {"1", "true", "yes", "on"}
    try:
        port = parts.port
    except ValueError:
        raise WrongSetting(f"The port in AURA_MAIL_URL is not a number. {FORMS}") from None
    secure = parts.scheme == "smtps"
    return {
        "EMAIL_BACKEND": f"{BACKENDS}.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port or (465 if secure else 587 if tls else 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": tls and not secure,
        "EMAIL_USE_SSL": secure,
        "EMAIL_TIMEOUT": TIMEOUT,
    }


@dataclass(frozen=True, slots=True)
class Part:
    """One paragraph; with a ``url`` it is a button."""

    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """A composed letter."""

    subject: str
    text: str
    html: str


def compose(name: str, context: Mapping[str, Any]) -> Letter:
    """The letter ``templates/mail/<name>.txt``: its subject on the first line, then paragraphs.

    A paragraph ``[Label](https://…)`` becomes a button, and a line with the address in the text. White space in values
    is collapsed, so that nobody's name can add a paragraph or a header.
    """
    calm = {key: " ".join(value.split()) if isinstance(value, str) else value for key, value in context.items()}
    source = render_to_string(f"mail/{name}.txt", calm | {"site_url": settings.SITE_URL})
    subject, _, body = source.strip().partition("\n")
    parts = [_part(paragraph) for paragraph in re.split(r"\n\s*\n", body.strip())]
    subject = " ".join(subject.split())
    shell = {"subject": subject, "parts": parts, "site_url": settings.SITE_URL}
    return Letter(
        subject,
        render_to_string("mail/base.txt", shell).strip() + "\n",
        render_to_string("mail/base.html", shell),
    )


def _part(paragraph: str) -> Part:
    words = " ".join(paragraph.split())
    found = ACTION.fullmatch(words)
    return Part(found[1], found[2]) if found else Part(words)


def send_letter(name: str, to: str | Sequence[str], context: Mapping[str, Any]) -> None:
    """Compose a letter and hand it to the mail server; several addressees see one another.

    Raises :class:`MailNotSent`. The log names no address.
    """
    letter = compose(name, context)
    addresses = [to] if isinstance(to, str) else list(to)
    message = EmailMultiAlternatives(letter.subject, letter.text, settings.DEFAULT_FROM_EMAIL, addresses)
    message.attach_alternative(letter.html, "text/html")
    try:
        message.send()
    except OSError as error:  # every error of smtplib is one
        log.error("mail_not_sent", letter=name, error=type(error).__name__)
        raise MailNotSent("The mail server did not take the letter.") from error
    log.info("mail_sent", letter=name)
