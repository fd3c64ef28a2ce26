"""Who may open a progress socket: people by their session or by an access token."""

from collections.abc import Callable
from importlib import import_module
from time import time
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest
from rest_framework.exceptions import APIException
from rest_framework_simplejwt.authentication import JWTAuthentication

from accounts.access import SESSION_KEY, choose
from accounts.models import User
from accounts.queries import memberships
from aura.jobs.handshake import NO_WORKSPACE, UNAUTHENTICATED, Access, Handshake, Refused


def by_session(handshake: Handshake) -> Access | None:
    """The person signed in on the pages. Browsers name the page's origin, which was checked before."""
    key = handshake.cookies.get(settings.SESSION_COOKIE_NAME, "")
    if not key:
        return None
    found = _session(key)
    if found is None:
        raise Refused(UNAUTHENTICATED)
    user, chosen = found

    def again() -> User | None:
        now = _session(key)
        return now[0] if now else None

    return _access(user, handshake.workspace, chosen or "", again)


def by_token(handshake: Handshake) -> Access | None:
    """The owner of a JWT access token. The socket closes when the token ends."""
    if not handshake.bearer:
        return None
    reader = JWTAuthentication()
    try:
        token = reader.get_validated_token(handshake.bearer.encode())
        user: Any = reader.get_user(token)
    except APIException:
        raise Refused(UNAUTHENTICATED) from None

    def again() -> User | None:
        if time() >= token["exp"]:
            return None
        try:
            return reader.get_user(token)  # type: ignore[return-value]
        except APIException:
            return None

    return _access(user, handshake.workspace, "", again)


def _session(key: str) -> tuple[User, str | None] | None:
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    user = get_user(request)
    return (user, request.session.get(SESSION_KEY)) if isinstance(user, User) and user.is_active else None


def _access(user: User, slug: str, chosen: str, again: Callable[[], User | None]) -> Access:
    found = memberships(user)
    membership = choose(found, slug or chosen, user.last_workspace_id)
    if membership is None and not slug:
        membership = choose(found, None, user.last_workspace_id)
    if membership is None:
        raise Refused(NO_WORKSPACE)
    workspace_id = membership.workspace_id

    def check() -> int | None:
        person = again()
        if person is None:
            return UNAUTHENTICATED
        still = any(each.workspace_id == workspace_id for each in memberships(person))
        return None if still else NO_WORKSPACE

    return Access(workspace_id, f"user:{user.pk}", check)
