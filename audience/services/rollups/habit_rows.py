"""Keeps the rollups about the people of an audience: habits, the sums over them, cohorts (A6, A10).

``rebuild`` makes them anew from the comments; ``touch`` and ``refresh`` change only what a few people changed, by the
difference between what their rows said and say. All run inside the workspace's scope and the caller's transaction,
which holds the account's lock (see ``audience.services.rollups``): two at once would count a person twice.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from audience import loyalty, types

Values = Mapping[str, Any]
Cells = dict[tuple[Any, Any], tuple[int, ...]]

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
COUNTED = f"""
SELECT commenter_id, count(*)::int AS comments, coalesce(sum(likes), 0)::bigint AS likes,
    count(DISTINCT post_id)::int AS posts, count(DISTINCT week)::int AS weeks,
    (count(said) - count(DISTINCT said))::int AS copies,
    coalesce(array_agg(DISTINCT month ORDER BY month) FILTER (WHERE month IS NOT NULL), '{{{{}}}}') AS months
FROM (
    SELECT commenter_id, post_id, likes, ((commented_at AT TIME ZONE 'UTC')::date - DATE '1970-01-05') / 7 AS week,
        date_trunc('month', commented_at AT TIME ZONE 'UTC')::date AS month,
        CASE WHEN length(btrim(text)) >= {types.COPY_LENGTH}
            THEN hashtextextended(lower(btrim(text)), 0) END AS said
    FROM audience_comment
    WHERE account_id = %(account)s AND workspace_id = %(workspace)s
        AND commenter_id <> ALL (%(owners)s::uuid[]) {{only}}
) AS q GROUP BY commenter_id
"""  # noqa: S608  names and numbers of this module
KEPT = """
SELECT commenter_id, comments, likes, posts, weeks, copies, months FROM audience_audiencehabit
WHERE account_id = %(account)s AND workspace_id = %(workspace)s AND commenter_id = ANY (%(people)s::uuid[])
"""
HABITS = f"""
WITH f AS (
    SELECT commenter_id, comments, likes, posts, weeks, copies, months, {KIND} AS kind, signals, gender, age,
        profile_type, language
    FROM (
        SELECT c.*, {SIGNALS} AS signals, coalesce(p.is_verified, false) AS verified, p.followers, p.following,
            p.gender, p.age, p.profile_type, p.language
        FROM ({{counted}}) AS c
        JOIN audience_commenter AS p ON p.id = c.commenter_id AND p.workspace_id = %(workspace)s
        OFFSET 0
    ) AS j OFFSET 0
), t AS (
    SELECT * FROM audience_audiencehabit WHERE account_id = %(account)s AND workspace_id = %(workspace)s {{only}}
)
MERGE INTO audience_audiencehabit AS old USING (
    SELECT t.id AS old_id, f.* FROM f FULL JOIN t USING (commenter_id)
    WHERE ({", ".join(f"t.{name}" for name in FIELDS)}) IS DISTINCT FROM ({", ".join(f"f.{name}" for name in FIELDS)})
) AS new ON old.id = new.old_id
WHEN MATCHED AND new.comments IS NULL THEN DELETE
WHEN MATCHED THEN UPDATE SET {", ".join(f"{name} = new.{name}" for name in FIELDS)}
WHEN NOT MATCHED THEN INSERT (id, workspace_id, account_id, commenter_id, {COLUMNS})
    VALUES (gen_random_uuid(), %(workspace)s, %(account)s, new.commenter_id,
        {", ".join(f"new.{name}" for name in FIELDS)})
"""  # noqa: S608  names and numbers of this module
# Not "= ANY": after a large import, before the next ANALYZE, that would read all rows of the account.
ONLY = "AND commenter_id IN (SELECT unnest(%(people)s::uuid[]))"
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
SEGMENTS = f"""
SELECT CASE grouping(gender, age, profile_type, language, kind, comments)
        WHEN 63 THEN 'all' WHEN 31 THEN 'gender' WHEN 47 THEN 'age' WHEN 55 THEN 'profile_type' WHEN 59 THEN 'language'
        WHEN 61 THEN 'signals' ELSE 'comments' END AS dimension,
    coalesce(gender, age, profile_type, language, kind || ':' || signals, comments::text, '') AS value,
    count(*)::int AS people, sum(h.comments)::bigint AS comments, sum(h.likes)::bigint AS likes,
    sum(h.comments::bigint * h.comments)::bigint AS comments_squared,
    sum(h.likes::numeric * h.likes) AS likes_squared, sum(h.likes::numeric * h.comments) AS likes_comments,
    (count(*) FILTER (WHERE {LOYAL}))::int AS loyal, sum(h.copies)::bigint AS copies
