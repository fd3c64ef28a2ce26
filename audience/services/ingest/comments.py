"""Stores the comments of a batch and ties replies to what they answer."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from audience.dataset import CommentItem
from audience.models import TrackedAccount
from audience.services.ingest.batches import Authors
from audience.services.ingest.tally import Tally
from audience.services.rollups import IS_LONG, Changes
from aura.tenancy.ids import uuid7

# A subquery in the list of columns is looked up row by row. A join is not safe here: while a table grows by millions
# the planner's figures are old, and it may read the whole table, or pair all with all, for a batch of 5,000.
KNOWN = """
SELECT s.external_id, (SELECT c.id FROM audience_comment c WHERE c.workspace_id = %s AND c.account_id = %s
  AND c.external_id = s.external_id) FROM unnest(%s::text[]) AS s(external_id)
"""
STAGE = """
DROP TABLE IF EXISTS stage_comment;
CREATE TEMP TABLE stage_comment (
  row_id uuid, is_new bool, external_id text, post_id uuid, commenter_id uuid, by_id bool, parent_id uuid,
  parent_external_id text, text text, gif_url text, likes bigint, replies_count bigint, commented_at timestamptz
) ON COMMIT DROP
"""
COPY = "COPY stage_comment FROM STDIN"
VALUES = {
    "post_id": "s.post_id",
    "commenter_id": "CASE WHEN s.by_id THEN s.commenter_id ELSE c.commenter_id END",
    "parent_id": "coalesce(s.parent_id, c.parent_id)",
    "parent_external_id": "coalesce(nullif(s.parent_external_id, ''), c.parent_external_id)",
    "text": "coalesce(nullif(s.text, ''), c.text)",
    "gif_url": "coalesce(nullif(s.gif_url, ''), c.gif_url)",
    "likes": "coalesce(s.likes, c.likes)",
    "replies_count": "coalesce(s.replies_count, c.replies_count)",
    "commented_at": "coalesce(s.commented_at, c.commented_at)",
}
COLUMNS = ", ".join(VALUES)
INSERT = f"""
INSERT INTO audience_comment (id, workspace_id, account_id, external_id, {COLUMNS})
SELECT row_id, %s, %s, external_id, {COLUMNS} FROM stage_comment WHERE is_new
ON CONFLICT (workspace_id, account_id, external_id) DO NOTHING
"""  # noqa: S608  made of the constants above
UPDATE = f"""
INSERT INTO audience_comment (id, workspace_id, account_id, external_id, {COLUMNS})
SELECT c.id, c.workspace_id, c.account_id, c.external_id, {", ".join(VALUES.values())}
FROM stage_comment s CROSS JOIN LATERAL (
  SELECT * FROM audience_comment c WHERE c.workspace_id = %s AND c.id = s.row_id OFFSET 0) c
WHERE NOT s.is_new AND ({" OR ".join(f"c.{name} IS DISTINCT FROM {value}" for name, value in VALUES.items())})
ON CONFLICT (id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in VALUES)}
"""  # noqa: S608
# The same, with a note of every change for the rollups (audience.services.rollups.Changes).
NOTED = ("id", "post_id", "commenter_id", "parent_external_id <> ''", "likes", "commented_at")


def _note(version: str) -> str:
    return ", ".join([*(f"{version}.{name}" for name in NOTED), IS_LONG.format(text=f"{version}.text")])


INSERT_NOTED = f"""
WITH done AS ({INSERT} RETURNING {", ".join(NOTED)}, {IS_LONG.format(text="text")})
INSERT INTO changed_comment SELECT 1, * FROM done
"""  # noqa: S608
UPDATE_NOTED = f"""
WITH done(new_id, new_post, new_person, new_reply, new_likes, new_at, new_long, id, post, person, reply, likes, at,
  long) AS ({UPDATE}
  RETURNING {_note("new")}, {_note("old")})
