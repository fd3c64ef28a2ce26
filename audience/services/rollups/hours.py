"""The rollup of hours: comments of an account's audience by hour (UTC) and quarter of it."""

from django.db.backends.utils import CursorWrapper

from audience.services.rollups.parts import Changes, Values, written


def _quarters(number: str) -> str:
    minute = "extract(minute FROM commented_at AT TIME ZONE 'UTC')"
    parts = [
        f"coalesce({number} FILTER (WHERE {minute} >= {low} AND {minute} < {low + 15}), 0)::int"
        for low in (0, 15, 30, 45)
    ]
    return f"ARRAY[{', '.join(parts)}]"


REBUILD = f"""
WITH f AS (
    SELECT date_trunc('hour', commented_at, 'UTC') AS hour, count(*) AS comments, {_quarters("count(*)")} AS quarters
    FROM audience_comment
    WHERE account_id = %(account)s AND workspace_id = %(workspace)s AND commented_at IS NOT NULL
        AND commenter_id <> ALL (%(owners)s::uuid[])
    GROUP BY 1
), t AS (
    SELECT * FROM audience_audiencehour WHERE account_id = %(account)s AND workspace_id = %(workspace)s
)
MERGE INTO audience_audiencehour AS held USING (
    SELECT t.id AS held_id, f.* FROM f FULL JOIN t USING (hour)
    WHERE (t.comments, t.quarters) IS DISTINCT FROM (f.comments, f.quarters)
) AS found ON held.id = found.held_id
WHEN MATCHED AND found.comments IS NULL THEN DELETE
WHEN MATCHED THEN UPDATE SET comments = found.comments, quarters = found.quarters
WHEN NOT MATCHED THEN INSERT (id, workspace_id, account_id, hour, comments, quarters)
    VALUES (uuidv7(), %(workspace)s, %(account)s, found.hour, found.comments, found.quarters)
"""  # noqa: S608  made of the constants above
TOUCH = f"""
WITH d AS (
    SELECT date_trunc('hour', commented_at, 'UTC') AS hour, sum(sign) AS comments, {_quarters("sum(sign)")} AS q
    FROM changed_comment WHERE commented_at IS NOT NULL AND commenter_id <> ALL (%(owners)s::uuid[])
    GROUP BY 1
)
MERGE INTO audience_audiencehour AS held USING (SELECT * FROM d WHERE comments <> 0 OR q <> '{{0,0,0,0}}') AS d
    ON held.workspace_id = %(workspace)s AND held.account_id = %(account)s AND held.hour = d.hour
WHEN MATCHED AND held.comments + d.comments <= 0 THEN DELETE
WHEN MATCHED THEN UPDATE SET comments = held.comments + d.comments, quarters = ARRAY[
    held.quarters[1] + d.q[1], held.quarters[2] + d.q[2], held.quarters[3] + d.q[3], held.quarters[4] + d.q[4]]
WHEN NOT MATCHED AND d.comments > 0 THEN INSERT (id, workspace_id, account_id, hour, comments, quarters)
    VALUES (uuidv7(), %(workspace)s, %(account)s, d.hour, d.comments, d.q)
"""  # noqa: S608


class Hours:
    """``AudienceHour``."""

    name = "hours"
    exact = True

    def rebuild(self, cursor: CursorWrapper, values: Values) -> int:
        """Count every comment again."""
        return written(cursor, REBUILD, values)

    def touch(self, cursor: CursorWrapper, values: Values, changes: Changes) -> int:
        """Add the differences."""
        return written(cursor, TOUCH, values)
