"""Reads the comments that nobody read yet, in batches, and counts them into the rollup as it goes.

A pass walks an account's comments in the order of their index and looks at each once, so that a million read comments
cost seconds, not a sort for every batch. An edited, moved or newly dated comment is read again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F
from django.db.models.functions import Now

from audience.models import AccountWords, TrackedAccount
from audience.services.words.measuring import measure
from aura.providers.local.comments import LocalReader
from aura.providers.local.wording import key_text
from aura.providers.text_ports import CommentReading, CommentText, Reader
from aura.tenancy.ids import uuid7

WINDOW = 5000
COPY_WORDS, COPY_LETTERS = 4, 18
"""Two people who write the same fewer words copied nothing."""
DENSE = "\u2e80"
DENSE_LETTERS = 9
READER = LocalReader()

LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 11))"
# A subquery beside the columns is looked up row by row, whatever the planner thinks of a growing table.
STALE = """
WITH w AS MATERIALIZED (
    SELECT id, external_id, post_id, commenter_id, commented_at, text FROM audience_comment
    WHERE workspace_id = %(workspace)s AND account_id = %(account)s AND external_id > %(cursor)s
    ORDER BY external_id LIMIT %(limit)s
)
SELECT w.external_id, w.id, w.post_id, (w.commented_at AT TIME ZONE 'UTC')::date, w.text,
    w.commenter_id = ANY (%(owners)s::uuid[]), r.id IS NULL
        OR (r.reader, r.text_hash, r.post_id, r.day, r.by_owner) IS DISTINCT FROM (
            %(reader)s, hashtextextended(w.text, 3), w.post_id, (w.commented_at AT TIME ZONE 'UTC')::date,
            w.commenter_id = ANY (%(owners)s::uuid[])), hashtextextended(w.text, 3)
