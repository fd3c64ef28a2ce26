"""Items of the Apify actors, old and new shapes, to the normalised ones. Unknown fields are ignored."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from audience.dataset import values
from audience.dataset.items import CommentItem, ErrorItem, Item, Person, PostItem, PostRef, ProfileItem

MAX_COMMENT = 10_000
MAX_CAPTION = 10_000
MAX_BIOGRAPHY = 2_000
MAX_NAME = 200
MAX_POST_URL = 300
MAX_DEPTH = 4
EMPTY: Mapping[str, Any] = {}
PARENT_KEYS = ("parentId", "parentCommentId", "parent_comment_id", "repliedToCommentId")
PROFILE_KEYS = frozenset({"followersCount", "followsCount", "biography", "postsCount", "latestPosts"})
POST_KEYS = frozenset({"caption", "commentsCount", "displayUrl", "latestComments", "type", "images"})


class Unusable(ValueError):
    """An item from which nothing can be kept; the message is for a person."""


def normalise(value: Any) -> tuple[tuple[Item, ...], str]:
    """The items in one top-level value and what was wrong with parts of it ("" where nothing was).

    A comment is followed by its replies. Comments that stand inside a post (``latestComments``) are no items of their
    own: they are a teaser of the comment dataset. Raises :class:`Unusable`.
    """
    if type(value) is not dict:
        raise Unusable("This is not an object with fields.")
    if "text" in value or "commentUrl" in value or "commentId" in value:
        return _thread(value)
    failed = _error(value)
    if failed:
        return (failed,), ""
    if "username" in value and not PROFILE_KEYS.isdisjoint(value):
        return (_profile(value),), ""
    if "shortCode" in value or "shortcode" in value or ("id" in value and not POST_KEYS.isdisjoint(value)):
        return (_post(value),), ""
    if "id" in value and ("owner" in value or "ownerUsername" in value):
        return _thread(value)
    raise Unusable("This is neither a comment, a post nor a profile.")


def _error(item: Mapping[str, Any]) -> ErrorItem | None:
    said = item.get("errorDescription") or item.get("error") or item.get("requestErrorMessages")
    if not said or "shortCode" in item:
        return None
    if isinstance(said, list):
        said = said[0]
    return ErrorItem(values.text(said, 200) or "Unknown error")


def _thread(item: Mapping[str, Any]) -> tuple[tuple[Item, ...], str]:
    failed = _error(item)
    if failed and not item.get("id"):
        return (failed,), ""
    found: list[Item] = []
    problems: list[str] = []
    _add(item, None, "", found, problems)
    return tuple(found), problems[0] if problems else ""


def _add(
    item: Mapping[str, Any], post: PostRef | None, parent: str, found: list[Item], problems: list[str], depth: int = 0
) -> None:
    """Append a comment and its replies. A broken top comment raises, a broken reply is noted."""
    comment = _comment(item, post, parent)
    found.append(comment)
    replies = item.get("replies")
    if not replies or not isinstance(replies, list) or depth >= MAX_DEPTH:
        return
    for number, reply in enumerate(replies, start=1):
        if not isinstance(reply, dict):
            problems.append(f"Reply {number} is not an object with fields.")
        elif any(reply.values()):
            try:
                _add(reply, comment.post, comment.id, found, problems, depth + 1)
            except Unusable as error:
                problems.append(f"Reply {number}: {error}")


def _comment(item: Mapping[str, Any], post: PostRef | None, parent: str) -> CommentItem:
    get = item.get
    raw = get("id") or get("commentId")
    key = values.identifier(raw) or values.comment_address(get("commentUrl"))
    if not key:
        raise Unusable("This comment's id was damaged by a spreadsheet." if raw else "This comment has no id.")
    person = _author(item)
    if not person.external_id and not person.username:
        raise Unusable("This comment names no author.")
    media = get("media")
    return CommentItem(
        key,
        post or _post_of(item),
        person,
        values.text(get("text"), MAX_COMMENT),
        _gif(media) if media else "",
        parent or _parent(item, key),
        values.count(get("likesCount")),
        values.count(get("repliesCount")),
        values.moment(get("timestamp")),
    )


def _parent(item: Mapping[str, Any], key: str) -> str:
    for name in PARENT_KEYS:
        if item.get(name) and (found := values.identifier(item[name])) and found != key:
            return found
    found = values.parent_address(item.get("commentUrl"))
    return found if found != key else ""


def _gif(media: Any) -> str:
    """Where the moving picture of a GIF comment lies."""
    for group in ("images", "first_party_cdn_proxied_images"):
        place = media.get(group) if isinstance(media, dict) else None
        for size in ("fixed_height", "original", "fixed_width"):
            image = place.get(size) if isinstance(place, dict) else None
            if isinstance(image, dict) and (url := values.link(image.get("url"))):
                return url
    return ""


def _author(item: Mapping[str, Any]) -> Person:
    get = item.get
    owner = get("owner")
    inner = owner.get if isinstance(owner, dict) else EMPTY.get
    return Person(
        values.identifier(inner("id") or inner("pk") or get("ownerId")),
        values.username(inner("username") or get("ownerUsername")),
        values.text(inner("full_name") or get("ownerFullName"), MAX_NAME),
        "",
        values.link(inner("profile_pic_url") or get("ownerProfilePicUrl")),
        values.flag(inner("is_verified") if inner("is_verified") is not None else get("ownerIsVerified")),
        values.flag(inner("is_private")),
    )


def _post_of(item: Mapping[str, Any]) -> PostRef:
    """The post of a comment: by address, else by short code, else by Instagram's media id."""
    get = item.get
    media = values.identifier(get("postId") or get("mediaId"))
    for name in ("postUrl", "commentUrl", "inputUrl", "url"):
        address = get(name)
        if address and isinstance(address, str) and (ref := _ref_of(address, media)):
            return ref
    for name in ("shortCode", "shortcode", "postShortCode", "postShortcode"):
        code = values.identifier(get(name))
        if code:
            return PostRef(code, media, f"https://www.instagram.com/p/{code}/")
    if not media:
        raise Unusable("This comment names no post.")
    return PostRef(media, media)


