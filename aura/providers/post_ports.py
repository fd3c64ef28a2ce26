"""What Aura asks of a service that fetches one Instagram post, in Aura's own words; the other ports stand in ``ports``.

Fetching is work that may outlive this process: the handle is stored before anything waits.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal, Protocol

MediumKind = Literal["image", "video"]
PostKind = Literal["image", "carousel", "video"]
FetchState = Literal["running", "done", "failed"]


@dataclass(frozen=True, slots=True)
class PostRef:
    """A post by its shortcode (case matters); ``url`` is its canonical address."""

    code: str
    url: str


@dataclass(frozen=True, slots=True)
class PostMedium:
    """One picture of a post, at a link that expires; for a video ``url`` is its cover. ``alt`` is Instagram's text."""

    url: str
    kind: MediumKind = "image"
    alt: str = ""
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class FetchedPost:
    """A post as a service tells it. ``media`` are in the order of the carousel; counts are None where not told."""

    code: str
    url: str
    kind: PostKind
    media: tuple[PostMedium, ...]
    author: str = ""
    author_name: str = ""
    author_id: str = ""
    """Instagram's number of the author; only some services tell it."""
    caption: str = ""
    taken_at: datetime | None = None
    likes: int | None = None
    comments: int | None = None


@dataclass(frozen=True, slots=True)
class PostFetch:
    """The fetching of one post: ``handle`` (JSON-able) is what :meth:`PostSource.look` needs, and is stored.

    ``message`` and ``code`` say why a fetch failed, ``retryable`` whether another may succeed.
    """

    state: FetchState
    handle: Mapping[str, str] = field(default_factory=dict)
    post: FetchedPost | None = None
    code: str = ""
    message: str = ""
    retryable: bool = False
    cost: Decimal | None = None
    """US dollars so far, where the service tells."""


class PostSource(Protocol):
    """Fetches posts. Every call may raise ``ProviderError``."""

    name: str
    """``graph``, ``apify`` or ``instaloader``."""
    paid: bool

    def start(self, post: PostRef) -> PostFetch:
        """Ask for a post, exactly once; a source that answers at once returns a fetch that is over.

        Raises ``start_unknown`` where the request went out and its answer did not come: ask :meth:`find` first.
        A post that does not exist or is private fails with ``post_not_found``; one that this source cannot see
        (the Graph API knows own media only) with ``post_not_visible``: the next source is asked.
        """
        ...

    def find(self, post: PostRef, since: float) -> PostFetch | None:
        """A fetch of this post started after ``since`` (seconds since 1970), or None; for sources that are paid."""
        ...

    def look(self, fetch: PostFetch, wait: float = 0) -> PostFetch:
        """Its state now, after at most ``wait`` seconds. The same each time once it is over."""
        ...

    def abort(self, fetch: PostFetch) -> None:
        """Ask the service to stop."""
        ...
