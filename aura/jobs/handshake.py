"""Who wants to open a socket, from where, and who may: what every authenticator of sockets gets and gives."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from django.conf import settings
from django.http import parse_cookie
from django.http.request import split_domain_port, validate_host
from django.utils.http import is_same_domain

TOO_BIG = 1009
UNAUTHENTICATED = 4401
NO_WORKSPACE = 4403
TOO_SLOW = 4408
TOO_MANY = 4429
"""Close codes, documented in docs/live-progress.md."""


class Refused(Exception):
    """Credentials were given and are not good; ``code`` closes the socket."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Access:
    """What a socket may see. ``holder`` is who its sockets are counted for, such as ``user:…``.

    ``check`` is called at each heartbeat on a thread: the code to close with, or None while all is well.
    """

    workspace_id: UUID
    holder: str
    check: Callable[[], int | None]


@dataclass(frozen=True, slots=True)
class Handshake:
    """The request that opens a socket."""

    host: str
    origin: str
    cookies: Mapping[str, str]
    bearer: str
    query: Mapping[str, list[str]]

    @classmethod
    def of(cls, scope: Mapping[str, Any]) -> "Handshake":
        """Read from an ASGI scope. A token comes in the Authorization header or, for browsers, as ``?token=``."""
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        query = parse_qs(scope["query_string"].decode("latin-1"), max_num_fields=120)
        kind, _, bearer = headers.get("authorization", "").partition(" ")
        return cls(
            host=headers.get("host", ""),
            origin=headers.get("origin", ""),
            cookies=parse_cookie(headers.get("cookie", "")),
            bearer=bearer.strip() if kind.lower() == "bearer" else query.get("token", [""])[0],
            query=query,
        )

    @property
    def workspace(self) -> str:
        """The short name asked for, or ""."""
        return self.query.get("workspace", [""])[0]

    @property
    def is_welcome(self) -> bool:
        """True where the host is ours and the origin, if there is one, is the site's own or a trusted one (CSRF)."""
        if not validate_host(split_domain_port(self.host)[0], settings.ALLOWED_HOSTS):
            return False
        return not self.origin or self._is_own() or self._is_trusted()

    def _is_own(self) -> bool:
        schemes = ("https",) if settings.HTTPS else ("http", "https")
        return self.origin in {settings.SITE_URL.rstrip("/"), *(f"{scheme}://{self.host}" for scheme in schemes)}

    def _is_trusted(self) -> bool:
        given = urlsplit(self.origin)
        trusted = (urlsplit(each) for each in settings.CSRF_TRUSTED_ORIGINS)
        return any(
            given.scheme == one.scheme and is_same_domain(given.netloc, one.netloc.lstrip("*")) for one in trusted
        )


Authenticator = Callable[[Handshake], Access | None]
"""Runs on a thread. None: no credentials of this kind. Raises :class:`Refused` for bad ones."""