FROM w LEFT JOIN LATERAL (
    SELECT id, reader, text_hash, post_id, day, by_owner FROM audience_commentreading
    WHERE workspace_id = %(workspace)s AND comment_id = w.id OFFSET 0
) AS r ON true ORDER BY w.external_id
"""
COUNTED = """
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
STORE = """
INSERT INTO audience_commentreading (id, workspace_id, account_id, comment_id, post_id, day, by_owner, sentiment, score,
    is_question, praise, language, text_hash, fingerprint, reader)
SELECT r.id, %(workspace)s, %(account)s, r.comment, r.post, r.day, r.by_owner, r.sentiment, r.score, r.asked, r.praise,
    r.language, r.text_hash, r.fingerprint, %(reader)s
FROM unnest(%(ids)s::uuid[], %(comments)s::uuid[], %(all_posts)s::uuid[], %(all_days)s::date[], %(by_owner)s::bool[],
    %(all_sentiments)s::text[], %(scores)s::float[], %(all_asked)s::bool[], %(all_praises)s::text[],
    %(languages)s::text[], %(hashes)s::bigint[], %(fingerprints)s::bigint[])
    AS r(id, comment, post, day, by_owner, sentiment, score, asked, praise, language, text_hash, fingerprint)
ON CONFLICT (workspace_id, comment_id) DO UPDATE SET post_id = excluded.post_id, day = excluded.day,
    by_owner = excluded.by_owner, sentiment = excluded.sentiment, score = excluded.score,
    is_question = excluded.is_question, praise = excluded.praise, language = excluded.language,
    text_hash = excluded.text_hash, fingerprint = excluded.fingerprint, reader = excluded.reader, topic = NULL,
    question = NULL
"""
EMPTY = """
DELETE FROM audience_wordsday WHERE workspace_id = %(workspace)s AND account_id = %(account)s AND comments <= 0
"""
REBUILD = """
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


@dataclass(frozen=True, slots=True)
class Unread:
    """A comment to read, with what its reading is stored beside."""

    comment: UUID
    post: UUID
    day: date | None
    text: str
    by_owner: bool
    text_hash: int


def stamp(reader: Reader) -> str:
    """The name under which readings are stored; a new version or new words to the model mean reading again."""
    return f"{reader.name} {reader.version} {reader.prompt_version}".strip()


def owners_of(account: TrackedAccount) -> list[UUID]:
    """The rows of the account itself among the people who comment."""
    query = """
        SELECT id FROM audience_commenter WHERE workspace_id = %s AND username = %s
        UNION SELECT id FROM audience_commenter WHERE workspace_id = %s AND external_id = %s AND external_id <> ''
    """
    values: list[Any] = [account.workspace_id, account.username, account.workspace_id, account.external_id]
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return [row[0] for row in cursor.fetchall()]


def words_of_account(account: TrackedAccount, *, locked: bool = False) -> AccountWords:
    """How far the account is read. ``locked``: two readings of one account wait for each other."""
    if locked:
        with connection.cursor() as cursor:
            cursor.execute(LOCK, [str(account.pk)])
    return AccountWords.objects.get_or_create(workspace_id=account.workspace_id, account=account)[0]


def unread_comments(
    account: TrackedAccount, state: AccountWords, limit: int = WINDOW, reader: Reader = READER
) -> list[Unread]:
    """Up to ``limit`` comments that this reader has not read as they are now; moves the pass of ``state`` on.

    Empty at the end of the pass, which is then marked complete in ``state`` (not saved here).
    """
    if state.read_version == account.data_version and state.reader == stamp(reader):
        return []
    if not state.cursor:
        state.pass_version = account.data_version
    values = _values(account) | {"reader": stamp(reader), "limit": WINDOW, "owners": owners_of(account)}
    found: list[Unread] = []
    while len(found) < limit:
        with connection.cursor() as cursor:
            cursor.execute(STALE, values | {"cursor": state.cursor})
            rows = cursor.fetchall()
        for external_id, comment, post, day, text, by_owner, stale, text_hash in rows:
            if len(found) == limit:
                break
            state.cursor = external_id
            if stale:
                found.append(Unread(comment, post, day, text, by_owner, text_hash))
        if len(rows) < WINDOW and (not rows or state.cursor == rows[-1][0]):
            if not found:
                state.cursor, state.read_version, state.reader = "", state.pass_version, stamp(reader)
            break
    return found


def read_comments(account: TrackedAccount, limit: int = WINDOW) -> int:
    """Read up to ``limit`` unread comments with the local reader and count them; 0 once all are read.

    Runs in the caller's transaction; 5,000 take about a second. Call it until it gives 0.
    """
    account.refresh_from_db(fields=["data_version"])
    state = words_of_account(account, locked=True)
    unread = unread_comments(account, state, limit)
    readings: dict[str, CommentReading] = {}
    texts = [CommentText(str(one.comment), one.text) for one in unread]
    for outcome in READER.read(texts):
        readings |= {reading.id: reading for reading in outcome.readings}
    save_readings(account, unread, readings)
    if not unread:
        state.authenticity = measure(account)
    state.version, state.updated_at = F("version") + 1, Now()
    state.save(
        update_fields=["cursor", "pass_version", "read_version", "reader", "version", "authenticity", "updated_at"]
    )
    return len(unread)


def save_readings(
    account: TrackedAccount, unread: Sequence[Unread], readings: Mapping[str, CommentReading], reader: Reader = READER
) -> None:
    """Store readings by comment id (in ``Unread`` order, missing ones left out) and carry the differences over."""
    done = [(one, readings[str(one.comment)]) for one in unread if str(one.comment) in readings]
    if not done:
        return
    counted = [(one, said) for one, said in done if not one.by_owner]
    values = _values(account) | _columns(done) | {"reader": stamp(reader)}
    values |= {
        "posts": [one.post for one, _ in counted],
        "days": [one.day for one, _ in counted],
        "sentiments": [said.sentiment for _, said in counted],
        "asked": [said.is_question for _, said in counted],
        "praises": [said.praise for _, said in counted],
    }
    with connection.cursor() as cursor:
        for statement in (COUNTED, STORE, EMPTY):
            cursor.execute(statement, values)


def uncount(account: TrackedAccount, comments: Sequence[UUID]) -> None:
    """Take comments that are about to be deleted out of the rollup."""
    words_of_account(account, locked=True)
    nothing: dict[str, list[Any]] = {name: [] for name in ("posts", "days", "sentiments", "asked", "praises")}
    with connection.cursor() as cursor:
        cursor.execute(COUNTED, _values(account) | nothing | {"comments": list(comments)})
        cursor.execute(EMPTY, _values(account))
    AccountWords.objects.filter(account=account).update(version=F("version") + 1, updated_at=Now())


def rebuild(account: TrackedAccount) -> None:
    """Make rollup and figures anew after comments or people went away; texts are not read again."""
    state = words_of_account(account, locked=True)
    with connection.cursor() as cursor:
        cursor.execute(REBUILD, _values(account))
    state.authenticity = measure(account)
    state.version, state.updated_at = F("version") + 1, Now()
    state.save(update_fields=["authenticity", "version", "updated_at"])


def catch_up(account: TrackedAccount) -> None:
    """:func:`rebuild` where comments went away since the account was read to its end."""
    known = AccountWords.objects.filter(account=account)
    if known.exclude(read_version=account.data_version).exists():
        rebuild(account)


def _values(account: TrackedAccount) -> dict[str, Any]:
    return {"workspace": account.workspace_id, "account": account.pk}


def _columns(done: Sequence[tuple[Unread, CommentReading]]) -> dict[str, list[Any]]:
    return {
        "ids": [uuid7() for _ in done],
        "comments": [one.comment for one, _ in done],
        "all_posts": [one.post for one, _ in done],
        "all_days": [one.day for one, _ in done],
        "by_owner": [one.by_owner for one, _ in done],
        "all_sentiments": [said.sentiment for _, said in done],
        "scores": [said.score for _, said in done],
        "all_asked": [said.is_question for _, said in done],
        "all_praises": [said.praise for _, said in done],
        "languages": [said.language for _, said in done],
        "hashes": [one.text_hash for one, _ in done],
        "fingerprints": [fingerprint(one.text) for one, _ in done],
    }


def fingerprint(text: str) -> int:
    """The same number for copies of a text (case, signs, emoji and names of people aside); 0 for a short one."""
    key = key_text(text)
    dense = key[:1] >= DENSE
    if (dense and len(key) < DENSE_LETTERS) or (
        not dense and (key.count(" ") + 1 < COPY_WORDS or len(key) < COPY_LETTERS)
    ):
        return 0
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big", signed=True) or 1
