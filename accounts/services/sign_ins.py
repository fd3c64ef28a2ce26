"""Sign-ins through the API: short access tokens, refresh tokens that follow one another (M2).

A refresh token is good once. When one comes a second time, two parties hold it, and nobody can tell which of them is
the thief: the whole family is revoked.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import structlog
from django.db import transaction
from django.utils import timezone
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken
from rest_framework_simplejwt.tokens import RefreshToken
from rest_framework_simplejwt.utils import datetime_from_epoch, get_md5_hash_password

from accounts.models import TokenFamily, User
from aura.http.problems import Problem
from aura.tenancy.ids import uuid7

log = structlog.get_logger(__name__)
FAMILY = "family"


class FamilyToken(RefreshToken):
    """A refresh token that knows its family. The database keeps its number, never the token itself."""

    reused = False

    def check_blacklist(self) -> None:
        """Only notes it: the family has to be found before the token is refused."""
        self.reused = BlacklistedToken.objects.filter(token__jti=self.jti).exists()

    @property
    def jti(self) -> str:
        return cast(str, self.payload[api_settings.JTI_CLAIM])

    @property
    def expires(self) -> datetime:
        return datetime_from_epoch(self.payload["exp"])

    def renew(self) -> None:
        """Become the next token of the family."""
        self.set_jti()
        self.set_exp()
        self.set_iat()

    def blacklist(self) -> BlacklistedToken:
        """Never accept it again."""
        user_id = self.payload.get(api_settings.USER_ID_CLAIM)
        known, _ = OutstandingToken.objects.get_or_create(
            jti=self.jti,
            defaults={"user_id": user_id, "created_at": self.current_time, "token": "", "expires_at": self.expires},
        )
        return BlacklistedToken.objects.get_or_create(token=known)[0]


@dataclass(frozen=True, slots=True)
class Pair:
    """What a sign-in answers with."""

    access: str
    refresh: str


def sign_in(user: User) -> Pair:
    """Begin a family of tokens for a person who has proved who they are."""
    token = FamilyToken()
    family = uuid7()
    token[api_settings.USER_ID_CLAIM] = str(user.pk)
    token[api_settings.REVOKE_TOKEN_CLAIM] = get_md5_hash_password(user.password)
    token[FAMILY] = str(family)
    TokenFamily.objects.create(id=family, user=user, jti=token.jti, expires_at=token.expires)
    User.objects.filter(pk=user.pk).update(last_login=timezone.now())
    return _pair(token)


def _pair(token: FamilyToken) -> Pair:
    return Pair(access=str(token.access_token), refresh=str(token))


def refused() -> Problem:
    """The one answer to every refresh token that is not good, whatever the reason."""
    return Problem("token_not_valid", "This token is not valid or has expired. Sign in again.", status=401)


def refresh(raw: str) -> Pair:
    """The next pair. Raises :class:`Problem` ``token_not_valid`` (401); a reused token ends its family."""
    token = _read(raw)
    with transaction.atomic():
        family = _lock(token)
        if family is not None and _is_good(token, family):
            token.blacklist()
            token.renew()
            family.jti, family.expires_at = token.jti, token.expires
            family.save(update_fields=["jti", "expires_at", "used_at"])
            return _pair(token)
        if family is not None:
            _revoke(family, "reused" if family.jti != token.jti else "refused")
    raise refused()


def _read(raw: str) -> FamilyToken:
    try:
        return FamilyToken(cast(Any, raw))
    except TokenError as error:
        raise refused() from error


def _lock(token: FamilyToken) -> TokenFamily | None:
    rows = TokenFamily.objects.select_for_update(of=("self",)).select_related("user")
    return rows.filter(pk=token.get(FAMILY), revoked_at=None).first()


def _is_good(token: FamilyToken, family: TokenFamily) -> bool:
    same_password = token.get(api_settings.REVOKE_TOKEN_CLAIM) == get_md5_hash_password(family.user.password)
    return family.jti == token.jti and not token.reused and family.user.is_active and same_password


def _revoke(family: TokenFamily, reason: str) -> None:
    family.revoked_at = timezone.now()
    family.save(update_fields=["revoked_at"])
    log.warning("token_family_revoked", reason=reason, user_id=str(family.user_id))


def sign_out(raw: str) -> None:
    """End the family of a refresh token. What is no token, or none any more, is signed out already."""
    try:
        token = _read(raw)
    except Problem:
        return
    with transaction.atomic():
        family = _lock(token)
        if family is not None:
            _revoke(family, "signed_out")
            token.blacklist()


def sign_out_everywhere(user: User) -> int:
    """End every sign-in through the API; returns how many there were."""
    live = TokenFamily.objects.filter(user=user, revoked_at=None)
    return live.update(revoked_at=timezone.now())
