"""The statements that read and count comments. Each sees one workspace and account."""

from typing import Final

LOCK: Final = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 11))"
# A subquery beside the columns is looked up row by row, whatever the planner thinks of a growing table.
STALE: Final = """
WITH w AS MATERIALIZED (
    SELECT id, external_id, post_id, (commented_at AT TIME ZONE 'UTC')::date AS day, text,
        commenter_id = ANY (%(owners)s::uuid[]) AS by_owner, hashtextextended(text, 3) AS hash
    FROM audience_comment
    WHERE workspace_id = %(workspace)s AND account_id = %(account)s AND external_id > %(cursor)s
        AND (%(until)s = '' OR external_id <= %(until)s)
    ORDER BY external_id LIMIT %(limit)s
)
SELECT w.external_id, w.id, w.post_id, w.day, w.text, w.by_owner, w.hash,
    r.id IS NULL OR (r.text_hash, r.post_id, r.day, r.by_owner) IS DISTINCT FROM (w.hash, w.post_id, w.day, w.by_owner)
        OR NOT r.paid AND r.reader <> %(reader)s AS is_stale,
    %(paying)s AND NOT w.by_owner
        AND (r.id IS NULL OR r.text_hash <> w.hash OR NOT r.paid AND r.fallback <> %(no_words)s)
        AND NOT EXISTS (
            SELECT FROM audience_commentclaim c
            WHERE c.workspace_id = %(workspace)s AND c.comment_id = w.id AND c.text_hash = w.hash
        ) AS is_payable,
    CASE WHEN r.paid AND r.text_hash = w.hash THEN
        ARRAY[r.reader, r.sentiment, r.score::text, r.is_question::int::text, r.praise, r.language]
    END AS known
FROM w LEFT JOIN LATERAL (
    SELECT id, reader, paid, fallback, text_hash, post_id, day, by_owner, sentiment, score, is_question, praise,
        language
    FROM audience_commentreading WHERE workspace_id = %(workspace)s AND comment_id = w.id OFFSET 0
) AS r ON true ORDER BY w.external_id
"""
COUNTED: Final = """
INSERT INTO audience_wordsday AS t (id, workspace_id, account_id, post_id, day, sentiment, comments, questions, generic)
SELECT gen_random_uuid(), %(workspace)s, %(account)s, post_id, day, sentiment, sum(n), sum(n * is_question::int),
    sum(n * (praise = 'generic')::int)
FROM (
    SELECT post_id, day, sentiment, is_question, praise, -1 AS n FROM audience_commentreading
    WHERE workspace_id = %(workspace)s AND comment_id = ANY (%(comments)s::uuid[]) AND NOT by_owner
    UNION ALL
    SELECT * , 1 FROM unnest(%(posts)s::uuid[], %(days)s::date[], %(sentiments)s::text[], %(asked)s::bool[],
        %(praises)s::text[])
) AS q (post_id, day, sentiment, is_question, praise, n)
GROUP BY post_id, day, sentiment
ON CONFLICT (workspace_id, account_id, post_id, day, sentiment) DO UPDATE
SET comments = t.comments + excluded.comments, questions = t.questions + excluded.questions,
    generic = t.generic + excluded.generic
"""
STORE: Final = """
INSERT INTO audience_commentreading (id, workspace_id, account_id, comment_id, post_id, day, by_owner, sentiment, score,
    is_question, praise, language, text_hash, fingerprint, reader, paid,
    fallback)
SELECT r.id, %(workspace)s, %(account)s, r.comment, r.post, r.day, r.by_owner, r.sentiment, r.score, r.asked, r.praise,
    r.language, r.text_hash, r.fingerprint, r.reader, r.paid, r.fallback
FROM unnest(%(ids)s::uuid[], %(comments)s::uuid[], %(all_posts)s::uuid[], %(all_days)s::date[], %(by_owner)s::bool[],
    %(all_sentiments)s::text[], %(scores)s::float[], %(all_asked)s::bool[], %(all_praises)s::text[],
    %(languages)s::text[], %(hashes)s::bigint[], %(fingerprints)s::bigint[],
    %(readers)s::text[], %(paid)s::bool[], %(fallbacks)s::text[])
    AS r(id, comment, post, day, by_owner, sentiment, score, asked, praise, language, text_hash, fingerprint, reader,
        paid, fallback)
ON CONFLICT (workspace_id, comment_id) DO UPDATE SET post_id = excluded.post_id, day = excluded.day,
    by_owner = excluded.by_owner, sentiment = excluded.sentiment, score = excluded.score,
    is_question = excluded.is_question, praise = excluded.praise, language = excluded.language,
    text_hash = excluded.text_hash, fingerprint = excluded.fingerprint, reader = excluded.reader, paid = excluded.paid,
    fallback = excluded.fallback, topic = NULL, question = NULL
"""
EMPTY: Final = """
DELETE FROM audience_wordsday WHERE workspace_id = %(workspace)s AND account_id = %(account)s AND comments <= 0
"""
REBUILD: Final = """
WITH f AS (
    SELECT post_id, day, sentiment, count(*) AS comments, count(*) FILTER (WHERE is_question) AS questions,
        count(*) FILTER (WHERE praise = 'generic') AS generic
    FROM audience_commentreading WHERE workspace_id = %(workspace)s AND account_id = %(account)s AND NOT by_owner
    GROUP BY post_id, day, sentiment
), t AS (
    SELECT * FROM audience_wordsday WHERE workspace_id = %(workspace)s AND account_id = %(account)s
)
MERGE INTO audience_wordsday AS old USING (
    SELECT t.id AS old_id, coalesce(f.post_id, t.post_id) AS post_id, coalesce(f.day, t.day) AS day,
        coalesce(f.sentiment, t.sentiment) AS sentiment, f.comments, f.questions, f.generic
    FROM f FULL JOIN t ON f.post_id = t.post_id AND f.sentiment = t.sentiment
        AND coalesce(f.day, 'infinity') = coalesce(t.day, 'infinity')
    WHERE (f.comments, f.questions, f.generic) IS DISTINCT FROM (t.comments, t.questions, t.generic)
) AS new ON old.id = new.old_id
WHEN MATCHED AND new.comments IS NULL THEN DELETE
WHEN MATCHED THEN UPDATE SET comments = new.comments, questions = new.questions, generic = new.generic
WHEN NOT MATCHED THEN INSERT (id, workspace_id, account_id, post_id, day, sentiment, comments, questions, generic)
    VALUES (gen_random_uuid(), %(workspace)s, %(account)s, new.post_id, new.day, new.sentiment, new.comments,
        new.questions, new.generic)
"""
TALLY: Final = """
SELECT reader, paid, fallback, count(*) FROM audience_commentreading
WHERE workspace_id = %(workspace)s AND account_id = %(account)s AND NOT by_owner
GROUP BY reader, paid, fallback ORDER BY count(*) DESC, reader, fallback
"""
