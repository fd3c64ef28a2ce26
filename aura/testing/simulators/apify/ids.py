"""Ids as Apify makes them: seventeen letters and digits."""

import secrets

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"


def new_id() -> str:
    """A new one."""
    return "".join(secrets.choice(LETTERS) for _ in range(17))
