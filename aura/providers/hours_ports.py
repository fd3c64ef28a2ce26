"""When people answer an account: what one feature may ask another, which says at its start that it can tell. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class CommentHours:
    """Comments of an account's audience by hour of the week. ``counts[day][hour]``: Monday first, 7 × 24, in ``zone``.

    Hours with fewer comments than the workspace's k are 0 there; their comments are in ``hidden``. On ``posts`` posts
    over ``days`` days. ``is_own``: the account is known to be the workspace's; it follows ``others`` besides.
    """

    account: str
    counts: tuple[tuple[int, ...], ...]
    hidden: int
    posts: int
    days: int
    zone: str
    is_own: bool
    others: int = 0


TellsHours = Callable[[UUID | None], CommentHours | None]
"""For the id of an account, else for the workspace's own one; None where none can be said to be. Inside its scope."""

_tellers: list[str] = []


def tell_hours(path: str) -> None:
    """Register the dotted path of a :data:`TellsHours`."""
    if path not in _tellers:
        _tellers.append(path)


def hour_tellers() -> tuple[str, ...]:
    """Dotted paths of all who can tell."""
    return tuple(_tellers)
