"""Instagram user names as people type them."""

import re

USERNAME = re.compile(r"[a-z0-9._]{1,30}")
LINK = re.compile(r"^(https?://)?(www\.|m\.)?instagram\.com/")


class UsernameRefused(ValueError):
    """Not an Instagram user name."""


def clean_username(value: str) -> str:
    """``@North.Roast`` or a profile link → ``north.roast``. Raises :class:`UsernameRefused`."""
    name = LINK.sub("", value.strip().lower()).split("/")[0].split("?")[0].removeprefix("@")
    if not USERNAME.fullmatch(name):
        raise UsernameRefused("An Instagram user name has up to 30 letters, digits, dots and underscores.")
    return name
