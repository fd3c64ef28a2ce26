"""Media and comments of the Graph API as items in Apify's form. Pure.

A person is named by the user name alone where there is one: the Graph API's ids of people are not those of the
scrapers, and two ids for one name would be two people. Comments and posts have the same ids or short codes in both.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

Item = dict[str, Any]
SITE = "https://www.instagram.com"
KINDS = {"IMAGE": "Image", "VIDEO": "Video", "CAROUSEL_ALBUM": "Sidecar"}
CODE = re.compile(r"/(?:p|reel|reels|tv)/([A-Za-z0-9_-]+)")
PROFILE_FIELDS = "id,username,followers_count,follows_count,media_count,biography,name,profile_picture_url"
MEDIA_FIELDS = (
    "id,caption,media_type,media_url,thumbnail_url,permalink,shortcode,timestamp,like_count,comments_count,username"
)
COMMENT_FIELDS = "id,text,timestamp,username,from,like_count"
HIDDEN = -1


def text(source: Mapping[str, Any], key: str) -> str:
    """A string of an answer, "" for anything else."""
    found = source.get(key)
    return found if isinstance(found, str) else ""


def code_of(address: str) -> str:
    """The short code in the address of a post, or ""."""
    found = CODE.search(address)
    return found[1] if found else ""


def moment(value: Any) -> datetime | None:
    """A time such as ``2026-06-20T10:00:04+0000``, or None."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC) if found else None


def _stamp(value: Any) -> str | None:
    found = moment(value)
    return found.strftime("%Y-%m-%dT%H:%M:%S.000Z") if found else None


def is_older(media: Mapping[str, Any], than: date | None) -> bool:
    """Whether a post is from before that day."""
    posted = moment(media.get("timestamp"))
    return than is not None and posted is not None and posted.date() < than


def profile_item(account: Mapping[str, Any]) -> Item:
    """The account itself."""
    name = text(account, "username")
    return {
        "inputUrl": f"{SITE}/{name}/",
        "username": name,
        "url": f"{SITE}/{name}",
        "fullName": account.get("name"),
        "biography": account.get("biography") or "",
        "followersCount": account.get("followers_count"),
        "followsCount": account.get("follows_count"),
        "postsCount": account.get("media_count"),
        "profilePicUrl": account.get("profile_picture_url"),
        "private": False,
    }


def post_item(media: Mapping[str, Any], owner: str) -> Item:
    """One post. Likes that the owner hides are left out by the Graph API, and -1 here, as with Apify."""
    address = text(media, "permalink")
    return {
        "inputUrl": f"{SITE}/{owner}/",
        "id": media.get("id"),
        "type": KINDS.get(text(media, "media_type"), "Image"),
        "shortCode": text(media, "shortcode") or code_of(address),
        "caption": media.get("caption") or "",
        "url": address,
        "commentsCount": media.get("comments_count"),
        "displayUrl": media.get("thumbnail_url") or media.get("media_url"),
        "images": [],
        "likesCount": media.get("like_count", HIDDEN),
        "timestamp": _stamp(media.get("timestamp")),
        "ownerUsername": text(media, "username") or owner,
    }


def comment_item(comment: Mapping[str, Any], address: str, parent: str = "") -> Item:
    """One comment below the post at ``address``, with the replies that came along; ``parent`` is what it answers.

    Without a user name (an app without that permission, a deleted account) the id of the author has to do; without
    both, the reader of data sets says that the comment names no author.
    """
    author = comment.get("from")
    source: Mapping[str, Any] = author if isinstance(author, Mapping) else {}
    name = text(comment, "username") or text(source, "username")
    key = str(comment.get("id") or "")
    replies = [comment_item(reply, address) for reply in rows(comment.get("replies"))]
    item: Item = {
        "postUrl": address,
        "id": key,
        "text": text(comment, "text"),
        "ownerUsername": name or None,
        "timestamp": _stamp(comment.get("timestamp")),
        "likesCount": comment.get("like_count", HIDDEN),
        "repliesCount": len(replies) or None,
        "replies": replies or None,
    }
    if not name:
        item["ownerId"] = source.get("id")
    if parent:
        item["parentId"] = parent
    return item


def error_item(address: str) -> Item:
    """A post that is not among the account's, or is no longer there."""
    said = {"error": "not_found", "errorDescription": "Instagram does not show this post to the account"}
    return {"url": address, "inputUrl": address, "requestErrorMessages": [], **said}


def rows(listed: Any) -> list[Mapping[str, Any]]:
    """The objects of a list of the Graph API, or of the list itself."""
    found = listed.get("data") if isinstance(listed, Mapping) else listed
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def after(listed: Any) -> str:
    """The cursor of the next page, "" at the end. ``next`` only tells that there is one: it holds the token."""
    paging = listed.get("paging") if isinstance(listed, Mapping) else None
    if not isinstance(paging, Mapping) or not paging.get("next"):
        return ""
    cursors = paging.get("cursors")
    return text(cursors, "after") if isinstance(cursors, Mapping) else ""
