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

BITS = 20
# The person's secret number, hashed once for each dimension, says whether and by which value its own is replaced:
# 0 where it stays, else the place of the new one, counted from 1. Four such numbers make one whole number.
MOVED = (
    "CASE WHEN (hashint8extended(p.noise_key, {salt}) & {mask}) < {limit} "
    "THEN (1 + ((hashint8extended(p.noise_key, {salt}) >> {bits}) & {mask}) % {size}) << {shift} ELSE 0 END"
)
PLACES = 12
MATCHING = """
SELECT {names}, {moved}, count(*), bit_xor(p.noise_key)
FROM (SELECT DISTINCT commenter_id FROM audience_comment WHERE {where}) AS m
JOIN audience_commenter AS p ON p.id = m.commenter_id AND p.workspace_id = %(workspace)s
WHERE p.username <> %(username)s AND (p.external_id = '' OR p.external_id <> %(external)s)
GROUP BY {groups}
"""


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


def account_key(account: TrackedAccount) -> int:
    """A secret number of the account, for noise that hangs on nobody in particular."""
    digest = hmac.digest(settings.SECRET_KEY.encode(), account.pk.bytes, "sha256")
    return int.from_bytes(digest[:8], "big")


def _moved(axes: Mapping[str, Sequence[str]]) -> str:
    limit, mask = int(SHUFFLED * 2**BITS), 2**BITS - 1
    parts = [
        MOVED.format(salt=place + 1, mask=mask, bits=BITS, limit=limit, size=len(axis), shift=PLACES * place)
        for place, axis in enumerate(axes.values())
    ]
    return " + ".join(parts).replace("%", "%%")


def _seen(true: Sequence[str], moved: int, axes: Sequence[Sequence[str]]) -> tuple[str, ...]:
    places = [(moved >> PLACES * place) & (2**PLACES - 1) for place in range(len(axes))]
    return tuple(axis[place - 1] if place else own for own, place, axis in zip(true, places, axes, strict=True))


def kept(value: str, axis: Sequence[str]) -> str:
    """A value as a report names it: itself, or "other" where the list is open, or "unknown"."""
    return value if value in axis else OTHER if OTHER in axis else UNKNOWN


def matching_people(
    account: TrackedAccount, question: Question, axes: Mapping[str, Sequence[str]]
) -> tuple[Census, int, int]:
    """The distinct people with a matching comment, the account itself left out: (those classified, by value; how many

    there are in all; the XOR of the secret numbers of all). ``axes`` are the values that each dimension may have.
    """
    where, values = comments_where(account, question.start, question.end, question.post)
    values |= {"username": account.username, "external": account.external_id}
    names, groups = ", ".join(f"p.{name}" for name in axes), ", ".join(str(n + 1) for n in range(len(axes) + 1))
    statement = MATCHING.format(names=names, moved=_moved(axes), where=where, groups=groups)
    census, everybody, key, lists = Census(axes), 0, 0, list(axes.values())
    read = list(axes).index("gender")
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        for *found, moved, people, own in cursor.fetchall():
            everybody, key = everybody + people, key ^ own
            if found[read]:
                true = tuple(map(kept, found, lists))
                census.add(true, _seen(true, moved, lists), people, own)
    return census, everybody, key
