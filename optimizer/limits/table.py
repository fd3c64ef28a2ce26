"""The limits as data, each with where it was read and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

PLATFORMS: Final = ("instagram", "facebook", "linkedin", "pinterest", "x.com", "tiktok")
KINDS: Final = ("title", "caption", "alt_text")
Way = Literal["utf16", "weighted"]


@dataclass(frozen=True, slots=True)
class TextLimit:
    """``most`` units of a text. ``way``: ``utf16`` (an emoji is 2 or more) or ``weighted`` (X: see ``counting``).

    Beyond ``shown`` units the platform hides the rest behind "more" (0 where it does not); ``read`` is when ``source``
    was read, "" where it is what is generally known and was not read anew.
    """

    most: int
    way: Way
    shown: int
    source: str
    read: str = ""


@dataclass(frozen=True, slots=True)
class HashtagRange:
    """How many hashtags: ``fewest`` … ``most``, ``aim`` where there is choice enough. ``allowed`` is the platform's."""

    fewest: int
    aim: int
    most: int
    allowed: int | None = None


PINTEREST: Final = "https://developers.pinterest.com/docs/api/v5/pins-create"
TEXTS: Final[Mapping[str, Mapping[str, TextLimit]]] = {
    "instagram": {
        "caption": TextLimit(2200, "utf16", 125, "Instagram Graph API, IG User Media: caption"),
        "alt_text": TextLimit(1000, "utf16", 0, "Instagram Graph API, IG User Media: alt_text"),
    },
    "facebook": {
        "caption": TextLimit(63_206, "utf16", 477, "Facebook's limit of a post since 2011"),
        "alt_text": TextLimit(1000, "utf16", 0, "taken as Instagram's: no figure was found"),
    },
    "linkedin": {
        "caption": TextLimit(3000, "utf16", 210, "LinkedIn Posts API: commentary"),
        "alt_text": TextLimit(4086, "utf16", 0, "LinkedIn Posts API: content.media.altText"),
    },
    "pinterest": {
        "title": TextLimit(100, "utf16", 40, PINTEREST),
        "caption": TextLimit(500, "utf16", 50, "www.ayrshare.com/docs/apis/post/social-networks/pinterest: 500; "
                             "Pinterest's own API takes 800, its page for people 500", "2026-11-21"),
        "alt_text": TextLimit(500, "utf16", 0, "https://www.ayrshare.com/docs/apis/post/social-networks/pinterest",
                              "2026-11-21"),
    },
    "x.com": {
        "caption": TextLimit(280, "weighted", 0, "https://github.com/twitter/twitter-text: config/v3.json"),
        "alt_text": TextLimit(1000, "utf16", 0, "X API: media metadata"),
    },
    "tiktok": {
        "title": TextLimit(90, "utf16", 0, "https://docs.zernio.com/platforms/tiktok: title of photos", "2026-11-21"),
        "caption": TextLimit(4000, "utf16", 80, "https://docs.zernio.com/platforms/tiktok: 4,000 for photos "
                             "(2,200 for videos)", "2026-11-21"),
        "alt_text": TextLimit(1000, "utf16", 0, "taken as Instagram's: no figure was found"),
    },
}  # fmt: skip

HASHTAGS: Final[Mapping[str, Mapping[str, HashtagRange]]] = {
    "full": {
        "instagram": HashtagRange(15, 20, 30, 30),
        "facebook": HashtagRange(0, 2, 2),
        "linkedin": HashtagRange(3, 4, 5),
        "pinterest": HashtagRange(2, 4, 5, 20),
        "x.com": HashtagRange(1, 2, 2),
        "tiktok": HashtagRange(3, 5, 6),
    },
    "few": {"instagram": HashtagRange(3, 5, 5, 30)},
}
"""O4. ``few`` is today's advice for Instagram; the other platforms have one range."""


def limit_of(platform: str, kind: str = "caption") -> TextLimit:
    """The limit of a kind of text. Raises ``KeyError`` where the platform has no such text."""
    return TEXTS[platform][kind]


def hashtag_range(platform: str, preset: str = "full") -> HashtagRange:
    """How many hashtags; an unknown preset is ``full``. Raises ``KeyError`` for an unknown platform."""
    return HASHTAGS.get(preset, {}).get(platform) or HASHTAGS["full"][platform]
