"""Which people a filtered report is about, counted by shuffled values (A7)."""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from audience.anonymity import OTHER, SHUFFLED, UNKNOWN, Census
from audience.models import TrackedAccount
from audience.queries import packs
from audience.queries.packs import OWNERS

BITS = 20
MASK = 2**BITS - 1
# The person's secret number, hashed once for each dimension, says whether and by which value its own is replaced: 0
# where it stays, else the place of the new one, counted from 1. One whole number holds those of all dimensions.
MOVED = (
    "CASE WHEN (hashint8extended(p.noise_key, {salt}) & {mask}) < {limit} "
    "THEN (1 + ((hashint8extended(p.noise_key, {salt}) >> {bits}) & {mask}) %% {size}) << {shift} ELSE 0 END"
)
SEEN = (
    "CASE WHEN gender <> '' AND (moved >> {shift}) & {small} > 0 "
    "THEN (%({name})s::text[])[(moved >> {shift}) & {small}] ELSE {name} END AS seen_{name}"
)
SHIFT = 12
# Grouped twice: the first, large grouping is by as little as possible, the second, of groups, by names.
MATCHING = """
SELECT grouping({first}) = 0, {true}, {seen}, sum(people)::bigint, bit_xor(key)
FROM (
    SELECT {true}, {shuffled}, people, key FROM (
        SELECT {columns}, {moved} AS moved, count(*) AS people, bit_xor(p.noise_key) AS key
        FROM audience_commenter AS p
        WHERE p.workspace_id = %(workspace)s AND p.id IN (SELECT commenter_id FROM audience_comment WHERE {where})
        GROUP BY {columns}, moved
    ) AS g
) AS q
GROUP BY GROUPING SETS (({true}), ({seen}))
"""

# A month of a large account has tens of thousands of people to tell apart: in memory, not on disk.
MEMORY = "SELECT set_config('work_mem', '64MB', true)"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: the account's whole audience, or only the people with a comment that matches."""

    start: date | None = None
    end: date | None = None
    post: UUID | None = None
    profile_type: str = ""

    @property
    def of_comments(self) -> bool:
        return bool(self.start or self.end or self.post)

    @property
    def filtered(self) -> bool:
        return self.of_comments or bool(self.profile_type)


def instants(start: date | None, end: date | None) -> tuple[datetime | None, datetime | None]:
    """From the first moment of the first day to the first moment after the last one, in UTC."""
    first = datetime.combine(start, time.min, UTC) if start else None
    after = datetime.combine(end + timedelta(days=1), time.min, UTC) if end else None
    return first, after


def comments_where(
    account: TrackedAccount, start: date | None, end: date | None, post: UUID | None
) -> tuple[str, dict[str, Any]]:
    """SQL for the comments of an account on these days (inclusive, UTC) and on one post."""
    first, after = instants(start, end)
    words = {
        "account_id = %(account)s": account.pk,
        "commented_at >= %(first)s": first,
        "commented_at < %(after)s": after,
        "post_id = %(post)s": post,
    }
    names = ("account", "first", "after", "post")
    values = dict(zip(names, words.values(), strict=True)) | {"workspace": account.workspace_id}
    asked = [word for word, value in words.items() if value is not None]
    return " AND ".join(["workspace_id = %(workspace)s", *asked]), values


def audience_where(
    account: TrackedAccount, start: date | None, end: date | None, post: UUID | None
) -> tuple[str, dict[str, Any]]:
    """The same without the comments of the account itself."""
    where, values = comments_where(account, start, end, post)
    values |= {"username": account.username, "external": account.external_id}
    return f"{where} AND commenter_id NOT IN {OWNERS}", values


def account_key(account: TrackedAccount) -> int:
    """A secret number of the account, for noise that hangs on nobody in particular."""
    digest = hmac.digest(settings.SECRET_KEY.encode(), account.pk.bytes, "sha256")
    return int.from_bytes(digest[:8], "big")


def _statement(axes: Mapping[str, Sequence[str]], where: str) -> str:
    numbers = {"mask": MASK, "small": 2**SHIFT - 1, "bits": BITS, "limit": round(SHUFFLED * 2**BITS)}
    moved, shuffled = [], []
    for place, (name, axis) in enumerate(axes.items()):
        own = numbers | {"name": name, "salt": place + 1, "size": len(axis), "shift": SHIFT * place}
        moved.append(MOVED.format(**own))
        shuffled.append(SEEN.format(**own))
    lists = {"true": axes, "seen": [f"seen_{name}" for name in axes], "columns": [f"p.{name}" for name in axes]}
    texts = {name: ", ".join(parts) for name, parts in {**lists, "shuffled": shuffled}.items()}
    return MATCHING.format(first=next(iter(axes)), where=where, moved=" + ".join(moved), **texts)


def kept(value: str, axis: Sequence[str]) -> str:
    """A value as a report names it: itself, or "other" where the list is open, or "unknown"."""
    return value if value in axis else OTHER if OTHER in axis else UNKNOWN


def matching_people(
    account: TrackedAccount, question: Question, axes: Mapping[str, Sequence[str]]
) -> tuple[Census, int]:
    """The distinct people with a matching comment, the account itself left out: (those classified by value, under the

    key of all; how many there are in all). ``axes`` are the values that each dimension may have.
    """
    found = packs.commenting(account, question.start, question.end, question.post)
    if found:
        census = Census(axes)
        if packs.count_in(census, found, kept):
            return census, len(found.crowd.people)
    return counted_people(account, question, axes)


def counted_people(
    account: TrackedAccount, question: Question, axes: Mapping[str, Sequence[str]]
) -> tuple[Census, int]:
    """:func:`matching_people`, by reading every comment asked about."""
    where, values = audience_where(account, question.start, question.end, question.post)
    values |= {name: list(axis) for name, axis in axes.items()}
    census, everybody, size, lists = Census(axes), 0, len(axes), list(axes.values())
    read = list(axes).index("gender")
    with connection.cursor() as cursor:
        cursor.execute(MEMORY)
        cursor.execute(_statement(axes, where), values)
        for is_true, *found, people, key in cursor.fetchall():
            named = found[:size] if is_true else found[size:]
            everybody += people if is_true else 0
            if named[read]:
                census.add(tuple(map(kept, named, lists)), people, true=is_true)
            census.key ^= key if is_true else 0
    return census, everybody
