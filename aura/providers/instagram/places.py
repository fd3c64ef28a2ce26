"""Where a scrape of the Graph API is: the scrape itself and each place in it are text that holds all there is to know.

Nothing runs at Instagram's, so the handle of a scrape is made of its order, and an offset of a place in it. Pure.
"""

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from aura.providers.ports import ScrapeKind, ScrapeOrder


@dataclass(frozen=True, slots=True)
class Plan:
    """What is fetched: for ``comments`` the posts, as (media id, address), an id of "" for one that is not there."""

    kind: ScrapeKind
    account: str
    username: str
    limit: int
    newer_than: date | None = None
    posts: tuple[tuple[str, str], ...] = ()

    def packed(self) -> str:
        """As text."""
        day = self.newer_than.isoformat() if self.newer_than else None
        return _pack([self.kind, self.account, self.username, self.limit, day, self.posts])

    @classmethod
    def unpacked(cls, packed: str) -> "Plan":
        """From the text. Raises ``ValueError`` for any other."""
        kind, account, username, limit, day, posts = _unpack(packed, 6)
        newer = date.fromisoformat(day) if day else None
        return cls(kind, account, username, limit, newer, tuple((media, address) for media, address in posts))


@dataclass(frozen=True, slots=True)
class Place:
    """How far it is: ``taken`` of post number ``post`` (or of all posts), the cursor ``after`` which it goes on.

    ``threads`` are comments with more replies than came along, as (comment id, cursor): they come before the rest.
    """

    post: int = 0
    after: str = ""
    taken: int = 0
    threads: tuple[tuple[str, str], ...] = ()

    def packed(self) -> str:
        """As text."""
        return _pack([self.post, self.after, self.taken, self.threads])

    @classmethod
    def unpacked(cls, packed: str) -> "Place":
        """From the text; "" is the start. Raises ``ValueError`` for any other."""
        if not packed:
            return cls()
        post, after, taken, threads = _unpack(packed, 4)
        return cls(post, after, taken, tuple((comment, cursor) for comment, cursor in threads))


def _pack(values: list[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(values, separators=(",", ":")).encode()).decode().rstrip("=")


def _unpack(packed: str, count: int) -> list[Any]:
    try:
        found = json.loads(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ValueError("not a place") from error
    if not isinstance(found, list) or len(found) != count:
        raise ValueError("not a place")
    return found


def id_of(order: ScrapeOrder, account: str) -> str:
    """The same for the same order and account."""
    said = json.dumps([order.kind, order.targets, order.limit, str(order.newer_than or ""), account])
    return f"graph-{hashlib.sha256(said.encode()).hexdigest()[:24]}"