@lru_cache(maxsize=1024)
def _ref_of(address: str, media: str) -> PostRef | None:
    code, owner = values.post_address(address)
    return PostRef(code, media, f"https://www.instagram.com/p/{code}/", owner) if code else None


def _post(item: Mapping[str, Any]) -> PostItem:
    get = item.get
    media = values.identifier(get("id"))
    from_url, named = values.post_address(get("url"))
    code = values.identifier(get("shortCode") or get("shortcode")) or from_url or media
    if not code:
        raise Unusable("This post has neither a short code nor an id.")
    owner = values.username(get("ownerUsername"))
    others = get("coauthorProducers")
    names = {owner, named, values.profile_address(get("inputUrl"))}
    if isinstance(others, list):
        names |= {values.username(other.get("username")) for other in others if isinstance(other, dict)}
    return PostItem(
        ref=PostRef(code, media, values.link(get("url"), MAX_POST_URL), named),
        kind=values.text(get("type"), 20),
        caption=values.text(get("caption"), MAX_CAPTION),
        posted_at=values.moment(get("timestamp")),
        likes=values.count(get("likesCount")),
        comments_reported=values.count(get("commentsCount")),
        is_pinned=values.flag(get("isPinned")),
        owner_id=values.identifier(get("ownerId")),
        owner_username=owner,
        owners=frozenset(names - {""}),
    )


def _profile(item: Mapping[str, Any]) -> ProfileItem:
    get = item.get
    name = values.username(get("username"))
    if not name:
        raise Unusable("This profile has no user name.")
    return ProfileItem(
        Person(
            values.identifier(get("id")),
            name,
            values.text(get("fullName"), MAX_NAME),
            values.text(get("biography"), MAX_BIOGRAPHY),
            values.link(get("profilePicUrl") or get("profilePicUrlHD")),
            values.flag(get("verified")),
            values.flag(get("private")),
            values.flag(get("isBusinessAccount")),
            values.count(get("followersCount")),
            values.count(get("followsCount")),
            values.count(get("postsCount")),
        )
    )
