"""Addresses of Instagram posts in every form in which people copy them. Pure: nothing is asked of the network.

A short code is a media id in base64url, without leading zeros. Codes of private posts have 28 more characters, which
are no part of the id. Case matters everywhere but in the host.
"""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from aura.providers.post_ports import PostRef

SITE: Final = "https://www.instagram.com"
HOSTS: Final = frozenset({"instagram.com", "www.instagram.com", "m.instagram.com", "instagr.am", "www.instagr.am"})
MAX_TEXT: Final = 4000
KINDS: Final = frozenset({"p", "reel", "reels", "tv"})
LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
CODE: Final = re.compile(r"[A-Za-z0-9_-]{5,64}")
TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{4,120}")
# Public codes have 11 characters and private ones 39, so that a number of this length is no code.
NUMBER: Final = re.compile(r"([0-9]{15,20})(?:_[0-9]{1,20})?")
LARGEST_ID: Final = 2**64 - 1
USER: Final = re.compile(r"@?[A-Za-z0-9._]{1,30}")
# What stands between words and addresses, also in Markdown and HTML.
BETWEEN: Final = re.compile(r"[\s<>\"'`(){}\[\]|\u200b-\u200f\u2028-\u202e\u2060\ufeff]+")
AFTER: Final = ".,;:!?…»”’*"
STRANGE: Final = re.compile(r"[\x00-\x20\x7f\\]")
SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
# First parts of paths that are no user names.
PLACES: Final = frozenset(
    {"about", "api", "ar", "challenge", "developer", "direct", "directory", "download", "emails", "embed.js", "graphql"}
    | {"guide", "help", "legal", "lite", "locations", "nametag", "oauth", "press", "privacy", "session", "terms", "web"}
)
SHOWN: Final = f"{SITE}/p/…"


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a text is no address of a post: a stable ``code`` and words for people. ``address`` is a share link's."""

    code: str
    message: str
    address: str = ""


MESSAGES: Final = {
    "no_address": f"Paste the address of an Instagram post, such as {SHOWN}",
    "address_too_long": f"This text is too long. Paste only the address of the post, such as {SHOWN}",
    "not_instagram": f"This is no address of Instagram. The address of a post begins with {SITE}/p/ or /reel/.",
    "no_post": f"This address of Instagram leads to no post. Open the post and copy its address, such as {SHOWN}",
    "story": "Stories and highlights disappear and cannot be fetched. Use a post or a reel, or upload the picture.",
    "profile": "This is the address of a profile. Open one of its posts and copy the address of that.",
    "explore": "This is a page of Instagram's search. Open one of the posts on it and copy the address of that.",
    "share_link": "This is a share link, which does not name the post. Open it and copy the long address from there.",
}
# What to say where a text holds several addresses and none is a post: the most telling.
TELLING: Final = ("share_link", "story", "profile", "explore", "no_post", "not_instagram", "no_address")


def read_address(text: str) -> PostRef | Refused:
    """The first post whose address stands in a text, with the canonical address. Never raises.

    Codes of a :class:`Refused`: ``no_address``, ``address_too_long``, ``not_instagram``, ``no_post``, ``story``,
    ``profile``, ``explore``, and ``share_link``, which only Instagram itself can resolve.
    """
    if len(text) > MAX_TEXT:
        return _refused("address_too_long")
    best = _refused("no_address")
    for word in BETWEEN.split(text):
        found = _read_word(word.rstrip(AFTER))
        if isinstance(found, PostRef):
            return found
        if TELLING.index(found.code) < TELLING.index(best.code):
            best = found
    return best


def code_of_id(number: int) -> str:
    """The short code of a media id: 0 < ``number`` < 2**64."""
    code = ""
    while number:
        number, place = divmod(number, 64)
        code = LETTERS[place] + code
    return code.rjust(5, "A")


