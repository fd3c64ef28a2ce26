"""The rollup of people: who commented on an account, how much, and when and where first."""

from django.db.backends.utils import CursorWrapper

from audience.services.rollups.parts import SAID, Changes, Values, written

ALL_COMMENTS = """
SELECT commenter_id, post_id, likes, commented_at FROM audience_comment
WHERE account_id = %(account)s AND workspace_id = %(workspace)s
"""
ALL_ROWS = "SELECT * FROM audience_audienceperson WHERE account_id = %(account)s AND workspace_id = %(workspace)s"
FOUND = """sums AS (
    SELECT commenter_id, count(*) AS comments, coalesce(sum(likes), 0)::bigint AS likes,
        min(commented_at) AS first_at, max(commented_at) AS last_at
    FROM c GROUP BY commenter_id
), firsts AS (
    SELECT DISTINCT ON (c.commenter_id) c.commenter_id, c.post_id AS first_post
    FROM c JOIN sums ON sums.commenter_id = c.commenter_id AND sums.first_at = c.commented_at
    ORDER BY c.commenter_id, c.post_id
), f AS (
    SELECT sums.*, firsts.first_post, commenter_id = ANY (%(owners)s::uuid[]) AS is_owner
    FROM sums LEFT JOIN firsts USING (commenter_id)
)"""
# What should be (f) beside what is (t); only rows that differ are written, in the order of the index that finds them.
MERGE = """
WITH c AS MATERIALIZED ({comments}), t AS ({rows}), {f}
MERGE INTO audience_audienceperson AS held USING (
    SELECT t.id AS held_id, f.*, CASE WHEN NOT f.is_owner THEN (SELECT coalesce(max(number) + 1, 0) FROM t) - 1
        + row_number() OVER (PARTITION BY t.id IS NULL AND NOT f.is_owner ORDER BY f.commenter_id) END AS next_number
    FROM f FULL JOIN t USING (commenter_id)
    WHERE (t.comments, t.likes, t.first_at, t.last_at, t.first_post, t.is_owner)
        IS DISTINCT FROM (f.comments, f.likes, f.first_at, f.last_at, f.first_post, f.is_owner)
    ORDER BY f.commenter_id
) AS found ON held.id = found.held_id
WHEN MATCHED AND found.comments IS NULL THEN DELETE
WHEN MATCHED THEN UPDATE SET comments = found.comments, likes = found.likes, first_at = found.first_at,
    last_at = found.last_at, first_post = found.first_post, is_owner = found.is_owner
WHEN NOT MATCHED THEN INSERT (id, workspace_id, account_id, commenter_id, comments, likes, first_at, last_at,
        first_post, is_owner, number)
    VALUES (uuidv7(), %(workspace)s, %(account)s, found.commenter_id, found.comments, found.likes,
        found.first_at, found.last_at, found.first_post, found.is_owner, found.next_number)
"""
REBUILD = MERGE.format(comments=ALL_COMMENTS, rows=ALL_ROWS, f=FOUND)
# One look into an index for each person: a join would leave the choice to figures that lag behind a growing table.
# Texts stand in the table itself, which is read only for those authors of whom a long one changed.
THEIRS = """
SELECT commenter_id, post_id, likes, commented_at, {said} FROM audience_comment
WHERE {asked} AND commenter_id = s.commenter_id AND account_id = %(account)s AND workspace_id = %(workspace)s
"""
READ = f"""
INSERT INTO their_comment
SELECT c.* FROM (SELECT commenter_id, bool_or(is_long) AS is_long FROM changed_comment GROUP BY 1) AS s
CROSS JOIN LATERAL (
    {THEIRS.format(said="NULL::bigint AS said", asked="NOT s.is_long")}
    UNION ALL {THEIRS.format(said=SAID, asked="s.is_long")} OFFSET 0
) AS c
"""  # noqa: S608  made of the constants above
TOLD = ("commenter_id", "comments", "first_at", "first_post", "is_owner", "number")
COUNTS = ("comments", "likes", "first_at", "last_at", "first_post", "is_owner")
# An upsert finds each row once, where a merge would look for it twice.
TOUCH = f"""
WITH c AS (SELECT * FROM their_comment), {FOUND}, done AS (
    INSERT INTO audience_audienceperson AS held (id, workspace_id, account_id, commenter_id, {", ".join(COUNTS)})
    SELECT uuidv7(), %(workspace)s, %(account)s, commenter_id, {", ".join(COUNTS)} FROM f
    ON CONFLICT (commenter_id, account_id, workspace_id) DO UPDATE
    SET {", ".join(f"{name} = excluded.{name}" for name in COUNTS)}
    WHERE ({", ".join(f"held.{name}" for name in COUNTS)})
        IS DISTINCT FROM ({", ".join(f"excluded.{name}" for name in COUNTS)})
    RETURNING new.commenter_id, old.comments, new.comments, old.first_at, new.first_at, old.first_post, new.first_post,
        old.is_owner, new.is_owner, new.number
), gone AS (
    DELETE FROM audience_audienceperson AS held USING (
        SELECT DISTINCT commenter_id FROM changed_comment WHERE sign < 0
        EXCEPT SELECT commenter_id FROM their_comment
    ) AS s
    WHERE held.commenter_id = s.commenter_id AND held.account_id = %(account)s AND held.workspace_id = %(workspace)s
    RETURNING {", ".join(f"held.{name}" for name in TOLD)}
)
INSERT INTO changed_person SELECT * FROM done UNION ALL
SELECT commenter_id, comments, NULL, first_at, NULL, first_post, NULL, is_owner, NULL, number FROM gone
"""  # noqa: S608


class People:
    """``AudiencePerson``."""

    name = "people"
    exact = True

    def rebuild(self, cursor: CursorWrapper, values: Values) -> int:
        """Recompute everybody."""
        return written(cursor, REBUILD, values)

    def touch(self, cursor: CursorWrapper, values: Values, changes: Changes) -> int:
        """Read all that the authors of the changed comments wrote into ``their_comment``, recompute them, and leave in

        ``changed_person`` whose row that changed."""
        cursor.execute(READ, values)
        rows = written(cursor, TOUCH, values)
        cursor.execute("ANALYZE changed_person")
        return rows
