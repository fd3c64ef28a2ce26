"""Rows for tests, with defaults for everything: a test names only what it is about. Call inside a workspace scope."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from typing import Any
from uuid import UUID

from django.db import transaction

from audience.models import Classification, Comment, Commenter, Post, TrackedAccount
from aura.tenancy.scope import current_workspace_id

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
_number = count(1)


def account(username: str = "", **fields: Any) -> TrackedAccount:
    """A tracked account."""
    number = next(_number)
    fields.setdefault("external_id", str(900_000 + number))
    return TrackedAccount.objects.create(
        workspace_id=current_workspace_id(), username=username or f"roast.{number}", **fields
    )


def post(of: TrackedAccount | None = None, **fields: Any) -> Post:
    """A post, of a new account unless one is given."""
    number = next(_number)
    fields.setdefault("shortcode", f"P{number:010d}")
    fields.setdefault("posted_at", NOON)
    return Post.objects.create(workspace_id=current_workspace_id(), account=of or account(), **fields)


def _person(classified: bool, fields: dict[str, Any]) -> Commenter:
    number = next(_number)
    values: dict[str, Any] = {"external_id": str(100_000 + number), "username": f"person{number}"}
    values |= {"noise_key": Random(number).getrandbits(64) - 2**63}
    if classified:
        values |= {"gender": "woman", "age": "25-34", "profile_type": "person", "language": "en"}
        values |= {"classified_at": NOON}
    return Commenter(workspace_id=current_workspace_id(), **(values | fields))


def commenter(*, classified: bool = True, **fields: Any) -> Commenter:
    """A person: a woman of 25-34 writing English unless told otherwise; ``classified=False`` for one not read yet."""
    return commenters(1, classified=classified, **fields)[0]


def commenters(how_many: int, *, classified: bool = True, **fields: Any) -> list[Commenter]:
    """Several people alike, in one statement."""
    return save_people([_person(classified, fields) for _ in range(how_many)])


def save_people(people: Sequence[Commenter]) -> list[Commenter]:
    """Store people built by hand, and read back what the database fills in."""
    with transaction.atomic():
        Commenter.objects.bulk_create(people)
    found = Commenter.objects.in_bulk([person.pk for person in people])
    return [found[person.pk] for person in people]


def comment(on: Post | None = None, by: Commenter | None = None, **fields: Any) -> Comment:
    """A comment at noon of 2 March 2026 on a new post by a new person unless told otherwise."""
    return comments(on or post(), [by or commenter()], **fields)[0]


def comments(
    on: Post, by: Iterable[Commenter], *, at: datetime = NOON, every: timedelta = timedelta(0), **fields: Any
) -> list[Comment]:
    """One comment of each of these people on one post, ``every`` so long after the one before."""
    values: dict[str, Any] = {"text": "Lovely", "likes": 1} | fields
    rows = [
        Comment(
            workspace_id=current_workspace_id(),
            account_id=on.account_id,
            post=on,
            commenter=person,
            external_id=str(next(_number)),
            **({"commented_at": at + place * every} | values),
        )
        for place, person in enumerate(by)
    ]
    return Comment.objects.bulk_create(rows)


def classification(of: Commenter, **fields: Any) -> Classification:
    """The current classification of a person, saying what the person's row says."""
    values: dict[str, Any] = {"model": "local", "model_version": "1", "evidence_hash": f"{next(_number):064x}"}
    for name in ("gender", "age", "profile_type", "language"):
        values |= {name: getattr(of, name) or "unknown", f"{name}_confidence": 0.9}
    return Classification.objects.create(workspace_id=current_workspace_id(), commenter=of, **(values | fields))


def audience(of: TrackedAccount, groups: Iterable[tuple[int, dict[str, Any]]], *, at: datetime = NOON) -> list[UUID]:
    """People in groups (how many, what they are), each with one comment on a new post of the account."""
    people = [_person(fields.get("gender") != "", fields) for size, fields in groups for _ in range(size)]
    people = save_people(people)
    comments(post(of), people, at=at)
    return [person.pk for person in people]