def id_of_code(code: str) -> int:
    """The media id in a short code; of a private post's code only the first 11 characters count."""
    number = 0
    for letter in code[:11]:
        number = number * 64 + LETTERS.index(letter)
    return number


def post_of_code(code: str) -> PostRef:
    """The post with this short code."""
    return PostRef(code, f"{SITE}/p/{code}/")


def _refused(code: str, address: str = "") -> Refused:
    return Refused(code, MESSAGES[code], address)


def _read_word(word: str) -> PostRef | Refused:
    """One word of a text. Whatever is no address at all is ``no_address``."""
    if re.match(r"https?%3a%2f%2f", word, re.IGNORECASE):
        word = unquote(word)
    looks_so = SCHEME.match(word) or word.startswith("//") or "." in word.split("/")[0]
    if not word or not looks_so:
        return _refused("no_address")
    try:
        parts = _split(word)
        host = (parts.hostname or "").removesuffix(".")
        port = parts.port
    except ValueError:
        return _refused("not_instagram")
    strange = STRANGE.search(unquote(parts.netloc)) or "@" in parts.netloc or "%" in parts.netloc
    if strange or host not in HOSTS or parts.scheme.lower() not in ("http", "https") or port not in (None, 80, 443):
        return _refused("not_instagram" if "/" in word or host in HOSTS else "no_address")
    if "\\" in word:
        return _refused("not_instagram")
    return _read_path(parts.path, parts.query)


def _split(word: str) -> SplitResult:
    if word.startswith("//"):
        return urlsplit("https:" + word)
    return urlsplit(word if SCHEME.match(word) else "https://" + word)


def _read_path(path: str, query: str = "") -> PostRef | Refused:
    steps = [step for step in unquote(path).split("/") if step]
    first = steps[0].lower() if steps else ""
    if first in ("stories", "s"):
        return _refused("story")
    if first == "explore":
        return _refused("explore")
    if first == "share":
        return _share(steps[1:])
    if first == "accounts":
        return _behind_login(steps, query)
    if first in KINDS:
        return _post(first, steps[1:])
    if first in PLACES or not steps or not USER.fullmatch(steps[0]):
        return _refused("no_post")
    if len(steps) > 2 and steps[1].lower() in KINDS:
        return _post(steps[1].lower(), steps[2:])
    return _refused("profile")


def _post(kind: str, steps: list[str]) -> PostRef | Refused:
    """What stands behind ``/p/``, ``/reel/`` …; whatever follows the code, such as ``/c/…`` or ``/embed/``, is left."""
    said = steps[0].strip() if steps else ""
    if kind in ("reel", "reels") and said == "audio":
        return _refused("no_post")
    number = NUMBER.fullmatch(said)
    if number:
        media = int(number[1])
        return post_of_code(code_of_id(media)) if 0 < media <= LARGEST_ID else _refused("no_post")
    return post_of_code(said) if CODE.fullmatch(said) else _refused("no_post")


def _share(steps: list[str]) -> Refused:
    kind, token = ("", steps[0]) if len(steps) == 1 else (steps[0].lower(), steps[1]) if len(steps) > 1 else ("", "")
    if not TOKEN.fullmatch(token) or (kind and kind not in KINDS):
        return _refused("no_post")
    return _refused("share_link", f"{SITE}/share/{kind}/{token}/" if kind else f"{SITE}/share/{token}/")


def _behind_login(steps: list[str], query: str) -> PostRef | Refused:
    """The login page that stands before a post names it in ``next``."""
    if len(steps) < 2 or steps[1].lower() != "login":
        return _refused("no_post")
    try:
        there = parse_qs(query, max_num_fields=20).get("next", [""])[0]
        parts = urlsplit(there)
    except ValueError:
        return _refused("no_post")
    if (parts.netloc and (parts.hostname or "") not in HOSTS) or parts.path.lower().startswith("/accounts"):
        return _refused("no_post")
    return _read_path(parts.path)
