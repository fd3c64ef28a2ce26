"""The rollup of groups: how many people of an account's audience share gender, age, account type and language."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from audience.services.rollups.parts import Changes, Values, written

REBUILD = """
WITH f AS (
    SELECT p.gender, p.age, p.profile_type, p.language, count(*) AS people, sum(a.comments)::bigint AS comments
    FROM audience_audienceperson AS a JOIN audience_commenter AS p
        ON p.id = a.commenter_id AND p.workspace_id = %(workspace)s
    WHERE a.account_id = %(account)s AND a.workspace_id = %(workspace)s AND NOT a.is_owner
    GROUP BY p.gender, p.age, p.profile_type, p.language
), t AS (
    SELECT * FROM audience_audiencegroup WHERE account_id = %(account)s AND workspace_id = %(workspace)s
)
MERGE INTO audience_audiencegroup AS held USING (
    SELECT t.id AS held_id, f.* FROM f FULL JOIN t USING (gender, age, profile_type, language)
    WHERE (t.people, t.comments) IS DISTINCT FROM (f.people, f.comments)
) AS found ON held.id = found.held_id
WHEN MATCHED AND found.people IS NULL THEN DELETE
WHEN MATCHED THEN UPDATE SET people = found.people, comments = found.comments
WHEN NOT MATCHED THEN INSERT (id, workspace_id, account_id, gender, age, profile_type, language, people, comments)
    VALUES (uuidv7(), %(workspace)s, %(account)s, found.gender, found.age, found.profile_type, found.language,
        found.people, found.comments)
"""
# Adds differences (d). Where a rollup has drifted a sum can come out below nothing; the nightly check corrects it.
ADD = """
MERGE INTO audience_audiencegroup AS held USING d
    ON held.workspace_id = %(workspace)s AND held.account_id = d.account_id AND held.gender = d.gender
    AND held.age = d.age AND held.profile_type = d.profile_type AND held.language = d.language
WHEN MATCHED AND held.people + d.people <= 0 THEN DELETE
WHEN MATCHED THEN UPDATE SET people = held.people + d.people, comments = greatest(0, held.comments + d.comments)
WHEN NOT MATCHED AND d.people > 0 THEN INSERT (id, workspace_id, account_id, gender, age, profile_type, language,
        people, comments)
    VALUES (uuidv7(), %(workspace)s, d.account_id, d.gender, d.age, d.profile_type, d.language, d.people,
        greatest(0, d.comments))
"""
TOUCH = f"""
WITH d AS (
    SELECT %(account)s::uuid AS account_id, p.gender, p.age, p.profile_type, p.language, sum(x.people) AS people,
        sum(x.comments)::bigint AS comments
    FROM (
        SELECT commenter_id, (NOT coalesce(new_owner, true))::int - (NOT coalesce(old_owner, true))::int AS people,
            CASE WHEN NOT new_owner THEN new_comments ELSE 0 END - CASE WHEN NOT old_owner THEN old_comments ELSE 0 END
            AS comments
        FROM changed_person
    ) AS x CROSS JOIN LATERAL (
        SELECT gender, age, profile_type, language FROM audience_commenter
        WHERE id = x.commenter_id AND workspace_id = %(workspace)s OFFSET 0
    ) AS p
    GROUP BY p.gender, p.age, p.profile_type, p.language HAVING sum(x.people) <> 0 OR sum(x.comments) <> 0
)
{ADD}
"""  # noqa: S608  made of the constants above
RECLASSIFY = f"""
WITH d AS (
    SELECT a.account_id, v.gender, v.age, v.profile_type, v.language, sum(v.sign) AS people,
        sum(v.sign * a.comments)::bigint AS comments
    FROM unnest(%(ids)s::uuid[], %(signs)s::int[], %(gender)s::text[], %(age)s::text[], %(profile_type)s::text[],
        %(language)s::text[]) AS v(id, sign, gender, age, profile_type, language) CROSS JOIN LATERAL (
        SELECT account_id, comments FROM audience_audienceperson
        WHERE commenter_id = v.id AND workspace_id = %(workspace)s AND NOT is_owner OFFSET 0
    ) AS a
    GROUP BY a.account_id, v.gender, v.age, v.profile_type, v.language
    HAVING sum(v.sign) <> 0 OR sum(v.sign * a.comments) <> 0
), done AS ({ADD} RETURNING coalesce(new.account_id, old.account_id) AS account_id)
SELECT DISTINCT account_id FROM done
"""  # noqa: S608
FIELDS = ("gender", "age", "profile_type", "language")
READ = """
SELECT id, gender, age, profile_type, language FROM audience_commenter
WHERE workspace_id = %(workspace)s AND id = ANY (%(ids)s::uuid[])
"""
Groups4 = dict[UUID, tuple[str, str, str, str]]


class Groups:
    """``AudienceGroup``."""

    name = "groups"
    exact = True

    def rebuild(self, cursor: CursorWrapper, values: Values) -> int:
        """Count everybody again."""
        return written(cursor, REBUILD, values)

    def touch(self, cursor: CursorWrapper, values: Values, changes: Changes) -> int:
        """Take the changed people out of their groups as they were, and put them in as they are."""
        return written(cursor, TOUCH, values)


def groups_of(cursor: CursorWrapper, workspace: UUID, people: Sequence[UUID]) -> Groups4:
    """The four values under which each person is counted."""
    cursor.execute(READ, {"workspace": workspace, "ids": list(people)})
    return {row[0]: row[1:] for row in cursor.fetchall()}


def move(cursor: CursorWrapper, workspace: UUID, before: Groups4, after: Groups4) -> list[UUID]:
    """Move people from group to group in every account that they are in; returns the accounts that changed."""
    moved = [key for key, values in after.items() if before.get(key, values) != values]
    if not moved:
        return []
    rows = [(key, -1, *before[key]) for key in moved] + [(key, 1, *after[key]) for key in moved]
    columns: list[list[Any]] = [list(column) for column in zip(*rows, strict=True)]
    values = dict(zip(("ids", "signs", *FIELDS), columns, strict=True)) | {"workspace": workspace}
    cursor.execute(RECLASSIFY, values)
    return [row[0] for row in cursor.fetchall()]
