"""Who calls the API: a person by JWT or session, or a program by an API key (M2)."""

from typing import Any

from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.models import ApiKey, User
from accounts.scopes import KEY_START
from accounts.services.key_use import find_key

NO_KEYS = "API keys do not open this. Sign in and use an access token."


class ApiKeyAuthentication(BaseAuthentication):
    """``Authorization: Bearer aura_…``. The request's user is the key's maker, ``request.auth`` the key itself."""

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        kind, _, secret = get_authorization_header(request).partition(b" ")
        if kind.lower() != b"bearer" or not secret.startswith(KEY_START.encode()):
            return None
        key = find_key(secret.decode("ascii", "replace").strip())
        if key is None or key.created_by is None:
            raise exceptions.AuthenticationFailed("This API key is unknown, revoked or expired.", code="invalid_key")
        return key.created_by, key

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


def key_of(request: Request) -> ApiKey | None:
    """The API key a request came with, or None where a person calls."""
    return request.auth if isinstance(request.auth, ApiKey) else None


class IsPerson(BasePermission):
    """The API's default: a signed-in person. A key acts for one workspace only, through ``WorkspaceView``."""

    message = NO_KEYS
    code = "key_not_allowed"

    def has_permission(self, request: Request, view: Any) -> bool:
        if not request.user.is_authenticated:
            raise exceptions.NotAuthenticated
        return key_of(request) is None
