"""``PostSource`` by instaloader: one post, asked for once, told at once. The package loads with the first call."""

from functools import cached_property
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from aura.providers.configuration import SiteSettings
from aura.providers.post_ports import PostFetch, PostRef

if TYPE_CHECKING:
    from aura.providers.instaloader.pages import Pages

PUBLIC = 11
PRIVATE = "This is the address of a post of a private account, which Instagram shows to its followers only."


def is_installed() -> bool:
    """Whether the optional package is there."""
    return find_spec("instaloader") is not None


class InstaloaderPosts:
    """Fetches public posts as somebody who is not signed in. ``timeout`` is in seconds for each of its requests."""

    name = "instaloader"
    paid = False

    def __init__(self, settings: SiteSettings, *, timeout: float = 20.0) -> None:
        self._settings = settings
        self._timeout = timeout

    def __repr__(self) -> str:
        return f"InstaloaderPosts({self._settings.url})"

    @cached_property
    def _pages(self) -> "Pages":
        made: Pages = import_module("aura.providers.instaloader.pages").Pages(self._settings.url, self._timeout)
        return made

    def start(self, post: PostRef) -> PostFetch:
        """The post. A private one fails with ``post_not_visible``, without a request.

        ``ProviderError`` codes: ``post_not_found``; ``post_not_visible`` (Instagram shows nothing of it without an
        account, or not in the form that this version of instaloader reads), ``instagram_challenge``,
        ``bad_answer``; and, retryable, ``rate_limited``, ``timeout``, ``unreachable``, ``unavailable``. Never waits.
        """
        if len(post.code) > PUBLIC:
            return PostFetch("failed", code="post_not_visible", message=PRIVATE)
        return PostFetch("done", {"code": post.code}, self._pages.post(post))

    def find(self, post: PostRef, since: float) -> PostFetch | None:
        """None: nothing goes on anywhere, and asking again costs nothing."""
        return None

    def look(self, fetch: PostFetch, wait: float = 0) -> PostFetch:
        """The same: it was over at once."""
        return fetch

    def abort(self, fetch: PostFetch) -> None:
        """Nothing goes on anywhere."""
