"""Makes the rollups about the people of an audience from the comments: habits, the sums over them, cohorts (A6, A10).

:mod:`.habit_changes` has the same by difference. All run inside the workspace's scope and the caller's transaction,
which holds the account's lock (see ``audience.services.rollups``): two at once would count a person twice.
"""

from collections.abc import Mapping
from typing import Any

from django.db.backends.utils import CursorWrapper

from audience import loyalty, types
from audience.services.rollups.parts import SAID

Values = Mapping[str, Any]

WEIGHTS = " + ".join(f"{signal.weight} * (signals & {signal.bit} <> 0)::int" for signal in types.SIGNALS)
LOYAL = f"posts >= {loyalty.LOYAL_POSTS} OR weeks >= {loyalty.LOYAL_WEEKS}"
# OFFSET 0 below keeps the planner from writing these sums out at each of their thirty uses.
# The very rules of audience.types, whose tests hold the two against each other.
SIGNALS = f"""
    (p.picture_state = 'missing')::int * 1
    + (length(p.username) - length(translate(p.username, '0123456789', '')) >= {types.DIGITS})::int * 2
    + coalesce(p.posts_count = 0 AND p.following >= {types.EMPTY_FOLLOWED}, false)::int * 4
    + coalesce(p.following >= {types.ONE_SIDED_FOLLOWED}
        AND p.following >= {types.ONE_SIDED_TIMES} * greatest(p.followers, 1)
        AND p.followers IS NOT NULL, false)::int * 8
    + (c.copies >= {types.COPIES})::int * 16
    + (p.profile_type = '{types.BOT}')::int * 32
"""
KIND = f"""
    CASE WHEN followers IS NULL OR following IS NULL THEN '{types.UNKNOWN}'
        WHEN NOT verified AND {WEIGHTS} >= {types.ENOUGH} THEN '{types.SUSPICIOUS}'
        WHEN following > {types.MANY_FOLLOWED} THEN '{types.MASS_FOLLOWER}'
        WHEN followers > {types.MANY_FOLLOWERS} AND following < {types.MANY_FOLLOWED} THEN '{types.INFLUENCER}'
        ELSE '{types.REAL}' END
"""
FIELDS = (
    "comments",
    "likes",
    "posts",
    "weeks",
    "copies",
    "months",
    "kind",
    "signals",
    "gender",
    "age",
    "profile_type",
    "language",
)
COLUMNS = ", ".join(FIELDS)
# How the rows of one person are counted, from commenter_id, post_id, likes, commented_at and said of each comment.
COUNTED = """
SELECT commenter_id, count(*)::int AS comments, coalesce(sum(likes), 0)::bigint AS likes,
    count(DISTINCT post_id)::int AS posts, count(DISTINCT week)::int AS weeks,
    (count(said) - count(DISTINCT said))::int AS copies,
    coalesce(array_agg(DISTINCT month ORDER BY month) FILTER (WHERE month IS NOT NULL), '{{}}') AS months
FROM (
    SELECT commenter_id, post_id, likes, ((commented_at AT TIME ZONE 'UTC')::date - DATE '1970-01-05') / 7 AS week,
        date_trunc('month', commented_at AT TIME ZONE 'UTC')::date AS month, said
    FROM {comments} AS c WHERE commenter_id <> ALL (%(owners)s::uuid[])
) AS q GROUP BY commenter_id
"""
ALL_COMMENTS = f"""(
    SELECT commenter_id, post_id, likes, commented_at, {SAID} FROM audience_comment
    WHERE account_id = %(account)s AND workspace_id = %(workspace)s
)"""  # noqa: S608  names and numbers of this module
# What should be, with the person's profile as it is.
FOUND = f"""
SELECT commenter_id, comments, likes, posts, weeks, copies, months, {KIND} AS kind, signals, gender, age,
    profile_type, language
FROM (
    SELECT c.*, {SIGNALS} AS signals, coalesce(p.is_verified, false) AS verified, p.followers, p.following,
        p.gender, p.age, p.profile_type, p.language
    FROM ({{counted}}) AS c {{profiles}}
    OFFSET 0
) AS j OFFSET 0
"""  # noqa: S608
JOINED = "JOIN audience_commenter AS p ON p.id = c.commenter_id AND p.workspace_id = %(workspace)s"
REBUILD = f"""
WITH f AS ({FOUND.format(counted=COUNTED.format(comments=ALL_COMMENTS), profiles=JOINED)}), t AS (
    SELECT * FROM audience_audiencehabit WHERE account_id = %(account)s AND workspace_id = %(workspace)s
)
MERGE INTO audience_audiencehabit AS old USING (
    SELECT t.id AS old_id, f.* FROM f FULL JOIN t USING (commenter_id)
    WHERE ({", ".join(f"t.{name}" for name in FIELDS)}) IS DISTINCT FROM ({", ".join(f"f.{name}" for name in FIELDS)})
    ORDER BY f.commenter_id
) AS new ON old.id = new.old_id
WHEN MATCHED AND new.comments IS NULL THEN DELETE
WHEN MATCHED THEN UPDATE SET {", ".join(f"{name} = new.{name}" for name in FIELDS)}
WHEN NOT MATCHED THEN INSERT (id, workspace_id, account_id, commenter_id, {COLUMNS})
    VALUES (uuidv7(), %(workspace)s, %(account)s, new.commenter_id,
        {", ".join(f"new.{name}" for name in FIELDS)})
"""  # noqa: S608
SUMS = (
    "people",
    "comments",
    "likes",
    "comments_squared",
    "likes_squared",
    "likes_comments",
    "loyal",
    "copies",
)
# {one} is 1 for each row, or its sign where rows are changes.
SEGMENTS = f"""
SELECT CASE grouping(gender, age, profile_type, language, kind, comments)
        WHEN 63 THEN 'all' WHEN 31 THEN 'gender' WHEN 47 THEN 'age' WHEN 55 THEN 'profile_type' WHEN 59 THEN 'language'
        WHEN 61 THEN 'signals' ELSE 'comments' END AS dimension,
    coalesce(gender, age, profile_type, language, kind || ':' || signals, comments::text, '') AS value,
    sum({{one}})::int AS people, sum({{one}} * h.comments)::bigint AS comments, sum({{one}} * h.likes)::bigint AS likes,
    sum({{one}} * h.comments::bigint * h.comments)::bigint AS comments_squared,
    sum({{one}} * h.likes::numeric * h.likes) AS likes_squared,
    sum({{one}} * h.likes::numeric * h.comments) AS likes_comments,
    coalesce(sum({{one}}) FILTER (WHERE {LOYAL}), 0)::int AS loyal, sum({{one}} * h.copies)::bigint AS copies
FROM {{rows}} AS h
GROUP BY GROUPING SETS ((), (gender), (age), (profile_type), (language), (kind, signals), (comments))
HAVING count(*) > 0
"""  # noqa: S608
COHORTS = f"""
SELECT months[1] AS cohort, month, sum({{one}})::int AS people,
    coalesce(sum({{one}}) FILTER (WHERE {LOYAL}), 0)::int AS loyal
FROM {{rows}} AS h CROSS JOIN unnest(months) AS month GROUP BY 1, 2
"""  # noqa: S608
ALL_ROWS = """(
    SELECT * FROM audience_audiencehabit WHERE account_id = %(account)s AND workspace_id = %(workspace)s
)"""
TABLES = {
    "audience_audiencesegment": (SEGMENTS, ("dimension", "value"), SUMS),
    "audience_audiencecohort": (COHORTS, ("cohort", "month"), ("people", "loyal")),
}
OWNERS = """
SELECT id FROM audience_commenter WHERE workspace_id = %(workspace)s AND username = %(username)s
UNION SELECT id FROM audience_commenter
WHERE workspace_id = %(workspace)s AND external_id = %(external)s AND external_id <> ''
"""


