"""The rollup of days (UTC): comments, the people who wrote them, and who of them did so for the first time."""

from django.db.backends.utils import CursorWrapper

from audience.services.rollups.parts import Changes, Values, written

REBUILD = """
WITH pairs AS (
    SELECT date_trunc('day', commented_at, 'UTC') AS at, commenter_id, count(*) AS comments FROM audience_comment
    WHERE account_id = %(account)s AND workspace_id = %(workspace)s AND commented_at IS NOT NULL
        AND commenter_id <> ALL (%(owners)s::uuid[])
    GROUP BY 1, 2
), new AS (
    SELECT date_trunc('day', first_at, 'UTC') AS at, count(*) AS new_people FROM audience_audienceperson
    WHERE account_id = %(account)s AND workspace_id = %(workspace)s AND NOT is_owner AND first_at IS NOT NULL
    GROUP BY 1
), f AS (
    SELECT (at AT TIME ZONE 'UTC')::date AS day, s.comments, s.people, coalesce(new_people, 0) AS new_people FROM (
        SELECT at, sum(comments)::bigint AS comments, count(*) AS people FROM pairs GROUP BY 1
    ) AS s LEFT JOIN new USING (at)
), t AS (
    SELECT * FROM audience_audienceday WHERE account_id = %(account)s AND workspace_id = %(workspace)s
)
MERGE INTO audience_audienceday AS held USING (
    SELECT t.id AS held_id, f.* FROM f FULL JOIN t USING (day)
    WHERE (t.comments, t.people, t.new_people) IS DISTINCT FROM (f.comments, f.people, f.new_people)
) AS found ON held.id = found.held_id
WHEN MATCHED AND found.comments IS NULL THEN DELETE
WHEN MATCHED THEN UPDATE SET comments = found.comments, people = found.people, new_people = found.new_people
WHEN NOT MATCHED THEN INSERT (id, workspace_id, account_id, day, comments, people, new_people)
    VALUES (uuidv7(), %(workspace)s, %(account)s, found.day, found.comments, found.people, found.new_people)
"""
# Whether a person was there that day before follows from how many comments there are now and how many came.
TOUCH = """
WITH pairs AS (
    SELECT date_trunc('day', commented_at, 'UTC') AS at, commenter_id, sum(sign) AS comments FROM changed_comment
    WHERE commented_at IS NOT NULL AND commenter_id <> ALL (%(owners)s::uuid[])
    GROUP BY 1, 2 HAVING sum(sign) <> 0
), kept AS (
    SELECT date_trunc('day', commented_at, 'UTC') AS at, commenter_id, count(*) AS now FROM their_comment GROUP BY 1, 2
), moved AS (
    SELECT at, comments, (coalesce(now, 0) > 0)::int - (coalesce(now, 0) > comments)::int AS people, 0 AS new_people
    FROM pairs LEFT JOIN kept USING (at, commenter_id)
    UNION ALL SELECT date_trunc('day', old_first_at, 'UTC'), 0, 0, -1 FROM changed_person
    WHERE old_first_at IS NOT NULL AND NOT old_owner
    UNION ALL SELECT date_trunc('day', new_first_at, 'UTC'), 0, 0, 1 FROM changed_person
    WHERE new_first_at IS NOT NULL AND NOT new_owner
), d AS (
    SELECT (at AT TIME ZONE 'UTC')::date AS day, sum(comments) AS comments, sum(people) AS people,
        sum(new_people) AS new_people
    FROM moved GROUP BY 1 HAVING sum(comments) <> 0 OR sum(people) <> 0 OR sum(new_people) <> 0
)
MERGE INTO audience_audienceday AS held USING d
    ON held.workspace_id = %(workspace)s AND held.account_id = %(account)s AND held.day = d.day
WHEN MATCHED AND held.comments + d.comments <= 0 THEN DELETE
WHEN MATCHED THEN UPDATE SET comments = held.comments + d.comments, people = greatest(0, held.people + d.people),
    new_people = greatest(0, held.new_people + d.new_people)
WHEN NOT MATCHED AND d.comments > 0 THEN INSERT (id, workspace_id, account_id, day, comments, people, new_people)
    VALUES (uuidv7(), %(workspace)s, %(account)s, d.day, d.comments, d.people, d.new_people)
"""


class Days:
    """``AudienceDay``."""

    name = "days"
    exact = True

    def rebuild(self, cursor: CursorWrapper, values: Values) -> int:
        """Count every comment again."""
        return written(cursor, REBUILD, values)

    def touch(self, cursor: CursorWrapper, values: Values, changes: Changes) -> int:
        """Add the differences."""
        return written(cursor, TOUCH, values)
