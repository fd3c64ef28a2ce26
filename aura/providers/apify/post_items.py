"""What the actors of posts write about one post, as ``FetchedPost``. Pure."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from aura.providers.post_ports import FetchedPost, PostKind, PostMedium, PostRef

KINDS: Mapping[str, PostKind] = {"Image": "image", "Video": "video", "Sidecar": "carousel"}
PUBLIC = 11
"""Characters of a short code that name the post; those of a private one have more, which not every service repeats."""
MOST_TEXT, MOST_ALT = 10_000, 2000


def find_post(items: Iterable[Mapping[str, Any]], post: PostRef) -> FetchedPost | None:
    """The item about a post, or None where there is none: a failed scrape is an item with an ``error``.

    Empty error fields stand on good items too, and items about other posts may come along.
    """
    for item in items:
        code = _text(item.get("shortCode"), 64)
        if not _said(item) and code[:PUBLIC] == post.code[:PUBLIC] and code:
            found = _post(item, post)
            if found.media:
                return found
    return None


def why_not(items: Iterable[Mapping[str, Any]]) -> str:
    """What the error items say, "" where nothing."""
    return next((said for item in items if (said := _said(item))), "")


def _said(item: Mapping[str, Any]) -> str:
    if not item.get("error"):
        return ""
    return _text(item.get("errorDescription"), 200) or _text(item.get("error"), 200) or "an error"


def _post(item: Mapping[str, Any], post: PostRef) -> FetchedPost:
    return FetchedPost(
        code=post.code,
        url=post.url,
        kind=KINDS.get(_text(item.get("type"), 20), "image"),
        media=tuple(_media(item)),
        author=_text(item.get("ownerUsername"), 60).strip().lstrip("@").lower(),
        author_name=_text(item.get("ownerFullName"), 200),
        author_id=_number(item.get("ownerId")),
        caption=_text(item.get("caption"), MOST_TEXT),
        taken_at=_moment(item.get("timestamp")),
        likes=_count(item.get("likesCount")),
        comments=_count(item.get("commentsCount")),
    )


def _media(item: Mapping[str, Any]) -> list[PostMedium]:
    """The pictures in their order. ``images`` repeats those of a carousel, without saying which are of videos."""
    children = [child for child in _list(item.get("childPosts")) if isinstance(child, Mapping)]
    found = [_medium(child) for child in children]
    if not any(found):
        found = [PostMedium(url) for url in _list(item.get("images")) if isinstance(url, str) and url.strip()]
        if len(found) < 2:
            found = [_medium(item)]
    return [medium for medium in found if medium]


def _medium(item: Mapping[str, Any]) -> PostMedium | None:
    """A picture, or the cover of a video."""
    url = _text(item.get("displayUrl"), 4096)
    if not url:
        return None
    return PostMedium(
        url,
        kind="video" if item.get("type") == "Video" else "image",
        alt=_text(item.get("alt"), MOST_ALT),
        width=_count(item.get("dimensionsWidth")),
        height=_count(item.get("dimensionsHeight")),
    )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any, most: int) -> str:
    """A text that a database takes: without NUL and broken surrogates."""
    if not isinstance(value, str):
        return ""
    return value[:most].replace("\0", "").encode("utf-8", "ignore").decode()


def _number(value: Any) -> str:
    found = str(value) if type(value) in (int, str) else ""
    return found if found.isascii() and found.isdigit() and len(found) <= 40 else ""


def _count(value: Any) -> int | None:
    """A number; None for -1, which stands where counts are hidden."""
    return value if type(value) is int and 0 <= value < 2**31 else None


def _moment(value: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
        return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC) if found else None
    except (ValueError, OverflowError):
        return None