INSERT INTO changed_comment
SELECT v.* FROM done CROSS JOIN LATERAL (VALUES (-1, id, post, person, reply, likes, at, long),
  (1, new_id, new_post, new_person, new_reply, new_likes, new_at, new_long)) AS v
"""  # noqa: S608
PARENT = """(SELECT p.id FROM audience_comment p WHERE p.workspace_id = c.workspace_id
  AND p.account_id = c.account_id AND p.external_id = c.parent_external_id AND p.id <> c.id)"""
LATE_PARENTS = f"""
UPDATE audience_comment c SET parent_id = {PARENT}
WHERE c.workspace_id = %s AND c.account_id = %s AND c.parent_id IS NULL AND c.parent_external_id <> ''
  AND {PARENT} IS NOT NULL
"""  # noqa: S608
# Of a batch that is followed only the replies to its own comments can be late, and an index knows those.
LATE_REPLIES = """
UPDATE audience_comment c SET parent_id = p.id FROM (
  SELECT n.id, n.external_id FROM changed_comment s CROSS JOIN LATERAL (
    SELECT id, external_id FROM audience_comment WHERE id = s.id AND workspace_id = %(workspace)s OFFSET 0) n
  WHERE s.sign = 1) AS p
WHERE c.workspace_id = %(workspace)s AND c.account_id = %(account)s AND c.parent_id IS NULL
  AND c.parent_external_id <> '' AND c.parent_external_id = p.external_id AND p.id <> c.id
"""


def store_comments(
    cursor: Any,
    account: TrackedAccount,
    comments: Mapping[str, CommentItem],
    authors: Authors,
    people: Mapping[str, UUID],
    posts: Mapping[str, UUID],
    tally: Tally,
    changes: Changes | None = None,
) -> bool:
    """Insert and update comments that this import has not met before; True where anything changed.

    ``changes`` get a note of each where the rollups follow this import.
    """
    wanted = dict.fromkeys([*comments, *(one.parent_id for one in comments.values() if one.parent_id)])
    cursor.execute(KNOWN, [account.workspace_id, account.pk, list(wanted)])
    known: dict[str, UUID] = {key: row for key, row in cursor.fetchall() if row}
    fresh = {key: uuid7() for key in comments if key not in known}
    rows = known | fresh
    cursor.execute(STAGE)
    with cursor.copy(COPY) as copy:
        for comment in comments.values():
            author, post = people[authors.key(comment.person)], posts[comment.post.shortcode]
            copy.write_row(_row(comment, rows, comment.id in fresh, author, post))
    new = updated = 0
    if fresh:
        cursor.execute(INSERT if changes is None else INSERT_NOTED, [account.workspace_id, account.pk])
        new = cursor.rowcount
    if len(fresh) < len(comments):
        cursor.execute(UPDATE if changes is None else UPDATE_NOTED, [account.workspace_id])
        updated = cursor.rowcount if changes is None else cursor.rowcount // 2
    if changes is not None:
        changes.comments += new + updated
        if new:
            cursor.execute(LATE_REPLIES, {"workspace": account.workspace_id, "account": account.pk})
    tally.comments.new += new
    tally.comments.updated += updated
    tally.comments.unchanged += len(comments) - new - updated
    return bool(new or updated)


def _row(comment: CommentItem, rows: Mapping[str, UUID], is_new: bool, author: UUID, post: UUID) -> tuple[Any, ...]:
    return (
        rows[comment.id],
        is_new,
        comment.id,
        post,
        author,
        comment.person.external_id != "",
        rows.get(comment.parent_id) if comment.parent_id else None,
        comment.parent_id,
        comment.text,
        comment.gif_url,
        comment.likes,
        comment.replies_count,
        comment.commented_at,
    )


def tie_late_parents(cursor: Any, account: TrackedAccount) -> None:
    """Tie the replies that came batches before the comment they answer. Reads all comments of the account."""
    cursor.execute(LATE_PARENTS, [account.workspace_id, account.pk])
