"""Fills one account with many comments fast, as the app role behind its wall.

The database draws the rows itself, in pieces of one transaction each. Always the same comments for the same size.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, connections

from audience.models import Post, TrackedAccount
from aura.tenancy.scope import workspace_scope

PIECE = 250_000
POSTS = 300
BEGAN = datetime(2025, 1, 1, tzinfo=UTC)
YEAR = timedelta(days=365)
PEOPLE = """
INSERT INTO audience_commenter (id, workspace_id, external_id, username, full_name, biography, picture_url,
    picture_state, gender, age, profile_type, language, possible_minor, classified_at)
SELECT gen_random_uuid(), %(workspace)s, n::text, 'person.' || n, '', '', '', '',
    (ARRAY['woman', 'woman', 'man', 'unknown'])[1 + (r * 4)::int %% 4],
    (ARRAY['13-17', '18-24', '25-34', '25-34', '35-44', '45-54', '55-64', '65+', 'unknown'])[1 + (s * 9)::int %% 9],
    (ARRAY['person', 'person', 'person', 'business', 'creator', 'suspected_bot', 'unknown'])[1 + (t * 7)::int %% 7],
    (ARRAY['en', 'en', 'de', 'fr', 'es', 'pt', 'it', 'unknown'])[1 + (u * 8)::int %% 8], s < 0.1, now()
FROM (SELECT n, random() AS r, random() AS s, random() AS t, random() AS u
    FROM generate_series(%(first)s, %(last)s) AS n) AS q
RETURNING external_id::int, id
"""
READ = """
INSERT INTO audience_classification (id, workspace_id, commenter_id, model, model_version, prompt_version,
    evidence_hash, gender, gender_confidence, age, age_confidence, profile_type, profile_type_confidence, language,
    language_confidence, probabilities, evidence, is_current, paid, fallback)
SELECT gen_random_uuid(), workspace_id, id, 'local', '1', '', external_id, gender, 0.9, age, 0.9, profile_type, 0.9,
    language, 0.9, '{}', '{}', true, false, ''
FROM audience_commenter WHERE external_id::int BETWEEN %(first)s AND %(last)s
"""
# Most comments come within two days of their post, and some people write often. Spread over a year of posts.
COMMENTS = """
INSERT INTO audience_comment (id, workspace_id, account_id, post_id, commenter_id, external_id, parent_external_id,
    text, gif_url, likes, commented_at)
SELECT uuidv7(), %(workspace)s, %(account)s, (%(posts)s::uuid[])[1 + s.post], p.id, s.n::text, '',
    'Lovely, where is it from?', '', s.n %% 40, %(began)s + %(year)s * (s.post / %(size)s::float) + s.later
FROM (
    SELECT n, floor(random() * %(size)s)::int AS post, ln(1 - random()) * interval '-20 hours' AS later,
        least(%(people)s, 1 + floor(random() ^ 1.5 * %(people)s))::int AS person
    FROM generate_series(%(first)s, %(last)s - 1) AS n
) AS s JOIN bench_person AS p ON p.n = s.person
"""


def fill(account: TrackedAccount, comments: int) -> None:
    """Store ``comments`` comments of three tenths as many people on 300 posts over a year. Call outside any scope."""
    people = max(1, comments * 3 // 10)
    values: dict[str, Any] = {"workspace": account.workspace_id, "account": account.pk}
    with workspace_scope(account.workspace_id):
        made = [
            Post(
                account=account,
                workspace_id=account.workspace_id,
                shortcode=f"P{n}",
                posted_at=BEGAN + YEAR * (n / POSTS),
            )
            for n in range(POSTS)
        ]
        posts = [post.pk for post in Post.objects.bulk_create(made)]
    _people(values, people)
    with _without_indexes():
        _comments(values, posts, comments, people)
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


# Building an index at the end costs a tenth of keeping it row by row; so does checking keys to other tables.
INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid = 'audience_comment'::regclass AND NOT indisunique
"""
KEYS = """
SELECT quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = 'audience_comment'::regclass AND contype = 'f'
"""


@contextmanager
def _without_indexes() -> Iterator[None]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(INDEXES)
        indexes = cursor.fetchall()
        cursor.execute(KEYS)
        keys = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}")
        for name, _ in keys:
            cursor.execute(f"ALTER TABLE audience_comment DROP CONSTRAINT {name}")
        yield
        cursor.execute("SET maintenance_work_mem = '512MB'")
        for _, definition in indexes:
            cursor.execute(definition)
        for name, definition in keys:
            cursor.execute(f"ALTER TABLE audience_comment ADD CONSTRAINT {name} {definition}")
        cursor.execute("RESET maintenance_work_mem")


def _comments(values: dict[str, Any], posts: list[UUID], comments: int, people: int) -> None:
    shared = {"posts": posts, "size": POSTS, "people": people, "began": BEGAN, "year": YEAR}
    for first in range(0, comments, PIECE):
        last = min(comments, first + PIECE)
        with workspace_scope(values["workspace"]), connection.cursor() as cursor:
            cursor.execute("SELECT setseed(%s)", [first / comments])
            cursor.execute(COMMENTS, values | shared | {"first": first, "last": last})


def _people(values: dict[str, Any], people: int) -> None:
    workspace: UUID = values["workspace"]
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_person; CREATE TEMP TABLE bench_person (n int, id uuid)")
    for first in range(1, people + 1, PIECE):
        part = values | {"first": first, "last": min(people, first + PIECE - 1)}
        with workspace_scope(workspace), connection.cursor() as cursor:
            cursor.execute(f"WITH made AS ({PEOPLE}) INSERT INTO bench_person SELECT * FROM made", part)  # noqa: S608
            cursor.execute(READ, part)
    with connection.cursor() as cursor:
        cursor.execute("CREATE INDEX ON bench_person (n); ANALYZE bench_person")
