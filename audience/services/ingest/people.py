"""Stores the people of a batch. A person is one row: found by id, else by the name of a row that has no id yet.

What is unknown never replaces what is known. Within one file the first batch that tells something is believed, so that
a file which names a person differently here and there gives the same rows however often it is read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from audience.dataset import Person
from audience.models import TrackedAccount
from audience.services.ingest.batches import Authors, Batch
from audience.services.ingest.seen import keys_of_rows
from audience.services.ingest.tally import Tally
from audience.services.rollups import Changes
from aura.tenancy.ids import uuid7

MATCH = """
SELECT coalesce(
  (SELECT c.id FROM audience_commenter c WHERE c.workspace_id = %(workspace)s AND c.external_id = s.external_id
    AND c.external_id <> ''),
  (SELECT c.id FROM audience_commenter c WHERE c.workspace_id = %(workspace)s AND c.username = s.username
    AND s.username <> '' AND (s.external_id = '' OR (s.adopt AND c.external_id = ''))
    ORDER BY c.external_id <> '', c.updated_at DESC, c.id LIMIT 1))
FROM unnest(%(ids)s::text[], %(names)s::text[], %(adopt)s::bool[]) WITH ORDINALITY
  AS s(external_id, username, adopt, n)
ORDER BY s.n
"""
STORED_AUTHORS = """
SELECT c.external_id, c.commenter_id FROM audience_comment c
WHERE c.workspace_id = %s AND c.account_id = %s AND c.external_id = ANY(%s)
"""
CHANGED_SINCE = "SELECT id FROM audience_commenter WHERE workspace_id = %s AND id = ANY(%s) AND updated_at >= %s"
STAGE = """
DROP TABLE IF EXISTS stage_person;
CREATE TEMP TABLE stage_person (
  row_id uuid, is_new bool, seen bool, external_id text, username text, full_name text, biography text,
  picture_url text, is_verified bool, is_private bool, is_business bool, followers bigint, following bigint,
  posts_count bigint
) ON COMMIT DROP
"""
COPY = "COPY stage_person FROM STDIN"


def _text(name: str) -> str:
    return f"CASE WHEN s.{name} <> '' AND (c.{name} = '' OR NOT s.seen) THEN s.{name} ELSE c.{name} END"


def _known(name: str) -> str:
    return f"CASE WHEN s.{name} IS NOT NULL AND (c.{name} IS NULL OR NOT s.seen) THEN s.{name} ELSE c.{name} END"


# A picture's address is signed anew with every scrape: only another path is another picture. A fresh signature helps
# where the picture could not be fetched yet.
PATH = "substring({}.picture_url from '^https?://[^/?#]*([^?#]*)')"
PICTURE = f"""CASE WHEN s.picture_url = '' OR s.picture_url = c.picture_url OR (s.seen AND c.picture_url <> '')
  THEN c.picture_url
  WHEN c.picture_state IN ('', 'expired', 'failed')
    OR {PATH.format("c")} IS DISTINCT FROM {PATH.format("s")} THEN s.picture_url
  ELSE c.picture_url END"""
VALUES = {
    "external_id": "CASE WHEN c.external_id = '' THEN s.external_id ELSE c.external_id END",
    "username": "CASE WHEN s.username <> '' AND (c.username = '' OR (s.external_id <> '' AND NOT s.seen)) "
    "THEN s.username ELSE c.username END",
    "full_name": _text("full_name"),
    "biography": _text("biography"),
    "picture_url": PICTURE,
} | {
    name: _known(name) for name in ("is_verified", "is_private", "is_business", "followers", "following", "posts_count")
}
COLUMNS = ", ".join(VALUES)
INSERT = f"""
INSERT INTO audience_commenter (id, workspace_id, picture_state, {COLUMNS})
SELECT row_id, %s, '', {COLUMNS} FROM stage_person WHERE is_new
"""  # noqa: S608  made of the constants above
# Each row is looked up by its key and only changed ones go on, to an upsert that plans nothing: see comments.KNOWN.
UPDATE = f"""
INSERT INTO audience_commenter (id, workspace_id, updated_at, picture_state, {COLUMNS})
SELECT c.id, c.workspace_id, clock_timestamp(),
  CASE WHEN {PICTURE} <> c.picture_url THEN '' ELSE c.picture_state END, {", ".join(VALUES.values())}
