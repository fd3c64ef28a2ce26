"""What the tests of accounts say again and again."""

import re
from typing import Any

from allauth.account.models import EmailAddress
from django.core.mail import EmailMultiAlternatives
from rest_framework.test import APIClient

from accounts.models import ApiKey, Membership, User
from accounts.services.keys import create_key
from accounts.services.people import vouch
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team

PASSWORD = "Kettle-on-the-Moon-7"
TOKEN = "/api/v1/auth/token"


def with_password(user: User, *, verified: bool = True) -> User:
    """Give somebody a password, and a verified address."""
    user.set_password(PASSWORD)
    user.save()
    if verified:
        vouch(user)
    else:
        EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=False)
    return user


def link_in(letter: Any) -> str:
    """The path of the only button in a letter."""
    found = re.findall(r"^https?://[^/\s]+(/accounts/\S+)$", letter.body, re.MULTILINE)
    assert len(found) == 1, letter.body
    return str(found[0])


def html_of(letter: EmailMultiAlternatives) -> str:
    """The HTML form of a letter."""
    (content, kind) = letter.alternatives[0]
    assert kind == "text/html"
    return str(content)


def bearer(token: str) -> APIClient:
    """A client that sends ``Authorization: Bearer``."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def key_for(team: Team, *scopes: str, **more: Any) -> tuple[ApiKey, str]:
    """A key of “north”, made by Alice."""
    with workspace_scope(team.workspace.id):
        alice = Membership.objects.select_related("user", "workspace").get(user=team.alice)
        return create_key(alice, name="Test", scopes=list(scopes), **more)


def member(team: Team, user: User) -> Membership:
    """Somebody's membership in “north”."""
    with workspace_scope(team.workspace.id):
        return Membership.objects.select_related("user", "workspace").get(user=user)
