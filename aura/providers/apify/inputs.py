"""What each actor wants to be told. A changed input of an actor is one edit in ``SHAPES``. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aura.providers.ports import ScrapeKind, ScrapeOrder

PROFILE_ADDRESS = "https://www.instagram.com/{}/"
# Actors may be named by their ids.
IDS = {"SbK00X0JYCPblD2wp": "apify/instagram-comment-scraper", "shu8hvrXbJbY3Eb9W": "apify/instagram-scraper"}


@dataclass(frozen=True, slots=True)
class Shape:
    """The input of an actor: the keys that hold the targets, the limit for each of them and the date ("" for none).

    ``target`` says how a target is written, ``fixed`` is sent with every order.
    """

    targets: str
    limit: str = ""
    newer_than: str = ""
    target: str = "{}"
    fixed: Mapping[str, Any] = field(default_factory=dict)

    @property
    def keys(self) -> frozenset[str]:
        """Every key that this shape may send."""
        return frozenset({self.targets, self.limit, self.newer_than, *self.fixed} - {""})


COMMENTS = {"isNewestComments": True, "includeNestedComments": True}
SHAPES: Mapping[tuple[str, ScrapeKind], Shape] = {
    ("apify/instagram-profile-scraper", "profile"): Shape("usernames"),
    ("apify/instagram-post-scraper", "posts"): Shape(
        "username", "resultsLimit", "onlyPostsNewerThan", fixed={"skipPinnedPosts": False}
    ),
    ("apify/instagram-comment-scraper", "comments"): Shape("directUrls", "resultsLimit", fixed=COMMENTS),
    ("apify/instagram-scraper", "profile"): Shape(
        "directUrls", target=PROFILE_ADDRESS, fixed={"resultsType": "details", "resultsLimit": 1}
    ),
    ("apify/instagram-scraper", "posts"): Shape(
        "directUrls", "resultsLimit", "onlyPostsNewerThan", PROFILE_ADDRESS, {"resultsType": "posts"}
    ),
    ("apify/instagram-scraper", "comments"): Shape("directUrls", "resultsLimit", fixed={"resultsType": "comments"}),
}
# An actor that is not in the table, such as a copy of one that is, is told what Apify's own actor of the kind is.
USUAL: Mapping[ScrapeKind, Shape] = {kind: shape for (_, kind), shape in list(SHAPES.items())[:3]}


def shape_of(actor: str, kind: ScrapeKind) -> Shape:
    """The shape for an actor, named ``user/name``, ``user~name`` or by its id."""
    name = IDS.get(actor, actor).replace("~", "/")
    return SHAPES.get((name, kind), USUAL[kind])


def input_of(shape: Shape, order: ScrapeOrder) -> dict[str, Any]:
    """What is sent for an order."""
    # An address is taken as it is: the actors of posts take single posts beside profiles.
    targets = [target if "://" in target else shape.target.format(target) for target in order.targets]
    sent = {shape.targets: targets, **shape.fixed}
    if shape.limit:
        sent[shape.limit] = order.limit
    if shape.newer_than and order.newer_than:
        sent[shape.newer_than] = order.newer_than.isoformat()
    return sent


def is_same(shape: Shape, sent: Mapping[str, Any], stored: Any) -> bool:
    """Whether a stored input is the one that was sent. Apify may have added defaults of keys that we never send."""
    return isinstance(stored, Mapping) and all(
        _plain(stored.get(key)) == _plain(sent.get(key)) for key in shape.keys | sent.keys()
    )


def _plain(value: Any) -> Any:
    return None if value in (None, "", []) else value


def most_items(shape: Shape, order: ScrapeOrder) -> int:
    """How many results may be charged for: one for each target where the actor takes no limit."""
    return max(1, len(order.targets) * (order.limit if shape.limit else 1))
