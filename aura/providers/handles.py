"""User names of the platforms: their forms, and the addresses of profiles. Pure; nothing says that one exists."""

import re
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import unquote, urlsplit

FORMS: Final[Mapping[str, re.Pattern[str]]] = {
    "instagram": re.compile(r"(?!.*\.\.)[a-z0-9_](?:[a-z0-9_.]{0,28}[a-z0-9_])?"),
    "facebook": re.compile(r"(?!.*\.\.)[a-z0-9](?:[a-z0-9.]{3,48}[a-z0-9])"),
    "linkedin": re.compile(r"(?:company|in|school|showcase)/[a-z0-9](?:[a-z0-9-]{1,98}[a-z0-9])"),
    "pinterest": re.compile(r"[a-z0-9_]{3,30}"),
    "x.com": re.compile(r"[a-z0-9_]{1,15}"),
    "tiktok": re.compile(r"(?!.*\.\.)[a-z0-9_](?:[a-z0-9_.]{0,22}[a-z0-9_])"),
}
PLATFORMS: Final = tuple(FORMS)
HOSTS: Final[Mapping[str, str]] = {
    "instagram.com": "instagram", "facebook.com": "facebook", "fb.com": "facebook", "linkedin.com": "linkedin",
    "pinterest.com": "pinterest", "x.com": "x.com", "twitter.com": "x.com", "tiktok.com": "tiktok",
}  # fmt: skip
BEFORE: Final = {"www", "m", "mobile", "de", "es", "fr", "it", "uk", "br", "in", "at", "ch"}
_RESERVED: Final = """
    about accounts ads api app business careers channel developers direct discover download events explore gaming
    groups hashtag help home i ideas intent jobs learning legal live login marketplace messages music notifications
    p pages people photo photos pin places posts press privacy profile public reel reels search settings share shop
    signup status stories tag tags terms today topics trending tv upload video videos watch username yourname
    example user undefined null none handle
"""
RESERVED: Final = frozenset(_RESERVED.split())
PLACES: Final[Mapping[str, str]] = {
    "instagram": "https://www.instagram.com/{}/", "facebook": "https://www.facebook.com/{}",
    "linkedin": "https://www.linkedin.com/{}/", "pinterest": "https://www.pinterest.com/{}/", "x.com": "https://x.com/{}",
    "tiktok": "https://www.tiktok.com/@{}",
}  # fmt: skip
ADDRESS: Final = re.compile(r"(?:https?://)?(?:[a-z0-9-]+\.)*[a-z0-9-]+\.com/[^\s|<>\"')\]]+", re.IGNORECASE)
TAIL: Final = ".,;:!?*`…"


def username(platform: str, said: str) -> str | None:
    """The name in lower case without "@", None where it cannot be one. LinkedIn's holds its kind: company/name."""
    form = FORMS.get(platform)
    name = said.strip().strip("`*_ " if platform == "linkedin" else "`* ").lstrip("@").lower()
    if form is None or not form.fullmatch(name) or name in RESERVED:
        return None
    return name if any(char.isalnum() for char in name) else None


def address(platform: str, name: str) -> str:
    """Where the profile is, for a name from :func:`username`."""
    return PLACES[platform].format(name)


def from_address(said: str) -> tuple[str, str] | None:
    """Platform and user name of the address of a profile, None for any other address (posts, searches, other hosts)."""
    try:
        parts = urlsplit(said if "://" in said else f"https://{said}")
        host = (parts.hostname or "").lower()
    except ValueError:
        return None
    first, _, rest = host.partition(".")
    platform = HOSTS.get(host) or (HOSTS.get(rest) if first in BEFORE else None)
    steps = [step for step in unquote(parts.path).split("/") if step]
    if platform is None or not steps:
        return None
    if platform == "linkedin":
        name = username(platform, "/".join(steps[:2]))
        return (platform, name) if name and len(steps) == 2 else None
    if len(steps) > 1 or (platform == "tiktok" and not steps[0].startswith("@")):
        return None
    name = username(platform, steps[0])
    return (platform, name) if name else None


def addresses_in(text: str) -> Iterator[tuple[str, str]]:
    """Platform and name of every profile whose address stands in a text."""
    for match in ADDRESS.finditer(text):
        found = from_address(match[0].rstrip(TAIL))
        if found is not None:
            yield found
