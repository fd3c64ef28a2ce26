"""Who may open a progress socket: people by their session or an access token, programs by a key with ``jobs:read``."""

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
from accounts.models import ApiKey, User
from accounts.queries import memberships
from accounts.scopes import KEY_START
from accounts.services.key_use import find_key
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


def by_key(handshake: Handshake) -> Access | None:
    """The program that holds an API key, in the key's workspace."""
    secret = handshake.bearer
    if not secret.startswith(KEY_START):
        return None
    key = _live_key(secret)
    if key is None:
        raise Refused(UNAUTHENTICATED)
    if handshake.workspace not in {"", key.workspace.slug}:
        raise Refused(NO_WORKSPACE)
    return Access(key.workspace_id, f"key:{key.pk}", lambda: None if _live_key(secret) else UNAUTHENTICATED)


def _live_key(secret: str) -> ApiKey | None:
    key = find_key(secret)
    return key if key and "jobs:read" in key.scopes else None


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
