"""Share links of Instagram, which do not name the post: only a redirect of Instagram itself tells (C1)."""

from urllib.parse import urlsplit

from django.conf import settings

from aura.providers import outbound
from aura.providers.errors import RATE_LIMITED, UNAVAILABLE, ProviderError
from aura.providers.post_ports import PostRef
from compliments.addresses import HOSTS, MESSAGES, SITE, Refused, read_address

MOST_HOPS = 3
DEADLINE = 10.0
WALL = (
    "Instagram does not say which post this share link means to somebody who is not signed in. Open the link and copy "
    "the long address, which begins with https://www.instagram.com/p/ or /reel/."
)
AWAY = "This share link leads away from Instagram. Open the post itself and copy its address."
NOWHERE = "This share link leads nowhere any more: the post may have been deleted."


def resolve(address: str) -> PostRef:
    """The post that a share link means. Outside of any transaction; only Instagram's own hosts are asked.

    Raises ``ProviderError``: ``share_link`` (a person has to open it), ``share_link_foreign``, ``post_not_found``; and,
    retryable, ``rate_limited``, ``unavailable``, ``timeout``, ``unreachable``.
    """
    for _ in range(MOST_HOPS):
        where = _hop(address)
        parts = urlsplit(where)
        if parts.scheme not in ("http", "https") or (parts.hostname or "").removesuffix(".") not in HOSTS:
            raise ProviderError(AWAY, code="share_link_foreign")
        found = read_address(where)
        if isinstance(found, PostRef):
            return found
        if parts.path.startswith("/accounts/") or found.code != "share_link":
            raise _no_post(parts.path, found)
        address = found.address
    raise ProviderError(WALL, code="share_link")


def _no_post(path: str, found: Refused) -> ProviderError:
    walled = path.startswith(("/accounts/", "/challenge"))
    return ProviderError(WALL if walled else MESSAGES[found.code], code="share_link" if walled else found.code)


def _hop(address: str) -> str:
    """Where Instagram sends somebody who opens an address."""
    site = settings.AURA_OUTSIDE.site.url.rstrip("/")
    asked = site + address.removeprefix(SITE)
    answer = outbound.hop(asked, deadline=DEADLINE, allow_loopback=settings.AURA_ALLOW_LOOPBACK)
    if answer.location:
        return SITE + answer.location.removeprefix(site) if answer.location.startswith(site) else answer.location
    if answer.status == 429:
        words = "Instagram asks for fewer requests from this machine."
        raise ProviderError(words, code=RATE_LIMITED, retryable=True, retry_after=answer.retry_after)
    if answer.status >= 500:
        words = f"Instagram has a fault of its own (HTTP {answer.status})."
        raise ProviderError(words, code=UNAVAILABLE, retryable=True, retry_after=answer.retry_after)
    if answer.status in (404, 410):
        raise ProviderError(NOWHERE, code="post_not_found")
    raise ProviderError(WALL, code="share_link")
