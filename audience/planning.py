"""What a run fetches, and in which pieces. Pure: numbers about posts in, orders out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

MARGIN = 1.2
SPARE = 5
"""More is asked for than seems to be missing: some were deleted, and some came since the posts were counted."""
MOST_TARGETS = 20
MOST_ITEMS = 5_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """A post whose comments are to be fetched: ``need`` of them, newest first."""

    target: str
    need: int


@dataclass(frozen=True, slots=True)
class Piece:
    """One order of comments; ``limit`` holds for each target."""

    targets: tuple[str, ...]
    limit: int

    @property
    def items(self) -> int:
        """The most comments that may come."""
        return self.limit * len(self.targets)


def missing(reported: int | None, fetched: int | None, limit: int) -> int:
    """How many comments of a post to ask for, at most ``limit``; 0 where nothing came since they were last fetched.

    ``reported`` is what Instagram counts now (None: unknown), ``fetched`` what it counted then (None: never fetched).
    """
    if reported == 0 or limit <= 0:
        return 0
    if fetched is None or reported is None:
        return limit if reported is None else min(limit, round(reported * MARGIN) + SPARE)
    grown = reported - fetched
    return min(limit, round(grown * MARGIN) + SPARE) if grown > 0 else 0


def pieces(posts: Iterable[Wanted], *, most_targets: int = MOST_TARGETS, most_items: int = MOST_ITEMS) -> list[Piece]:
    """Orders that together bring what every post needs, none larger than allowed.

    Posts of like need go together, since an order has one limit for all its targets: little more is paid than needed.
    """
    wanted = sorted((one for one in posts if one.need > 0), key=lambda one: (-one.need, one.target))
    found: list[Piece] = []
    group: list[str] = []
    limit = 0
    for one in wanted:
        if group and (len(group) == most_targets or limit * (len(group) + 1) > most_items or one.need * 2 < limit):
            found.append(Piece(tuple(group), limit))
            group = []
        if not group:
            limit = one.need
        group.append(one.target)
    return [*found, Piece(tuple(group), limit)] if group else found


def newer_than(today: date, refresh_days: int, *, first: bool) -> date | None:
    """From which day on posts are looked at: all in the first run, then those that may still get comments."""
    return None if first else today - timedelta(days=refresh_days)


def total(orders: Sequence[Piece]) -> int:
    """The most comments that these orders may bring."""
    return sum(order.items for order in orders)