def rebuild(cursor: CursorWrapper, values: Values) -> int:
    """Make an account's rows anew from its comments; returns how many rows were written.

    ``values`` has ``account``, ``workspace``, ``username`` and ``external``, as in ``rollups``; ``owners``, the ids of
    the account's own rows among the people, is looked up where it is missing.
    """
    known = with_owners(cursor, values)
    cursor.execute(REBUILD, known)
    changed: int = cursor.rowcount
    for table, (statement, keys, sums) in TABLES.items():
        cursor.execute(_merged(table, statement.format(one=1, rows=ALL_ROWS), keys, sums), known)
        changed += cursor.rowcount
    return changed


def with_owners(cursor: CursorWrapper, values: Values) -> dict[str, Any]:
    """The values, with the account's own rows among the people."""
    known = dict(values)
    if "owners" not in known:
        cursor.execute(OWNERS, known)
        known["owners"] = [row[0] for row in cursor.fetchall()]
    return known


def _merged(table: str, statement: str, keys: tuple[str, str], sums: tuple[str, ...]) -> str:
    """SQL that makes a table say what ``statement`` finds, writing only the rows that differ."""
    old, new = (", ".join(f"{side}.{name}" for name in sums) for side in ("t", "f"))
    return f"""
WITH f AS ({statement}), t AS (
    SELECT * FROM {table} WHERE account_id = %(account)s AND workspace_id = %(workspace)s
)
MERGE INTO {table} AS old USING (
    SELECT t.id AS old_id, f.* FROM f FULL JOIN t USING ({", ".join(keys)}) WHERE ({old}) IS DISTINCT FROM ({new})
) AS new ON old.id = new.old_id
WHEN MATCHED AND new.people IS NULL THEN DELETE
WHEN MATCHED THEN UPDATE SET {", ".join(f"{name} = new.{name}" for name in sums)}
WHEN NOT MATCHED THEN INSERT (id, workspace_id, account_id, {", ".join([*keys, *sums])})
    VALUES (uuidv7(), %(workspace)s, %(account)s, {", ".join(f"new.{name}" for name in [*keys, *sums])})
"""  # noqa: S608  names from this module
