"""Invitations: an offer of a role that goes to an address and is good for it only (M3)."""

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Invitation, Membership, Role, User
from accounts.queries import open_invitation
from accounts.services import record
from accounts.services.members import NotYours, may_grant
from accounts.services.workspaces import switch_to
from accounts.tokens import digest, new_token
from aura.http.problems import Problem
from aura.mail import MailNotSent, send_letter
from aura.tenancy.scope import workspace_scope

DAYS = 7
MAX_OPEN = 100


def invite(actor: Membership, *, email: str, role: Role | str) -> Invitation:
    """Offer somebody a role and send the letter; an open offer to the same address is replaced.

    Called inside the workspace's scope. Raises :class:`NotYours`, and :class:`Problem` ``member_already``,
    ``too_many_invitations`` (409) and ``mail_not_sent`` (503), where nothing is kept.
    """
    email = email.strip().lower()
    if not may_grant(actor, role):
        raise NotYours("You can invite people up to your own role.")
    if Membership.objects.filter(user__email=email).exists():
        raise Problem("member_already", f"{email} is a member already.", status=409, pointer="/email")
    token = new_token(actor.workspace_id)
    with transaction.atomic():
        Invitation.objects.filter(email=email, accepted_at=None).delete()
        if Invitation.objects.filter(accepted_at=None).count() >= MAX_OPEN:
            raise Problem("too_many_invitations", f"At most {MAX_OPEN} invitations may be open.", status=409)
        invitation = Invitation.objects.create(
            workspace_id=actor.workspace_id,
            email=email,
            role=Role(role),
            digest=digest(token),
            invited_by=actor.user,
            expires_at=timezone.now() + timedelta(days=DAYS),
        )
        _send(actor, invitation, token)
        record("invitation.sent", user_id=actor.user_id, target=str(invitation.pk), role=str(role))
    return invitation


def _send(actor: Membership, invitation: Invitation, token: str) -> None:
    context = {
        "inviter": actor.user.get_short_name(),
        "workspace": actor.workspace.name,
        "role": invitation.get_role_display().lower(),
        "email": invitation.email,
        "days": DAYS,
        "key": token,
        "url": settings.SITE_URL + reverse("accounts:invitation", args=[token]),
    }
    try:
        send_letter("invitation", invitation.email, context)
    except MailNotSent as error:
        raise Problem(
            "mail_not_sent", "The letter could not be sent, so nobody was invited. Try again later.", status=503
        ) from error


def withdraw(invitation: Invitation, *, user_id: object) -> None:
    """The link in the letter opens nothing any more."""
    record("invitation.withdrawn", user_id=user_id, target=str(invitation.pk))  # type: ignore[arg-type]
    invitation.delete()


def is_for(invitation: Invitation, user: User) -> bool:
    """True where the address that was invited is the user's and was verified."""
    return bool(EmailAddress.objects.filter(user=user, email__iexact=invitation.email, verified=True).exists())


def accept(user: User, token: str) -> Membership:
    """Become a member. Called outside any scope.

    Raises :class:`Problem` ``invitation_gone`` (410) where it is unknown, spent or expired, ``invitation_not_yours``
    (403) where it was sent to another address.
    """
    found = open_invitation(token)
    if found is None:
        raise Problem("invitation_gone", "This invitation was used, withdrawn or has expired.", status=410)
    if not is_for(found, user):
        raise Problem("invitation_not_yours", "This invitation was sent to another e-mail address.", status=403)
    with workspace_scope(found.workspace_id):
        spent = Invitation.objects.filter(pk=found.pk, accepted_at=None).update(accepted_at=timezone.now())
        if not spent:
            raise Problem("invitation_gone", "This invitation was used, withdrawn or has expired.", status=410)
        member, _ = Membership.objects.get_or_create(
            workspace_id=found.workspace_id, user=user, defaults={"role": found.role}
        )
        record("member.joined", user_id=user.pk, target=str(found.pk), role=member.role)
    member.workspace = found.workspace
    switch_to(user, found.workspace_id)
    return member
