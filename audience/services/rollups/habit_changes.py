"""Keeps the rollups about the people of an audience by difference: only what a few people changed is read and written.

A row of a person says what it added to the sums, so a changed row stands in the temporary table ``changed_habit`` as it
was, with sign -1, and as it is, with sign 1; what those come to is added. See :mod:`.habit_rows`.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from audience.services.rollups.habit_rows import (
    COLUMNS,
    COUNTED,
    FIELDS,
    FOUND,
    TABLES,
    Values,
    with_owners,
)
from audience.services.rollups.parts import SAID

STAGE = """
DROP TABLE IF EXISTS changed_habit;
CREATE TEMP TABLE changed_habit (
  sign int, comments int, likes bigint, posts int, weeks int, copies int, months date[], kind text, signals int,
  gender text, age text, profile_type text, language text
) ON COMMIT DROP
"""
# Each person is looked up by key: a join would leave the choice to figures that lag behind a growing table.
PROFILES = """CROSS JOIN LATERAL (
    SELECT * FROM audience_commenter WHERE id = c.commenter_id AND workspace_id = %(workspace)s OFFSET 0) AS p"""
THESE = "SELECT unnest(%(people)s::uuid[]) AS commenter_id"
THEIR_COMMENTS = f"""(
    SELECT k.* FROM ({THESE}) AS s CROSS JOIN LATERAL (
        SELECT commenter_id, post_id, likes, commented_at, {SAID} FROM audience_comment
        WHERE commenter_id = s.commenter_id AND account_id = %(account)s AND workspace_id = %(workspace)s OFFSET 0) AS k
)"""  # noqa: S608  names and numbers of these modules
# Without a change of a long comment there are as many copies as before.
FOLLOWED = f"""
SELECT q.commenter_id, q.comments, q.likes, q.posts, q.weeks, CASE WHEN s.is_long THEN q.copies ELSE coalesce((
    SELECT copies FROM audience_audiencehabit
    WHERE commenter_id = q.commenter_id AND account_id = %(account)s AND workspace_id = %(workspace)s
), 0) END AS copies, q.months
FROM ({COUNTED.format(comments="their_comment")}) AS q
JOIN (SELECT commenter_id, bool_or(is_long) AS is_long FROM changed_comment GROUP BY 1) AS s USING (commenter_id)
OFFSET 0
"""  # noqa: S608
KEPT = f"""
SELECT h.* FROM ({THESE}) AS s CROSS JOIN LATERAL (
    SELECT commenter_id, comments, likes, posts, weeks, copies, months FROM audience_audiencehabit
    WHERE commenter_id = s.commenter_id AND account_id = %(account)s AND workspace_id = %(workspace)s OFFSET 0) AS h
"""  # noqa: S608


def _sides(name: str) -> str:
    return ", ".join(f"{name}.{field}" for field in FIELDS)


WRITE = f"""
WITH f AS MATERIALIZED ({FOUND}), done AS (
    INSERT INTO audience_audiencehabit AS held (id, workspace_id, account_id, commenter_id, {COLUMNS})
    SELECT uuidv7(), %(workspace)s, %(account)s, commenter_id, {COLUMNS} FROM f
    ON CONFLICT (workspace_id, account_id, commenter_id) DO UPDATE
    SET {", ".join(f"{name} = excluded.{name}" for name in FIELDS)}
    WHERE ({_sides("held")}) IS DISTINCT FROM ({_sides("excluded")})
    RETURNING {", ".join(f"{side}.{name} AS {side}_{name}" for side in ("old", "new") for name in FIELDS)}
), gone AS (
    DELETE FROM audience_audiencehabit AS held
    USING ({{people}} EXCEPT SELECT commenter_id FROM f) AS s
    WHERE held.commenter_id = s.commenter_id AND held.account_id = %(account)s AND held.workspace_id = %(workspace)s
    RETURNING {_sides("held")}
)
INSERT INTO changed_habit
SELECT -1, {", ".join(f"old_{name}" for name in FIELDS)} FROM done WHERE old_comments IS NOT NULL
UNION ALL SELECT 1, {", ".join(f"new_{name}" for name in FIELDS)} FROM done
UNION ALL SELECT -1, gone.* FROM gone
"""  # noqa: S608


def _write(counted: str, people: str) -> str:
    return WRITE.format(counted=counted, profiles=PROFILES, people=people)


TOUCH = _write(COUNTED.format(comments=THEIR_COMMENTS), THESE)
FOLLOW = _write(FOLLOWED, "SELECT DISTINCT commenter_id FROM changed_comment")
REFRESH = _write(KEPT, THESE)


def follow(cursor: CursorWrapper, values: Values) -> int:
    """Count the authors of the changed comments again from what stands in ``their_comment``; 0 if nothing changed."""
    return _moved(cursor, values, FOLLOW)


def touch(cursor: CursorWrapper, values: Values, people: Iterable[UUID]) -> int:
    """Bring up to date what these people changed: comments come or gone, profile or classification read anew.

    Whoever has no comment left loses their row. Returns 0 if nothing changed. Must be called before the person's own
    row is deleted by anybody else, since the row says what is to be taken from the sums.
    """
    return _moved(cursor, with_owners(cursor, values) | {"people": list(people)}, TOUCH)


def refresh(cursor: CursorWrapper, values: Values, people: Iterable[UUID]) -> int:
    """Bring up to date whom these people are seen as, without reading comments; returns 0 if nothing changed."""
    return _moved(cursor, {**values, "people": list(people)}, REFRESH)


def _moved(cursor: CursorWrapper, values: Values, statement: str) -> int:
    cursor.execute(STAGE)
    cursor.execute(statement, values)
    changed: int = cursor.rowcount
    for added in ADDED if changed else ():
        cursor.execute(added, values)
        changed += cursor.rowcount
    return changed


def _added(table: str) -> str:
    """SQL that adds what the changed rows come to to the sums of a table; a cell without people goes."""
    statement, keys, sums = TABLES[table]
    difference = statement.format(one="sign", rows="changed_habit")
    return f"""
WITH d AS (SELECT * FROM ({difference}) AS s WHERE ({", ".join(sums)}) <> ({", ".join("0" for _ in sums)}))
MERGE INTO {table} AS old USING d ON old.workspace_id = %(workspace)s AND old.account_id = %(account)s
    AND {" AND ".join(f"old.{name} = d.{name}" for name in keys)}
WHEN MATCHED AND old.people + d.people = 0 THEN DELETE
WHEN MATCHED THEN UPDATE SET {", ".join(f"{name} = old.{name} + d.{name}" for name in sums)}
WHEN NOT MATCHED THEN INSERT (id, workspace_id, account_id, {", ".join([*keys, *sums])})
    VALUES (uuidv7(), %(workspace)s, %(account)s, {", ".join(f"d.{name}" for name in [*keys, *sums])})
"""  # noqa: S608


ADDED = [_added(table) for table in TABLES]
