"""How django-allauth behaves in Aura: who may sign up, where links lead, how letters leave, how secrets are kept."""

import base64
from typing import Any, ClassVar, cast
from urllib.parse import quote

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import salted_hmac

from accounts.access import invitation_in, invitation_path
from aura.mail import MailNotSent, send_letter

log = structlog.get_logger(__name__)
LETTER_FAILED = "The letter could not be sent. Try again in a few minutes."


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-up, verification, password reset."""

    error_messages: ClassVar[dict[str, Any]] = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": "E-mail or password is not right.",
        "too_many_login_attempts": "Too many attempts. Wait five minutes and try again.",
        "enter_current_password": "This is not your current password.",
        "incorrect_password": "The password is not right.",
        "invalid_password_reset": "This link was used already or has expired.",
        "duplicate_email": "This is your address already.",
        "rate_limited": "Too many attempts. Wait a few minutes and try again.",
        "signup_closed": "Sign-up is by invitation. Use the address that the invitation was sent to.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Open to all, or where ``AURA_OPEN_SIGNUP`` is off to whoever holds an invitation."""
        return settings.AURA_OPEN_SIGNUP or invitation_in(request) is not None

    def clean_email(self, email: str) -> str:
        """With closed sign-up an invitation is good for its own address only."""
        if not settings.AURA_OPEN_SIGNUP and self.request.path == reverse("account_signup"):
            found = invitation_in(self.request)
            if found is None or found.email != email.lower():
                raise cast(ValidationError, self.validation_error("signup_closed"))
        return email

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Whoever came by an invitation goes on to it."""
        return invitation_path(request) or str(super().get_login_redirect_url(request))

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        return self.get_login_redirect_url(request)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("accounts:security")

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        """On the configured address: the Host header of a request is not to be trusted in a letter."""
        return settings.SITE_URL + reverse("account_confirm_email", args=[emailconfirmation.key])

    def get_reset_password_from_key_url(self, key: str) -> str:
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return settings.SITE_URL + path.replace("UID-KEY", quote(key))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """One of the letters in templates/mail. A mail server that is away is said on the page, not a crash."""
        try:
            send_letter(template_prefix.rsplit("/", 1)[-1], email, {"email": email} | context | _fixed(context))
        except MailNotSent:
            messages.error(self.request, LETTER_FAILED)


def _fixed(context: dict[str, Any]) -> dict[str, Any]:
    # allauth builds these two from the request's Host header.
    fixed = {}
    if "signup_url" in context:
        fixed["signup_url"] = settings.SITE_URL + reverse("account_signup")
    if "password_reset_url" in context and "uid" not in context:
        fixed["password_reset_url"] = settings.SITE_URL + reverse("account_reset_password")
    return fixed


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of authenticator apps and recovery codes are encrypted in the database."""

    error_messages: ClassVar[dict[str, Any]] = DefaultMFAAdapter.error_messages | {
        "add_email_blocked": "Switch two-step sign-in off first; you can switch it on again afterwards.",
        "incorrect_code": "This code is not right. Codes change every 30 seconds; use the newest one.",
    }

    def encrypt(self, text: str) -> str:
        return _fernet(settings.SECRET_KEY).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _fernet(settings.SECRET_KEY).decrypt(encrypted_text.encode()).decode()


def _fernet(secret: str) -> Fernet:
    key = salted_hmac("accounts.mfa", "secrets of second factors", secret=secret, algorithm="sha256").digest()
    return Fernet(base64.urlsafe_b64encode(key))
