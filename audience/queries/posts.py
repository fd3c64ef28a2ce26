"""Reads about posts: what each of them brought, from the rollup, whatever the number of comments (A6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, IntegerField, OrderBy, QuerySet, Value
from django.db.models.functions import Coalesce

from audience.models import AudiencePost, Post, TrackedAccount
from audience.standing import Usual, marks, usual

YOUNG = timedelta(days=7)
"""A younger post still collects comments, so it is neither part of what is usual nor marked as worst."""
SUMS = ("comments", "people", "new_people", "replies", "owner_comments", "owner_replies")
SORTS = {
    "date": "posted_at",
    "comments": "sum_comments",
    "people": "sum_people",
    "new": "sum_new_people",
    "likes": "likes",
    "half": "sum_half_hours",
}
"""Comments per 1,000 followers come in the order of comments: followers are the same for all posts of an account."""


def posts(account: TrackedAccount) -> QuerySet[Post]:
    """Posts of an account with ``sum_…`` from the rollup. ``comment_count`` has the account's own too."""
    sums = {f"sum_{name}": Coalesce(F(f"sums__{name}"), Value(0), output_field=IntegerField()) for name in SUMS}
    more = {f"sum_{name}": F(f"sums__{name}") for name in ("likes", "first_at", "last_at", "hours", "half_hours")}
    found = Post.objects.filter(account=account).annotate(**sums, **more)
    return found.annotate(comment_count=F("sum_comments") + F("sum_owner_comments"))


def sorted_posts(account: TrackedAccount, sort: str) -> QuerySet[Post]:
    """:func:`posts` in the order of a key of ``SORTS``, with ``-`` before it the largest first; unknown ones last."""
    name = SORTS.get(sort.lstrip("-"), "posted_at")
    order = OrderBy(F(name), descending=sort.startswith("-") or sort.lstrip("-") not in SORTS, nulls_last=True)
    return posts(account).order_by(order, "-posted_at", "id")


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What an account's usual post brings, and which posts stand out (``best``, ``worst``) by their ids."""

    usual: Usual | None
    marks: dict[UUID, str]
    young: frozenset[UUID]


def benchmark(account: TrackedAccount) -> Benchmark:
    """From all posts of the account that had seven days to collect comments, one without any included."""
    found: Any = posts(account)  # its annotations are named at run time
    rows = list(found.values_list("pk", "sum_comments", "posted_at"))
    newest = AudiencePost.objects.filter(account=account).order_by(F("last_at").desc(nulls_last=True)).first()
    young = frozenset(_young(rows, newest.last_at if newest else None))
    grown = [(str(key), comments) for key, comments, _ in rows if key not in young]
    against = usual([comments for _, comments in grown])
    return Benchmark(against, {UUID(key): mark for key, mark in marks(grown, against).items()}, young)


def _young(rows: Sequence[tuple[UUID, int, datetime | None]], newest: datetime | None) -> list[UUID]:
    if newest is None:
        return []
    return [key for key, _, posted_at in rows if posted_at and posted_at > newest - YOUNG]
