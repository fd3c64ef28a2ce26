"""The statements that write the packs' sheets: of all comments, and of what a batch changed."""

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
QUARTER = "floor(extract(epoch FROM commented_at) / 900)::int"
# Read once, narrow, because days and posts are both made of all comments.
NUMBERED = f"""
DROP TABLE IF EXISTS numbered_comment;
CREATE TEMP TABLE numbered_comment ON COMMIT DROP AS
SELECT {DAY} AS day, {QUARTER} AS quarter, c.post_id AS post, a.number, coalesce(c.likes, 0) AS likes
FROM audience_comment AS c JOIN audience_audienceperson AS a ON a.commenter_id = c.commenter_id
    AND a.account_id = %(account)s AND a.workspace_id = %(workspace)s
WHERE c.account_id = %(account)s AND c.workspace_id = %(workspace)s AND a.number IS NOT NULL
"""  # noqa: S608
PAIRS = """
SELECT {key}, number, count(*) AS n, sum(likes)::bigint AS likes FROM numbered_comment {dated} GROUP BY {group}, number
"""
TIMES = "SELECT post, quarter, count(*) AS n FROM numbered_comment WHERE quarter IS NOT NULL AND {some} GROUP BY 1, 2"
ALL_DAYS = SHEETS.format(
    given="",
    pairs=PAIRS.format(key="day, NULL::uuid AS post", dated="WHERE day IS NOT NULL", group="day"),
    times=TIMES.format(some="false"),
)
ALL_POSTS = SHEETS.format(
    given="",
    pairs=PAIRS.format(key="NULL::date AS day, post", dated="", group="post"),
    times=TIMES.format(some="true"),
)
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
