"""What the actors take, what they charge and what they bring from a world."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from aura.testing.simulators.apify.items import (
    MISSING,
    Item,
    comment_item,
    error_item,
    person_item,
    post_item,
    profile_item,
)
from aura.testing.simulators.pictures import Pictures
from aura.testing.simulators.world import World

Input = Mapping[str, Any]
Bring = Callable[[World, Pictures, Input], Iterator[Item]]
POST = re.compile(r"https://www\.instagram\.com/(?:[\w.]+/)?(?:p|reel|reels|tv)/([\w-]+)/?")
PROFILE = re.compile(r"https://www\.instagram\.com/([\w.]+)/?")
NAME = re.compile(r"[\w.]{1,30}")


@dataclass(frozen=True, slots=True)
class Actor:
    """``keys`` is the input schema: the type of each key; ``price`` is in US dollars for one item."""

    id: str
    name: str
    keys: Mapping[str, type]
    required: str
    price: Decimal
    bring: Bring

    def refusal(self, sent: Any) -> str:
        """Why Apify would answer 400, or ""."""
        if not isinstance(sent, dict):
            return "Input must be a JSON object"
        if not sent.get(self.required):
            return f"Input is not valid: Field input.{self.required} is required"
        for key, kind in self.keys.items():
            if key in sent and (not isinstance(sent[key], kind) or (kind is int and isinstance(sent[key], bool))):
                return f"Input is not valid: Field input.{key} must be {kind.__name__}"
        if sent.get("resultsLimit", 1) < 1:
            return "Input is not valid: Field input.resultsLimit must be >= 1"
        return ""

    def unknown(self, sent: Mapping[str, Any]) -> list[str]:
        """Keys of an input that the actor does not know, and targets it could not read."""
        strange = [key for key in sent if key not in self.keys]
        form = NAME if self.required == "usernames" else None
        strange += [
            f"{self.required}: {target}" for target in sent[self.required] if form and not form.fullmatch(target)
        ]
        return strange


def _names(targets: Iterable[str]) -> Iterator[str]:
    for target in targets:
        found = PROFILE.fullmatch(target)
        yield found[1] if found else target


def profiles(world: World, pictures: Pictures, sent: Input) -> Iterator[Item]:
    """Accounts and people by their names."""
    people = {person.username: person for person in world.people}
    for name in _names(sent.get("usernames") or sent["directUrls"]):
        if name in world.accounts:
            yield profile_item(world.accounts[name], pictures)
        elif name in people:
            yield person_item(people[name], pictures)
        else:
            yield error_item(f"https://www.instagram.com/{name}/", MISSING)


def _single(world: World, pictures: Pictures, address: str) -> Item:
    found = POST.fullmatch(address)
    place = world.post(found[1]) if found else None
    if place is None or place[0].is_private:
        return error_item(address) if place else error_item(address, MISSING)
    return post_item(*place, pictures, address)


def posts(world: World, pictures: Pictures, sent: Input) -> Iterator[Item]:
    """The pinned post first, then the newest ones, as Instagram shows them; of an address of a post that one."""
    newer = date.fromisoformat(sent["onlyPostsNewerThan"]) if sent.get("onlyPostsNewerThan") else date.min
    targets = sent.get("username") or sent["directUrls"]
    for address in (target for target in targets if POST.fullmatch(target)):
        yield _single(world, pictures, address)
    for name in _names(target for target in targets if not POST.fullmatch(target)):
        account = world.accounts.get(name)
        if account is None or account.is_private or not account.posts:
            yield error_item(f"https://www.instagram.com/{name}/")
            continue
        shown = sorted(account.posts, key=lambda post: (post.is_pinned, post.time), reverse=True)
        wanted = [post for post in shown if post.time.date() >= newer]
        if sent.get("skipPinnedPosts"):
            wanted = [post for post in wanted if not post.is_pinned]
        for post in wanted[: sent.get("resultsLimit", 200)]:
            yield post_item(account, post, pictures)


def comments(world: World, pictures: Pictures, sent: Input) -> Iterator[Item]:
    """Comments of posts by their addresses, the newest or the most liked first."""
    for address in sent["directUrls"]:
        found = POST.fullmatch(address)
        place = world.post(found[1]) if found else None
        if place is None or place[0].is_private:
            yield error_item(address)
            continue
        remarks = place[1].comments[::-1]
        if not sent.get("isNewestComments"):
            remarks.sort(key=lambda remark: remark.likes or 0, reverse=True)
        for remark in remarks[: sent.get("resultsLimit", 15)]:
            yield comment_item(place[1], remark, pictures, replies=bool(sent.get("includeNestedComments")))


def anything(world: World, pictures: Pictures, sent: Input) -> Iterator[Item]:
    """The actor for all kinds."""
    kinds = {"details": profiles, "posts": posts, "comments": comments}
    return kinds[sent.get("resultsType", "posts")](world, pictures, sent)


LIMITED = {"resultsLimit": int}
ACTORS = (
    Actor(
        "dSCLg0C3YEZ83HzYX",
        "apify/instagram-profile-scraper",
        {"usernames": list, "includeAboutSection": bool},
        "usernames",
        Decimal("0.0026"),
        profiles,
    ),
    Actor(
        "nH2AHrwxeTRJoN5hX",
        "apify/instagram-post-scraper",
        {"username": list, "skipPinnedPosts": bool, "onlyPostsNewerThan": str, "dataDetailLevel": str, **LIMITED},
        "username",
        Decimal("0.0017"),
        posts,
    ),
    Actor(
        "SbK00X0JYCPblD2wp",
        "apify/instagram-comment-scraper",
        {"directUrls": list, "isNewestComments": bool, "includeNestedComments": bool, **LIMITED},
        "directUrls",
        Decimal("0.0023"),
        comments,
    ),
    Actor(
        "shu8hvrXbJbY3Eb9W",
        "apify/instagram-scraper",
        {"directUrls": list, "resultsType": str, "onlyPostsNewerThan": str, "addParentData": bool, **LIMITED},
        "directUrls",
        Decimal("0.0023"),
        anything,
    ),
)


def actor_of(name: str) -> Actor | None:
    """The actor by its id, ``user~name`` or ``user/name``."""
    return next((actor for actor in ACTORS if name in (actor.id, actor.name, actor.name.replace("/", "~"))), None)
