"""People whose address is known to be theirs without a letter, and the very first one (M1)."""

import secrets
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone

from accounts.models import SetupLink, User, Workspace
from accounts.services.workspaces import adopt, new_workspace
from accounts.tokens import digest
from aura.http.problems import Problem

SETUP_HOURS = 24


def vouch(user: User) -> None:
    """Take the user's address as verified: whoever runs this Aura gave it, or a link that was sent there came back."""
    EmailAddress.objects.filter(user=user, primary=True).exclude(email__iexact=user.email).update(primary=False)
    EmailAddress.objects.update_or_create(
        user=user, email=user.email.lower(), defaults={"primary": True, "verified": True}
    )


def create_setup_link(hours: int = SETUP_HOURS) -> str:
    """A token that makes the first owner, once within ``hours``. Earlier ones stop working."""
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        SetupLink.objects.filter(used_at=None).delete()
        SetupLink.objects.create(digest=digest(token), expires_at=timezone.now() + timedelta(hours=hours))
    return token


def setup_link_works(token: str) -> bool:
    """True where the token may still be used."""
    return SetupLink.objects.filter(digest=digest(token), used_at=None, expires_at__gt=timezone.now()).exists()


def set_up(token: str, *, email: str, password: str, workspace: str) -> tuple[User, Workspace]:
    """Spend the set-up token: the first owner, who is staff too, and the first workspace.

    Raises :class:`Problem` ``setup_link_spent`` (410), and ``email_taken`` (409) where somebody signed up with that
    address meanwhile.
    """
    with transaction.atomic():
        links = SetupLink.objects.filter(digest=digest(token), used_at=None, expires_at__gt=timezone.now())
        if not links.update(used_at=timezone.now()):
            raise Problem("setup_link_spent", "This set-up link was used already or has expired.", status=410)
        user = _first_owner(email, password)
        vouch(user)
        made = new_workspace(user, name=workspace)
        adopt(user)
        return user, made


def _first_owner(email: str, password: str) -> User:
    known = User.objects.filter(email__iexact=email).first()
    if known is None:
        return User.objects.create_superuser(email, password)
    # An address that nobody proved to be theirs must not keep the owner out.
    if EmailAddress.objects.filter(user=known, verified=True).exists():
        raise Problem("email_taken", "Somebody signed up with this address already.", status=409, pointer="/email")
    known.is_staff = known.is_superuser = known.is_active = True
    known.set_password(password)
    known.save()
    return known
