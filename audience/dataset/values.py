"""Single values of a dataset, cleaned: whatever comes in, the result fits its column or is unknown."""

import re
from datetime import UTC, datetime
from typing import Any

BIGINT = 2**63 - 1
MAX_ID = 40
MAX_USERNAME = 30
MAX_URL = 2000
FIRST_DATE = datetime(2010, 1, 1, tzinfo=UTC)
LAST_DATE = datetime(2100, 1, 1, tzinfo=UTC)
MILLISECONDS_FROM = 10**11
DAMAGED_ID = re.compile(r"\d([.,]\d+)?[eE]\+?\d+")
POST_ADDRESS = re.compile(r"instagram\.com/(?:([A-Za-z0-9._]{1,30})/)?(?:p|reel|reels|tv)/([A-Za-z0-9_-]{1,40})")
PROFILE_ADDRESS = re.compile(r"instagram\.com/([A-Za-z0-9._]{1,30})(?:/(?:reels/?|tagged/?)?)?(?:[?#].*)?$")
COMMENT_ADDRESS = re.compile(r"/c/(\d{1,40})(?:/r/(\d{1,40}))?")
NOT_PROFILES = {"p", "reel", "reels", "tv", "explore", "stories", "accounts"}
TRUE, FALSE = {"true", "1", "yes"}, {"false", "0", "no"}


def text(value: Any, most: int) -> str:
    """A string of at most ``most`` characters without NUL and broken surrogates; "" for anything else."""
    if type(value) is not str:
        return str(value)[:most] if type(value) is int else ""
    found: str = value[:most] if len(value) > most else value
    if "\0" in found:
        found = found.replace("\0", "")
    return found if found.isascii() else found.encode("utf-8", "ignore").decode()


def identifier(value: Any) -> str:
    """An Instagram id as a string; "" for what is none, such as one that a spreadsheet turned into 1.8E+16."""
    if type(value) is str:
        if value.isdecimal() and value.isascii() and len(value) <= MAX_ID:
            return value
        value = value.replace("\0", "").strip()
        return value if value.isascii() and 0 < len(value) <= MAX_ID and not DAMAGED_ID.fullmatch(value) else ""
    if type(value) is int and value > 0:
        return str(value) if value <= BIGINT * 2 else ""
    if type(value) is float and value.is_integer() and 0 < value < 2**53:
        return str(int(value))
    return ""


def username(value: Any) -> str:
    """A user name in lower case without @; "" for what cannot be one."""
    if type(value) is not str:
        return ""
    name = value.strip().lstrip("@").lower()
    return name if 0 < len(name) <= MAX_USERNAME and " " not in name and name.isprintable() else ""


def count(value: Any) -> int | None:
    """A number of likes, replies, followers…; None for -1 (hidden) and what is no number or beyond 64 bits."""
    if type(value) is str:
        value = int(value) if value.isascii() and value.isdigit() and len(value) < 20 else None
    elif type(value) is float:
        value = int(value) if value.is_integer() else None
    return value if type(value) is int and 0 <= value <= BIGINT else None


def flag(value: Any) -> bool | None:
    """True, false or unknown, also from the words of a CSV file."""
    if value is None or value is True or value is False:
        return value
    word = str(value).strip().lower()
    return True if word in TRUE else False if word in FALSE else None


def moment(value: Any) -> datetime | None:
    """An aware UTC time from ISO 8601 or epoch seconds or milliseconds; None outside the years 2010 to 2099."""
    try:
        if type(value) is str:
            if value.isascii() and value.isdigit():
                return moment(int(value))
            found = datetime.fromisoformat(value.strip())
            if found.tzinfo is not UTC:
                found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        elif type(value) in {int, float}:
            found = datetime.fromtimestamp(value / 1000 if value >= MILLISECONDS_FROM else value, tz=UTC)
        else:
            return None
    except (ValueError, OverflowError, OSError):
        return None
    return found if FIRST_DATE <= found < LAST_DATE else None


def link(value: Any, most: int = MAX_URL) -> str:
    """A web address that fits; "" otherwise, because a cut address leads nowhere."""
    if type(value) is not str or not value.startswith(("https://", "http://")) or len(value) > most:
        return ""
    return text(value, most)


def post_address(value: Any) -> tuple[str, str]:
    """(short code, user name) of a post's address; the name is "" where the address has none, both for no address."""
    if type(value) is not str:
        return "", ""
    match = POST_ADDRESS.search(value[:MAX_URL])
    return (match[2], (match[1] or "").lower()) if match else ("", "")


def profile_address(value: Any) -> str:
    """The user name of a profile's address, or ""."""
    if type(value) is not str:
        return ""
    match = PROFILE_ADDRESS.search(value[:MAX_URL].strip())
    return match[1].lower() if match and match[1].lower() not in NOT_PROFILES else ""


def comment_address(value: Any) -> str:
    """The comment's id in an address such as …/p/ABC/c/123, the reply's in …/c/123/r/456, or ""."""
    match = COMMENT_ADDRESS.search(value[:MAX_URL]) if type(value) is str else None
    return (match[2] or match[1]) if match else ""


def parent_address(value: Any) -> str:
    """The id of the comment that the reply at …/p/ABC/c/123/r/456 answers (123), or ""."""
    match = COMMENT_ADDRESS.search(value[:MAX_URL]) if type(value) is str else None
    return match[1] if match and match[2] else ""