FROM audience_audiencehabit AS h
WHERE account_id = %(account)s AND workspace_id = %(workspace)s {{only}}
GROUP BY GROUPING SETS ((), (gender), (age), (profile_type), (language), (kind, signals), (comments))
HAVING count(*) > 0
"""  # noqa: S608  names and numbers of this module
COHORTS = f"""
SELECT months[1] AS cohort, month, count(*)::int AS people, (count(*) FILTER (WHERE {LOYAL}))::int AS loyal
FROM audience_audiencehabit CROSS JOIN unnest(months) AS month
WHERE account_id = %(account)s AND workspace_id = %(workspace)s {{only}}
GROUP BY 1, 2
"""  # noqa: S608  names and numbers of this module
TABLES = {
    "audience_audiencesegment": (SEGMENTS, ("dimension", "value"), SUMS, "text"),
    "audience_audiencecohort": (COHORTS, ("cohort", "month"), ("people", "loyal"), "date"),
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
    known = _with_owners(cursor, values)
    cursor.execute(HABITS.format(counted=COUNTED.format(only=""), only=""), known)
    changed: int = cursor.rowcount
    for table, (statement, keys, sums, _) in TABLES.items():
        cursor.execute(_merged(table, statement.format(only=""), keys, sums), known)
        changed += cursor.rowcount
    return changed


def touch(cursor: CursorWrapper, values: Values, people: Iterable[UUID]) -> int:
    """Bring up to date what these people changed: comments come or gone, profile or classification read anew.

    Whoever has no comment left loses their row. Returns how many rows were written. Must be called before the person's
    own row is deleted by anybody else, since the row says what is to be taken from the sums.
    """
    known = _with_owners(cursor, values) | {"people": list(people)}
    return _moved(cursor, known, HABITS.format(counted=COUNTED.format(only=ONLY), only=ONLY))


def refresh(cursor: CursorWrapper, values: Values, people: Iterable[UUID]) -> int:
    """Bring up to date whom these people are seen as, without reading comments; returns how many rows were written."""
    return _moved(cursor, {**values, "people": list(people)}, HABITS.format(counted=KEPT, only=ONLY))


def _with_owners(cursor: CursorWrapper, values: Values) -> dict[str, Any]:
    known = dict(values)
    if "owners" not in known:
        cursor.execute(OWNERS, known)
        known["owners"] = [row[0] for row in cursor.fetchall()]
    return known


def _moved(cursor: CursorWrapper, values: Values, statement: str) -> int:
    before = {table: _cells(cursor, table, values) for table in TABLES}
    cursor.execute(statement, values)
    changed: int = cursor.rowcount
    if changed:
        for table in TABLES:
            changed += _apply(cursor, table, values, _difference(before[table], _cells(cursor, table, values)))
    return changed


def _cells(cursor: CursorWrapper, table: str, values: Values) -> Cells:
    """What the people asked about add to a table."""
    cursor.execute(TABLES[table][0].format(only=ONLY), values)
    return {(row[0], row[1]): tuple(map(int, row[2:])) for row in cursor.fetchall()}


def _difference(before: Cells, after: Cells) -> Cells:
    found = {}
    for key in before.keys() | after.keys():
        size = len(before.get(key) or after[key])
        nothing = (0,) * size
        moved = tuple(b - a for a, b in zip(before.get(key, nothing), after.get(key, nothing), strict=True))
        if any(moved):
            found[key] = moved
    return found


def _apply(cursor: CursorWrapper, table: str, values: Values, cells: Cells) -> int:
    """Add the differences to the sums; a cell without people goes."""
    _, keys, sums, kind = TABLES[table]
    if not cells:
        return 0
    names = [*keys, *sums]
    columns = list(zip(*((*key, *moved) for key, moved in sorted(cells.items())), strict=True))
    lists = {f"list_{name}": list(column) for name, column in zip(names, columns, strict=True)}
    arrays = [f"%(list_{name})s::{kind}[]" for name in keys] + [f"%(list_{name})s::numeric[]" for name in sums]
    cursor.execute(
        f"""
MERGE INTO {table} AS old USING unnest({", ".join(arrays)}) AS new ({", ".join(names)})
ON old.workspace_id = %(workspace)s AND old.account_id = %(account)s
    AND {" AND ".join(f"old.{name} = new.{name}" for name in keys)}
WHEN MATCHED AND old.people + new.people = 0 THEN DELETE
WHEN MATCHED THEN UPDATE SET {", ".join(f"{name} = old.{name} + new.{name}" for name in sums)}
WHEN NOT MATCHED THEN INSERT (id, workspace_id, account_id, {", ".join(names)})
    VALUES (gen_random_uuid(), %(workspace)s, %(account)s, {", ".join(f"new.{name}" for name in names)})
""",  # noqa: S608  names from this module
        {**values, **lists},
    )
    written: int = cursor.rowcount
    return written


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
    VALUES (gen_random_uuid(), %(workspace)s, %(account)s, {", ".join(f"new.{name}" for name in [*keys, *sums])})
"""  # noqa: S608  names from this module
