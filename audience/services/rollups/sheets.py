"""What writes the packs' sheets: of all comments, and of what a batch changed."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from itertools import groupby
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper
from psycopg import Cursor, ServerCursor

from audience import packing
from audience.packing import Sheet
from audience.services.rollups.parts import Values

MINE = "account_id = %(account)s AND workspace_id = %(workspace)s"


WIDTHS = {
    1: ("charsend", 'int::"char"'),
    2: ("int2send", "smallint"),
    4: ("int4send", "int"),
    8: ("int8send", "bigint"),
}


def _narrow(name: str, *widths: int) -> str:
    """The column in as few bytes as all of its numbers fit into. All arrays of a row have the same order."""
    cases = []
    for width in widths:
        send, kind = WIDTHS[width]
        most = 2 ** (8 * width - 1) - 1
        # All of them are worked out, also where the numbers do not fit.
        small = name if width == widths[-1] else f"greatest(-{most}, least({most}, {name}))"
        cases.append(f"WHEN max(abs({name})) <= {most} THEN string_agg({send}(({small})::{kind}), '')")
    return f"CASE {' '.join(cases)} END"


# Of a post also when its dated comments came. A change of a time alone is a sheet of nobody.
SHEETS = f"""
{{given}}
INSERT INTO audience_audiencesheet (id, workspace_id, account_id, day, post, size, total, people, comments, likes,
    quarters, dated)
SELECT uuidv7(), %(workspace)s, %(account)s, s.day, coalesce(s.post, t.post), coalesce(size, 0), coalesce(total, 0),
    coalesce(people, ''), coalesce(comments, ''), coalesce(likes, ''),
    CASE WHEN s.day IS NULL THEN coalesce(quarters, '') END, CASE WHEN s.day IS NULL THEN coalesce(dated, '') END
FROM (
    SELECT day, post, count(*) AS size, sum(n) AS total, string_agg(int4send(number), '') AS people,
        {_narrow("n", 1, 2, 4)} AS comments,
        {_narrow("likes", 2, 4, 8)} AS likes
    FROM ({{pairs}}) AS pairs GROUP BY day, post
) AS s FULL JOIN (
    SELECT post, string_agg(int4send(quarter), '') AS quarters, string_agg(int4send(n::int), '') AS dated
    FROM ({{times}}) AS times GROUP BY post
) AS t ON t.post = s.post
"""  # noqa: S608
DAY = "(date_trunc('day', commented_at, 'UTC') AT TIME ZONE 'UTC')::date"
QUARTER = "floor(date_part('epoch', commented_at) / 900)::int"
# Read once, narrow, because days and posts are both made of all comments.
NUMBERED = f"""
DROP TABLE IF EXISTS numbered_comment;
CREATE TEMP TABLE numbered_comment ON COMMIT DROP AS
SELECT {QUARTER} AS quarter, c.post_id AS post, a.number, coalesce(c.likes, 0) AS likes
FROM audience_comment AS c JOIN audience_audienceperson AS a ON a.commenter_id = c.commenter_id
    AND a.account_id = %(account)s AND a.workspace_id = %(workspace)s
WHERE c.account_id = %(account)s AND c.workspace_id = %(workspace)s AND a.number IS NOT NULL
"""  # noqa: S608
# All comments of a day or post in a row. Adding them up by person is much faster in arrays.
OF_DAYS = """
SELECT date '1970-01-01' + (quarter - CASE WHEN quarter < 0 THEN 95 ELSE 0 END) / 96 AS day,
    string_agg(int4send(number), '') AS who, string_agg(int8send(likes), '') AS likes
FROM numbered_comment WHERE quarter IS NOT NULL GROUP BY 1 ORDER BY 1
"""
OF_POSTS = """
SELECT post, string_agg(int4send(number), '') AS who, string_agg(int8send(likes), '') AS likes,
    coalesce(string_agg(int4send(quarter), ''), '') AS quarters
FROM numbered_comment GROUP BY 1
"""
WRITE = """
INSERT INTO audience_audiencesheet (id, workspace_id, account_id, day, post, month, size, total, people, comments,
    likes, quarters, dated)
