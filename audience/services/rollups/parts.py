"""What a rollup is, and what a change of comments looks like to it."""

from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from audience import types

Values = dict[str, Any]
"""Parameters of every statement: ``account``, ``workspace``, ``username``, ``external`` and ``owners`` (the ids of the
account's own rows among the commenters)."""

IS_LONG = f"length(btrim({{text}})) >= {types.COPY_LENGTH}"
"""Whether a comment's text is long enough to be a copy of another."""
SAID = f"CASE WHEN {IS_LONG.format(text='text')} THEN hashtextextended(lower(btrim(text)), 0) END AS said"
"""A number of a comment's text, the same for copies; empty where the text is short."""
STAGE = """
DROP TABLE IF EXISTS changed_comment, changed_person, their_comment;
CREATE TEMP TABLE changed_comment (
  sign smallint, id uuid, post_id uuid, commenter_id uuid, is_reply bool, likes bigint, commented_at timestamptz,
  is_long bool
) ON COMMIT DROP;
CREATE TEMP TABLE changed_person (
  commenter_id uuid, old_comments bigint, new_comments bigint, old_first_at timestamptz, new_first_at timestamptz,
  old_first_post uuid, new_first_post uuid, old_owner bool, new_owner bool, old_number int
) ON COMMIT DROP;
CREATE TEMP TABLE their_comment (
  commenter_id uuid, post_id uuid, likes bigint, commented_at timestamptz, said bigint
) ON COMMIT DROP
"""


@dataclass(slots=True)
class Changes:
    """What one batch changed among an account's comments.

    The comments stand in the temporary table ``changed_comment``: each with sign 1 as it is now and with sign -1 as it
    was before, so a new one has one row and a changed one two. Sums over ``sign * x`` are differences. All comments of
    their authors, as they are now, stand in ``their_comment``; ``said`` is a number of a long text, read only of those
    authors of whom a long comment changed (``is_long``). The first part, people, leaves ``changed_person`` behind:
    everybody whose row it wrote, as it was (empty where there was none) and as it is.
    """

    comments: int = 0
    moved_posts: list[UUID] = field(default_factory=list)
    """Posts whose own time changed: what is counted from it must be counted anew."""
    people: list[UUID] = field(default_factory=list)
    """People whose profile changed."""


class Part(Protocol):
    """One rollup. Statements run in the workspace's scope with the account's lock held (:mod:`.locks`)."""

    name: str
    exact: bool
    """Whether it follows every change: then a row that differs at night is an error."""

    def rebuild(self, cursor: CursorWrapper, values: Values) -> int:
        """Make the rows what the comments say, writing only those that differ; returns how many did."""
        ...

    def touch(self, cursor: CursorWrapper, values: Values, changes: Changes) -> int:
        """The same for what ``changes`` can have changed, as fast for a large account as for a small one."""
        ...


def written(cursor: CursorWrapper, statement: str, values: Values) -> int:
    """Run a statement; returns how many rows it wrote."""
    cursor.execute(statement, values)
    return int(cursor.rowcount)
