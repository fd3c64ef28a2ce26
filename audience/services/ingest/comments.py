"""Stores the comments of a batch and ties replies to what they answer."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from audience.dataset import CommentItem
from audience.services.ingest.batches import Authors
from audience.services.ingest.tally import Tally
from aura.tenancy.ids import uuid7

STAGE = """
DROP TABLE IF EXISTS stage_comment;
CREATE TEMP TABLE stage_comment (
  row_id uuid, external_id text, post_id uuid, commenter_id uuid, by_id bool, parent_external_id text, text text,
  gif_url text, likes bigint, replies_count bigint, commented_at timestamptz
) ON COMMIT DROP
"""
COPY = "COPY stage_comment FROM STDIN"
VALUES = {
    "post_id": "s.post_id",
    "commenter_id": "CASE WHEN s.by_id THEN s.commenter_id ELSE c.commenter_id END",
    "parent_external_id": "CASE WHEN s.parent_external_id <> '' THEN s.parent_external_id "
    "ELSE c.parent_external_id END",
    "text": "CASE WHEN s.text <> '' THEN s.text ELSE c.text END",
    "gif_url": "CASE WHEN s.gif_url <> '' THEN s.gif_url ELSE c.gif_url END",
    "likes": "coalesce(s.likes, c.likes)",
    "replies_count": "coalesce(s.replies_count, c.replies_count)",
    "commented_at": "coalesce(s.commented_at, c.commented_at)",
}
CHANGES = ", ".join(f"{name} = {value}" for name, value in VALUES.items())
IS_CHANGED = " OR ".join(f"c.{name} IS DISTINCT FROM {value}" for name, value in VALUES.items())
UPDATE = f"""
UPDATE audience_comment c SET {CHANGES} FROM stage_comment s
WHERE c.workspace_id = %s AND c.account_id = %s AND c.external_id = s.external_id AND ({IS_CHANGED})
"""  # noqa: S608  made of the constants above
INSERT = """
INSERT INTO audience_comment (id, workspace_id, account_id, post_id, commenter_id, external_id, parent_external_id,
  text, gif_url, likes, replies_count, commented_at)
SELECT s.row_id, %(workspace)s, %(account)s, s.post_id, s.commenter_id, s.external_id, s.parent_external_id, s.text,
  s.gif_url, s.likes, s.replies_count, s.commented_at FROM stage_comment s
WHERE NOT EXISTS (SELECT 1 FROM audience_comment c WHERE c.workspace_id = %(workspace)s
  AND c.account_id = %(account)s AND c.external_id = s.external_id)
ON CONFLICT (workspace_id, account_id, external_id) DO NOTHING
"""
PARENTS = """
UPDATE audience_comment c SET parent_id = p.id FROM stage_comment s, audience_comment p
WHERE s.parent_external_id <> '' AND c.workspace_id = %(workspace)s AND c.account_id = %(account)s
  AND c.external_id = s.external_id AND p.workspace_id = %(workspace)s AND p.account_id = %(account)s
  AND p.external_id = s.parent_external_id AND p.id <> c.id AND c.parent_id IS DISTINCT FROM p.id
"""
LATE_PARENTS = """
UPDATE audience_comment c SET parent_id = p.id FROM audience_comment p
WHERE c.workspace_id = %(workspace)s AND c.account_id = %(account)s AND c.parent_id IS NULL
  AND c.parent_external_id <> '' AND p.workspace_id = %(workspace)s AND p.account_id = %(account)s
  AND p.external_id = c.parent_external_id AND p.id <> c.id
"""


def store_comments(
    cursor: Any,
    workspace_id: UUID,
    account_id: UUID,
    comments: Mapping[str, CommentItem],
    authors: Authors,
    people: Mapping[str, UUID],
    posts: Mapping[str, UUID],
    tally: Tally,
) -> bool:
    """Insert and update comments that this import has not met before; True where anything changed."""
    scope = {"workspace": workspace_id, "account": account_id}
    cursor.execute(STAGE)
    replies = False
    with cursor.copy(COPY) as copy:
        for comment in comments.values():
            person = comment.person
            replies |= comment.parent_id != ""
            copy.write_row(
                (
                    uuid7(),
                    comment.id,
                    posts[comment.post.shortcode],
                    people[authors.key(person)],
                    person.external_id != "",
                    comment.parent_id,
                    comment.text,
                    comment.gif_url,
                    comment.likes,
                    comment.replies_count,
                    comment.commented_at,
                )
            )
    cursor.execute(UPDATE, [workspace_id, account_id])
    updated = cursor.rowcount
    cursor.execute(INSERT, scope)
    new = cursor.rowcount
    if replies:
        cursor.execute(PARENTS, scope)
    tally.comments.new += new
    tally.comments.updated += updated
    tally.comments.unchanged += len(comments) - new - updated
    return bool(new or updated)


def tie_late_parents(cursor: Any, workspace_id: UUID, account_id: UUID) -> None:
    """Tie the replies that came batches before the comment they answer."""
    cursor.execute(LATE_PARENTS, {"workspace": workspace_id, "account": account_id})
