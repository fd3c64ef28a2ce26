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

BITS = 2**20
# The person's secret number, hashed once for each dimension, says whether and by what its value is replaced.
SHUFFLE = (
    "CASE WHEN (h_{name} & {mask}) < %({name}_limit)s "
    "THEN (%({name}_values)s::text[])[1 + ((h_{name} >> 20) & {mask}) %% %({name}_size)s] ELSE {name} END"
)
MATCHING = """
SELECT pending, {true}, {seen}, count(*), bit_xor(noise_key) FROM (
    SELECT p.noise_key, p.gender = '' AS pending, {kept}, {hashes}
    FROM (SELECT DISTINCT commenter_id FROM audience_comment WHERE {where}) AS m
    JOIN audience_commenter AS p ON p.id = m.commenter_id AND p.workspace_id = %(workspace)s
    WHERE p.username <> %(username)s AND (p.external_id = '' OR p.external_id <> %(external)s)
) AS q GROUP BY {groups}
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


def _parts(axes: Mapping[str, Sequence[str]]) -> tuple[dict[str, str], dict[str, Any]]:
    kept, hashes, seen = [], [], []
    values: dict[str, Any] = {}
    for place, (name, axis) in enumerate(axes.items()):
        rest = OTHER if OTHER in axis else UNKNOWN
        kept.append(f"CASE WHEN p.{name} = ANY (%({name}_values)s) THEN p.{name} ELSE '{rest}' END AS {name}")
        hashes.append(f"hashint8extended(p.noise_key, {place + 1}) AS h_{name}")
        seen.append(SHUFFLE.format(name=name, mask=BITS - 1))
        values |= {f"{name}_values": list(axis), f"{name}_size": len(axis), f"{name}_limit": int(SHUFFLED * BITS)}
    texts = {"kept": ", ".join(kept), "hashes": ", ".join(hashes), "true": ", ".join(axes), "seen": ", ".join(seen)}
    return texts | {"groups": ", ".join(str(place + 1) for place in range(1 + 2 * len(axes)))}, values


def matching_people(
    account: TrackedAccount, question: Question, axes: Mapping[str, Sequence[str]]
) -> tuple[Census, int, int]:
    """The distinct people with a matching comment, the account itself left out: (those classified, by value; how many

    there are in all; the XOR of the secret numbers of all). ``axes`` are the values that each dimension may have.
    """
    where, values = comments_where(account, question.start, question.end, question.post)
    texts, more = _parts(axes)
    values |= more | {"username": account.username, "external": account.external_id}
    census, everybody, key = Census(axes), 0, 0
    with connection.cursor() as cursor:
        cursor.execute(MATCHING.format(where=where, **texts), values)
        for pending, *found, people, own in cursor:
            everybody, key = everybody + people, key ^ own
            if not pending:
                census.add(found[: len(axes)], found[len(axes) :], people, own)
    return census, everybody, key