VALUES (uuidv7(), %(workspace)s, %(account)s, %(day)s, %(post)s, %(month)s, %(size)s, %(total)s, %(people)s,
    %(comments)s, %(likes)s, %(quarters)s, %(dated)s)
"""
SUMMED = f"""
UPDATE audience_audiencesheet SET summed = true
WHERE {MINE} AND day >= %(month)s AND day < %(month)s + interval '1 month'
"""  # noqa: S608
# Whatever is asked for is read to its end.
PATIENT = "SELECT set_config('cursor_tuple_fraction', '1', true)"
AT_ONCE = 8
# The number of who went stands with their row as it was.
CHANGED = f"""
WITH who AS MATERIALIZED (
    SELECT s.commenter_id, coalesce(a.number, g.old_number) AS number
    FROM (SELECT DISTINCT commenter_id FROM changed_comment) AS s LEFT JOIN LATERAL (
        SELECT number FROM audience_audienceperson WHERE commenter_id = s.commenter_id AND {MINE} OFFSET 0
    ) AS a ON true LEFT JOIN changed_person AS g ON g.commenter_id = s.commenter_id AND g.new_comments IS NULL
), c AS MATERIALIZED (
    SELECT {DAY} AS day, {QUARTER} AS quarter, post_id AS post, number, sum(sign) AS n,
        sum(sign * coalesce(likes, 0)) AS likes
    FROM changed_comment JOIN who USING (commenter_id) WHERE number IS NOT NULL GROUP BY 1, 2, 3, 4
)
"""  # noqa: S608
CHANGED_PAIRS = """
SELECT day, NULL::uuid AS post, number, sum(n)::bigint AS n, sum(likes)::bigint AS likes FROM c
WHERE day IS NOT NULL GROUP BY day, number HAVING sum(n) <> 0 OR sum(likes) <> 0
UNION ALL SELECT NULL, post, number, sum(n)::bigint, sum(likes)::bigint FROM c
GROUP BY post, number HAVING sum(n) <> 0 OR sum(likes) <> 0
"""
CHANGED_TIMES = """
SELECT post, quarter, sum(n) AS n FROM c WHERE quarter IS NOT NULL GROUP BY 1, 2 HAVING sum(n) <> 0
"""
TOUCH = SHEETS.format(given=CHANGED, pairs=CHANGED_PAIRS, times=CHANGED_TIMES)


def _read(query: str) -> Iterator[tuple[Any, ...]]:
    """Rows of arrays, few at a time."""
    with ServerCursor(connection.connection, "sheets") as cursor:
        cursor.itersize = AT_ONCE
        cursor.execute(query.encode(), binary=True)
        yield from cursor


def _write(values: Values, sheet: Sheet, **of: Any) -> None:
    nothing = dict.fromkeys(("day", "post", "month", "quarters", "dated"))
    with Cursor(connection.connection) as cursor:
        cursor.execute(WRITE.encode(), values | nothing | asdict(sheet) | of)


def write_all(cursor: CursorWrapper, values: Values) -> None:
    """The sheets of all days, months and posts, where none are yet."""
    for statement in (PATIENT, NUMBERED, "ANALYZE numbered_comment"):
        cursor.execute(statement, values)
    for month, days in groupby(_days(values), lambda found: found[0].replace(day=1)):
        _write_month(cursor, values, month, [sheet for _, sheet in days])
    for post, who, likes, quarters in _read(OF_POSTS):
        times = dict(zip(("quarters", "dated"), packing.counted(quarters), strict=True))
        _write(values, packing.gathered(who, likes), post=post, **times)
    cursor.execute("DROP TABLE numbered_comment")


def _days(values: Values) -> Iterator[tuple[date, Sheet]]:
    for day, who, likes in _read(OF_DAYS):
        sheet = packing.gathered(who, likes)
        _write(values, sheet, day=day)
        yield day, sheet


def _write_month(cursor: CursorWrapper, values: Values, month: date, days: list[Sheet]) -> None:
    sheet = packing.together(days)
    # Where sums are not exact, the days stand for themselves.
    if sheet:
        _write(values, sheet, month=month)
        cursor.execute(SUMMED, values | {"month": month})