FROM stage_person s CROSS JOIN LATERAL (
  SELECT * FROM audience_commenter c WHERE c.workspace_id = %s AND c.id = s.row_id OFFSET 0) c
WHERE NOT s.is_new AND ({" OR ".join(f"c.{name} IS DISTINCT FROM {value}" for name, value in VALUES.items())})
ON CONFLICT (id) DO UPDATE SET updated_at = excluded.updated_at, picture_state = excluded.picture_state,
  {", ".join(f"{name} = excluded.{name}" for name in VALUES)}
RETURNING id
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Match:
    """Rows of a batch's people by the key of :class:`Authors`; ``new`` are the rows that do not exist yet."""

    rows: dict[str, UUID]
    new: list[UUID]


def match_people(cursor: Any, account: TrackedAccount, batch: Batch, authors: Authors) -> Match:
    """Find everybody's row, and choose ids for those who have none."""
    people = [author.person for author in authors.found.values()]
    parameters = {
        "workspace": account.workspace_id,
        "ids": [person.external_id for person in people],
        "names": [person.username for person in people],
        "adopt": [authors.may_adopt(key) for key in authors.found],
    }
    cursor.execute(MATCH, parameters)
    found: dict[str, UUID | None] = {key: row for key, (row,) in zip(authors.found, cursor.fetchall(), strict=True)}
    lost = [key for key, row in found.items() if row is None and key.startswith("@")]
    if lost:
        found |= _authors_of_stored(cursor, account, batch, set(lost))
    rows, new = {}, []
    for key, row in found.items():
        if row is None and authors.found[key].commented:
            row = uuid7()
            new.append(row)
        if row is not None:
            rows[key] = row
    return Match(rows, new)


def _authors_of_stored(cursor: Any, account: TrackedAccount, batch: Batch, names: set[str]) -> dict[str, UUID | None]:
    """People known by a name that nobody has any more: their comment may be stored, and tells who they are."""
    comments = {
        comment.id: f"@{comment.person.username}"
        for comment in batch.comments.values()
        if not comment.person.external_id and f"@{comment.person.username}" in names
    }
    cursor.execute(STORED_AUTHORS, [account.workspace_id, account.pk, list(comments)])
    return {comments[comment]: row for comment, row in cursor.fetchall()}


def store_people(
    cursor: Any, account: TrackedAccount, batch: Batch, authors: Authors, tally: Tally, changes: Changes | None = None
) -> tuple[dict[str, UUID], bool]:
    """Insert and update the people of a batch; returns their rows by key and whether anything changed.

    Whose profile changed is noted in ``changes``.
    """
    match = match_people(cursor, account, batch, authors)
    rows = list(dict.fromkeys(match.rows.values()))
    seen = dict(zip(rows, tally.seen_people.has(keys_of_rows(rows)).tolist(), strict=True))
    new = set(match.new)
    cursor.execute(STAGE)
    with cursor.copy(COPY) as copy:
        # Two names of a batch can lead to one row; the first, which has the id, speaks for it.
        for row, key in {row: key for key, row in reversed(match.rows.items())}.items():
            copy.write_row(_row(authors.found[key].person, row, row in new, seen[row]))
    updated: Sequence[UUID] = ()
    if new:
        cursor.execute(INSERT, [account.workspace_id])
    if len(new) < len(rows):
        cursor.execute(UPDATE, [account.workspace_id])
        updated = [row for (row,) in cursor.fetchall()]
    tally.add_people(rows, match.new, updated)
    if changes is not None:
        changes.people += updated
    return match.rows, bool(new or updated)


def _row(person: Person, row: UUID, is_new: bool, seen: bool) -> tuple[Any, ...]:
    return (
        row,
        is_new,
        seen,
        person.external_id,
        person.username,
        person.full_name,
        person.biography,
        person.picture_url,
        person.is_verified,
        person.is_private,
        person.is_business,
        person.followers,
        person.following,
        person.posts_count,
    )


def changed_since(cursor: Any, account: TrackedAccount, rows: Sequence[UUID], moment: Any) -> list[UUID]:
    """Those of the rows that were made or changed since a moment."""
    cursor.execute(CHANGED_SINCE, [account.workspace_id, list(rows), moment])
    return [row for (row,) in cursor.fetchall()]
