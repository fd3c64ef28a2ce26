"""The items that the actors write, in the shapes of their recordings."""

from datetime import datetime
from typing import Any

from audience.sample.people import Person
from aura.testing.simulators.pictures import Pictures
from aura.testing.simulators.world import Account, Post, Remark

Item = dict[str, Any]
SITE = "https://www.instagram.com"
NOTHING = ("no_items", "Empty or private data for provided input")
MISSING = ("not_found", "Post does not exist")


def stamp(time: datetime) -> str:
    """A time as Apify writes it."""
    return time.strftime("%Y-%m-%dT%H:%M:%S.") + f"{time.microsecond // 1000:03}Z"


def error_item(address: str, error: tuple[str, str] = NOTHING) -> Item:
    """A failed scrape, which is an item of a run that succeeded."""
    said = {"error": error[0], "errorDescription": error[1]}
    return {"url": address, "inputUrl": address, "requestErrorMessages": [], **said}


def profile_item(account: Account, pictures: Pictures) -> Item:
    """What the profile actor writes of an account."""
    picture = pictures.post(account.username)
    return {
        "inputUrl": f"{SITE}/{account.username}/",
        "id": account.id,
        "username": account.username,
        "url": f"{SITE}/{account.username}",
        "fullName": account.full_name,
        "biography": account.biography,
        "externalUrls": [],
        "followersCount": account.followers,
        "followsCount": account.following,
        "highlightReelCount": 1,
        "isBusinessAccount": True,
        "joinedRecently": False,
        "businessCategoryName": None,
        "private": account.is_private,
        "verified": False,
        "profilePicUrl": picture,
        "profilePicUrlHD": picture,
        "igtvVideoCount": 0,
        "postsCount": len(account.posts),
        "fbid": account.graph_id,
        "latestPosts": [],
    }


def person_item(person: Person, pictures: Pictures) -> Item:
    """What the profile actor writes of somebody who commented."""
    return {
        "inputUrl": f"{SITE}/{person.username}/",
        "id": person.id,
        "username": person.username,
        "url": f"{SITE}/{person.username}",
        "fullName": person.full_name or "",
        "biography": person.biography,
        "externalUrls": [],
        "followersCount": person.followers,
        "followsCount": person.following,
        "isBusinessAccount": person.persona == "business",
        "businessCategoryName": None,
        "private": person.is_private,
        "verified": person.is_verified,
        "profilePicUrl": pictures.person(person.id),
        "profilePicUrlHD": pictures.person(person.id),
        "postsCount": person.posts,
        "latestPosts": [],
    }


def post_item(account: Account, post: Post, pictures: Pictures, asked: str = "") -> Item:
    """What the post actor writes; ``asked`` is the address of the post where it was asked for by that."""
    words = post.caption.replace(".", " ").split()
    children = [_child(post, number, kind, pictures) for number, kind in enumerate(post.children, 1)]
    link = children[0]["displayUrl"] if children else pictures.post(post.code)
    item: Item = {
        "inputUrl": asked or f"{SITE}/{account.username}/",
        "id": post.id,
        "type": post.kind,
        "shortCode": post.code,
        "caption": post.caption,
        "hashtags": [word[1:] for word in words if word.startswith("#")],
        "mentions": [word[1:] for word in words if word.startswith("@")],
        "url": f"{SITE}/p/{post.code}/",
        "commentsCount": sum(1 + len(remark.replies) for remark in post.comments),
        "firstComment": post.comments[0].text if post.comments else "",
        "latestComments": [_teaser(remark) for remark in post.comments[-2:]],
        "dimensionsHeight": 1350,
        "dimensionsWidth": 1080,
        "displayUrl": link,
        "images": [child["displayUrl"] for child in children],
        "alt": f"Photo by {account.full_name}. May be an image of a table." if post.kind == "Image" else None,
        "likesCount": post.likes,
        "timestamp": stamp(post.time),
        "childPosts": children,
        "ownerFullName": account.full_name,
        "ownerUsername": account.username,
        "ownerId": account.id,
        "isCommentsDisabled": False,
    }
    if post.kind == "Video":
        item |= {"videoUrl": link, "videoDuration": 30, "videoViewCount": 900, "productType": "clips"}
    if post.is_pinned:
        item["isPinned"] = True
    # Both stand on good items too.
    return item | {"error": None, "requestErrorMessages": []} if post.kind == "Sidecar" else item


def _child(post: Post, number: int, kind: str, pictures: Pictures) -> Item:
    """A part of a carousel: an item of its own with hardly anything in it."""
    item: Item = {
        "id": str(int(post.id) + number * 10**9),
        "type": kind,
        "shortCode": f"{post.code[:-2]}-{number}",
        "caption": "",
        "hashtags": [],
        "mentions": [],
        "url": f"{SITE}/p/{post.code[:-2]}-{number}/",
        "commentsCount": 0,
        "firstComment": "",
        "latestComments": [],
        "dimensionsHeight": 1350,
        "dimensionsWidth": 1080,
        "displayUrl": pictures.child(post.code, number),
        "images": [],
        "alt": f"Photo number {number}.",
        "likesCount": None,
        "timestamp": None,
        "childPosts": [],
        "ownerId": None,
    }
    return item | {"videoUrl": pictures.child(post.code, number)} if kind == "Video" else item


def comment_item(post: Post, remark: Remark, pictures: Pictures, *, replies: bool) -> Item:
    """What the comment actor writes: most in the shape of now, every third in an older one."""
    older = int(remark.id) % 9 < 3
    nested = [_reply(reply, pictures) for reply in remark.replies] if replies else []
    item: Item = {
        "postUrl": post.url,
        "commentUrl": f"{post.url}c/{remark.id}",
        "id": remark.id,
        "text": remark.text,
        "ownerUsername": remark.person.username,
        "ownerProfilePicUrl": pictures.person(remark.person.id),
        "timestamp": stamp(remark.time),
        "repliesCount": len(remark.replies) or (0 if older else None),
        "replies": nested or ([] if older else None),
        "likesCount": remark.likes,
    }
    if older:
        item |= {"postId": post.id, "ownerId": remark.person.id, "ownerIsVerified": remark.person.is_verified}
    else:
        item["owner"] = _owner(remark.person, pictures)
    if not remark.text:
        link = {"fixed_height": {"url": pictures.gif(remark.id)}}
        item["media"] = {"first_party_cdn_proxied_images": link, "images": link, "id": remark.id}
    return item


def _reply(reply: Remark, pictures: Pictures) -> Item:
    return {
        "id": reply.id,
        "text": reply.text,
        "ownerUsername": reply.person.username,
        "ownerProfilePicUrl": pictures.person(reply.person.id),
        "timestamp": stamp(reply.time),
        "likesCount": reply.likes,
        "repliesCount": 0,
        "replies": [],
        "owner": _owner(reply.person, pictures),
    }


def _teaser(remark: Remark) -> Item:
    return {
        "id": remark.id,
        "text": remark.text,
        "ownerUsername": remark.person.username,
        "timestamp": stamp(remark.time),
        "likesCount": remark.likes,
    }


def _owner(person: Person, pictures: Pictures) -> Item:
    return {
        "username": person.username,
        "profile_pic_url": pictures.person(person.id),
        "is_verified": person.is_verified,
        "id": person.id,
        "fbid_v2": f"17841499{person.number:09}",
        "full_name": person.full_name,
        "is_mentionable": None,
        "is_private": person.is_private if person.shows_private else None,
        "profile_pic_id": None,
        "latest_reel_media": None,
    }
