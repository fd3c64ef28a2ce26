"""The rollup of posts: what each of them brought, and how fast."""

from django.db.backends.utils import CursorWrapper

from audience.models.rollups import HOURS
from audience.services.rollups.parts import Changes, Values, written

OWNER = "commenter_id = ANY (%(owners)s::uuid[])"
IS_REPLY = "parent_external_id <> ''"
PLACE = "greatest(1, 1 + floor(extract(epoch FROM c.commented_at - q.posted_at) / 3600))::int"
"""Which hour of a post's life a comment fell into, from 1; the first also has what came before it (clocks differ)."""
COLUMNS = (
    "comments, people, new_people, replies, owner_comments, owner_replies, likes, first_at, last_at, hours, half_hours"
)
NAMES = COLUMNS.split(", ")
# {only} limits both sides to some posts.
REBUILD = f"""
WITH pairs AS (
    SELECT post_id, commenter_id, {OWNER} AS is_owner, count(*) AS comments,
        count(*) FILTER (WHERE {IS_REPLY}) AS replies, coalesce(sum(likes), 0)::bigint AS likes,
        min(commented_at) AS first_at, max(commented_at) AS last_at
    FROM audience_comment WHERE account_id = %(account)s AND workspace_id = %(workspace)s {{only}}
    GROUP BY post_id, commenter_id
), sums AS (
    SELECT post_id, coalesce(sum(comments) FILTER (WHERE NOT is_owner), 0)::bigint AS comments,
        count(*) FILTER (WHERE NOT is_owner) AS people,
        coalesce(sum(replies) FILTER (WHERE NOT is_owner), 0)::bigint AS replies,
        coalesce(sum(comments) FILTER (WHERE is_owner), 0)::bigint AS owner_comments,
        coalesce(sum(replies) FILTER (WHERE is_owner), 0)::bigint AS owner_replies,
        coalesce(sum(likes) FILTER (WHERE NOT is_owner), 0)::bigint AS likes,
        min(first_at) FILTER (WHERE NOT is_owner) AS first_at, max(last_at) FILTER (WHERE NOT is_owner) AS last_at
    FROM pairs GROUP BY post_id
), new AS (
    SELECT first_post AS post_id, count(*) AS new_people FROM audience_audienceperson
    WHERE account_id = %(account)s AND workspace_id = %(workspace)s AND NOT is_owner {{only_first}}
    GROUP BY 1
), places AS (
    SELECT c.post_id, {PLACE} AS place, count(*) AS n
    FROM audience_comment AS c JOIN audience_post AS q ON q.id = c.post_id AND q.workspace_id = %(workspace)s
    WHERE c.account_id = %(account)s AND c.workspace_id = %(workspace)s AND c.commented_at IS NOT NULL
        AND q.posted_at IS NOT NULL AND c.{OWNER.replace("= ANY", "<> ALL")} {{only}}
    GROUP BY 1, 2 HAVING {PLACE} <= {HOURS}
), lists AS (
    SELECT post_id, array_agg(place) AS at, array_agg(n::int) AS n FROM places GROUP BY post_id
), hours AS (
    SELECT q.id AS post_id, aura_hours_plus(NULL, lists.at, lists.n, {HOURS}) AS hours
    FROM audience_post AS q JOIN sums ON sums.post_id = q.id LEFT JOIN lists ON lists.post_id = q.id
    WHERE q.workspace_id = %(workspace)s AND q.posted_at IS NOT NULL
), f AS (
    SELECT post_id, sums.comments, people, coalesce(new_people, 0) AS new_people, replies, owner_comments,
        owner_replies, likes, first_at, last_at, hours, aura_half(hours, sums.comments) AS half_hours
    FROM sums LEFT JOIN new USING (post_id) LEFT JOIN hours USING (post_id)
), t AS (
    SELECT * FROM audience_audiencepost WHERE account_id = %(account)s AND workspace_id = %(workspace)s {{only}}
)
MERGE INTO audience_audiencepost AS held USING (
    SELECT t.id AS held_id, f.* FROM f FULL JOIN t USING (post_id)
    WHERE ({", ".join(f"t.{name}" for name in NAMES)}) IS DISTINCT FROM ({", ".join(f"f.{name}" for name in NAMES)})
) AS found ON held.id = found.held_id
WHEN MATCHED AND found.comments IS NULL THEN DELETE
WHEN MATCHED THEN UPDATE SET {", ".join(f"{name} = found.{name}" for name in NAMES)}
WHEN NOT MATCHED THEN INSERT (id, workspace_id, account_id, post_id, {COLUMNS})
    VALUES (uuidv7(), %(workspace)s, %(account)s, found.post_id, {", ".join(f"found.{n}" for n in NAMES)})
"""  # noqa: S608  made of the constants above
ALL = REBUILD.format(only="", only_first="")
MOVED = REBUILD.format(
    only="AND post_id = ANY (%(moved)s::uuid[])", only_first="AND first_post = ANY (%(moved)s::uuid[])"
)
# Only where a comment went: else the new ones say it.
END = """
SELECT commented_at FROM audience_comment WHERE fewer AND post_id = s.post_id AND workspace_id = %(workspace)s
    AND commented_at IS NOT NULL AND commenter_id <> ALL (%(owners)s::uuid[]) ORDER BY commented_at
"""
SUMS = """
WITH pairs AS (
    SELECT post_id, commenter_id, sum(sign) AS comments, sum(sign * is_reply::int) AS replies,
        sum(sign * coalesce(likes, 0)) AS likes, commenter_id = ANY (%(owners)s::uuid[]) AS is_owner
    FROM changed_comment GROUP BY post_id, commenter_id
), kept AS (
    SELECT post_id, commenter_id, count(*) AS now FROM their_comment GROUP BY post_id, commenter_id
), here AS (
    SELECT pairs.*, (coalesce(now, 0) > 0)::int - (coalesce(now, 0) > comments)::int AS people
    FROM pairs LEFT JOIN kept USING (post_id, commenter_id)
), moved AS (
    SELECT post_id, is_owner, comments, replies, likes, people, 0 AS new_people FROM here
    UNION ALL SELECT old_first_post, false, 0, 0, 0, 0, -1 FROM changed_person
    WHERE old_first_post IS NOT NULL AND NOT old_owner
    UNION ALL SELECT new_first_post, false, 0, 0, 0, 0, 1 FROM changed_person
    WHERE new_first_post IS NOT NULL AND NOT new_owner
)
SELECT post_id, coalesce(sum(comments) FILTER (WHERE NOT is_owner), 0) AS comments,
    coalesce(sum(people) FILTER (WHERE NOT is_owner), 0) AS people, sum(new_people) AS new_people,
    coalesce(sum(replies) FILTER (WHERE NOT is_owner), 0) AS replies,
    coalesce(sum(comments) FILTER (WHERE is_owner), 0) AS owner_comments,
    coalesce(sum(replies) FILTER (WHERE is_owner), 0) AS owner_replies,
    coalesce(sum(likes) FILTER (WHERE NOT is_owner), 0) AS likes
FROM moved GROUP BY post_id
"""
TOUCH = f"""
WITH places AS (
    SELECT c.post_id, {PLACE} AS place, sum(sign)::int AS n
    FROM changed_comment AS c JOIN audience_post AS q ON q.id = c.post_id AND q.workspace_id = %(workspace)s
    WHERE c.commented_at IS NOT NULL AND q.posted_at IS NOT NULL AND c.commenter_id <> ALL (%(owners)s::uuid[])
    GROUP BY 1, 2 HAVING {PLACE} <= {HOURS} AND sum(sign) <> 0
), lists AS (
    SELECT post_id, array_agg(place) AS at, array_agg(n) AS n FROM places GROUP BY post_id
), ends AS (
    SELECT post_id, min(commented_at) AS first_at, max(commented_at) AS last_at, bool_or(sign < 0) AS fewer
    FROM changed_comment WHERE commented_at IS NOT NULL AND commenter_id <> ALL (%(owners)s::uuid[])
    GROUP BY post_id
), d AS (
    SELECT s.*, t.id AS held_id,
        CASE WHEN fewer THEN low.commented_at ELSE least(t.first_at, ends.first_at) END AS first_at,
        CASE WHEN fewer THEN high.commented_at ELSE greatest(t.last_at, ends.last_at) END AS last_at,
        CASE WHEN q.posted_at IS NOT NULL THEN aura_hours_plus(t.hours, lists.at, lists.n, {HOURS}) END AS hours
    FROM ({SUMS}) AS s
        JOIN audience_post AS q ON q.id = s.post_id AND q.workspace_id = %(workspace)s
        LEFT JOIN lists ON lists.post_id = s.post_id
        LEFT JOIN audience_audiencepost AS t ON t.workspace_id = %(workspace)s AND t.account_id = %(account)s
            AND t.post_id = s.post_id
        LEFT JOIN ends ON ends.post_id = s.post_id
        LEFT JOIN LATERAL ({END} LIMIT 1) AS low ON fewer
        LEFT JOIN LATERAL ({END} DESC LIMIT 1) AS high ON fewer
)
MERGE INTO audience_audiencepost AS held USING d ON held.id = d.held_id
WHEN MATCHED AND held.comments + held.owner_comments + d.comments + d.owner_comments <= 0 THEN DELETE
WHEN MATCHED THEN UPDATE SET comments = greatest(0, held.comments + d.comments),
    people = greatest(0, held.people + d.people), new_people = greatest(0, held.new_people + d.new_people),
    replies = greatest(0, held.replies + d.replies),
    owner_comments = greatest(0, held.owner_comments + d.owner_comments),
    owner_replies = greatest(0, held.owner_replies + d.owner_replies), likes = held.likes + d.likes,
    first_at = d.first_at, last_at = d.last_at, hours = d.hours,
    half_hours = aura_half(d.hours, held.comments + d.comments)
WHEN NOT MATCHED AND d.comments + d.owner_comments > 0
THEN INSERT (id, workspace_id, account_id, post_id, {COLUMNS})
    VALUES (uuidv7(), %(workspace)s, %(account)s, d.post_id, d.comments, d.people, d.new_people, d.replies,
        d.owner_comments, d.owner_replies, d.likes, d.first_at, d.last_at, d.hours,
        aura_half(d.hours, d.comments))
"""  # noqa: S608


class Posts:
    """``AudiencePost``. Comes after people, from whom it takes who is new."""

    name = "posts"
    exact = True

    def rebuild(self, cursor: CursorWrapper, values: Values) -> int:
        """Count every comment again."""
        return written(cursor, ALL, values)

    def touch(self, cursor: CursorWrapper, values: Values, changes: Changes) -> int:
        """Add the differences; posts whose own time changed are counted again."""
        rows = written(cursor, TOUCH, values)
        if changes.moved_posts:
            rows += written(cursor, MOVED, values | {"moved": changes.moved_posts})
        return rows
