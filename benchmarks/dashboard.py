"""Database time of what the audience page asks, over one account with all comments, as the app role behind its wall.

``make bench ARGS=benchmarks/dashboard.py``; AURA_TEST_COMMENTS sets how many (1,000,000, of three tenths as many
people, over a year and 300 posts). Each read is asked five times; the middle one counts.
"""

import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, connections

from accounts.models import User
from accounts.services import create_workspace
from audience.models import Post, TrackedAccount
from audience.queries import activity
from audience.queries.demographics import demographics
from audience.services import rollups
from audience.services.uploads import track_account
from aura.tenancy.scope import workspace_scope

COMMENTS = int(os.environ.get("AURA_TEST_COMMENTS", "1000000"))
PEOPLE = max(1, COMMENTS * 3 // 10)
POSTS = 300
MONTH: Any = {"start": date(2025, 6, 1), "end": date(2025, 6, 30)}
TIMES = 5
FILL = (
    """
    INSERT INTO audience_commenter (id, workspace_id, external_id, username, full_name, biography, picture_url,
        picture_state, gender, age, profile_type, language, possible_minor, classified_at)
    SELECT gen_random_uuid(), %(workspace)s, n::text, 'person.' || n, '', '', '', '',
        (ARRAY['woman', 'woman', 'man', 'unknown'])[1 + (r * 4)::int %% 4],
        (ARRAY['13-17', '18-24', '25-34', '25-34', '35-44', '45-54', '55-64', '65+', 'unknown'])[1 + (s * 9)::int %% 9],
        (ARRAY['person', 'person', 'person', 'business', 'creator', 'suspected_bot', 'unknown'])[1 + (t * 7)::int %% 7],
        (ARRAY['en', 'en', 'de', 'fr', 'es', 'pt', 'it', 'unknown'])[1 + (u * 8)::int %% 8], s < 0.1, now()
    FROM (SELECT n, random() AS r, random() AS s, random() AS t, random() AS u
        FROM generate_series(1, %(people)s) AS n) AS q
    """,
    """
    INSERT INTO audience_post (id, workspace_id, account_id, shortcode, external_id, url, kind, caption, posted_at)
    SELECT gen_random_uuid(), %(workspace)s, %(account)s, 'P' || n, '', '', '', '',
        '2025-01-01T00:00Z'::timestamptz + n * interval '1 day' FROM generate_series(1, %(posts)s) AS n
    """,
    """
    INSERT INTO audience_comment (id, workspace_id, account_id, post_id, commenter_id, external_id, parent_external_id,
        text, gif_url, likes, commented_at)
    SELECT gen_random_uuid(), %(workspace)s, %(account)s, posts.ids[1 + n %% %(posts)s], people.ids[1 + k],
        n::text, CASE WHEN n %% 6 = 0 THEN '1' ELSE '' END, 'Lovely, where is it from?', '', n %% 40,
        '2025-01-01T00:00Z'::timestamptz + n * (interval '365 days' / %(comments)s)
    FROM (SELECT n, floor(random() ^ 1.5 * %(people)s)::int AS k FROM generate_series(1, %(comments)s) AS n) AS q,
        (SELECT array_agg(id) AS ids FROM audience_commenter) AS people,
        (SELECT array_agg(id) AS ids FROM audience_post) AS posts
    """,
    """
    INSERT INTO audience_classification (id, workspace_id, commenter_id, model, model_version, prompt_version,
        evidence_hash, gender, gender_confidence, age, age_confidence, profile_type, profile_type_confidence, language,
        language_confidence, probabilities, evidence, is_current, fallback, paid)
    SELECT gen_random_uuid(), workspace_id, id, 'local', '1', '', external_id, gender, 0.9, age, 0.9, profile_type, 0.9,
        language, 0.9, '{}', '{}', true, '', false FROM audience_commenter
    """,
)


@contextmanager
def database_time() -> Iterator[list[float]]:
    """The milliseconds of each statement inside."""
    spent: list[float] = []

    def measure(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            spent.append(1000 * (time.perf_counter() - began))

    with connection.execute_wrapper(measure):
        yield spent


def fill(account: TrackedAccount) -> None:
    values: dict[str, Any] = {"workspace": account.workspace_id, "account": account.pk}
    values |= {"people": PEOPLE, "posts": POSTS, "comments": COMMENTS}
    with connection.cursor() as cursor:
        for statement in FILL:
            cursor.execute(statement, values)


def report(title: str, ask: Callable[[], Any], times: int = TIMES) -> None:
    """Print the middle one of several askings: milliseconds in the database, and in all."""
    database, wall, statements = [], [], 0
    for _ in range(times):
        cache.clear()
        began = time.perf_counter()
        with database_time() as spent:
            ask()
        wall.append(1000 * (time.perf_counter() - began))
        database.append(sum(spent))
        statements = len(spent)
    middle, whole = statistics.median(database), statistics.median(wall)
    print(f"{title:34} {middle:9.1f} ms database  {whole:9.1f} ms in all  {statements} statements")


@pytest.mark.bench
@pytest.mark.timeout(3600)
@pytest.mark.django_db(transaction=True, databases=["default", "staff", "owner"])
def test_the_dashboard_over_a_million_comments() -> None:
    workspace = create_workspace(User.objects.create_user("bench@example.org"), name="Bench", slug="bench")
    with workspace_scope(workspace.id):
        account = track_account("bench")
        fill(account)
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    print(f"\n{COMMENTS:,} comments of {PEOPLE:,} people on {POSTS} posts, all of one account")
    with workspace_scope(workspace.id):
        report("rebuild, everything new", lambda: rollups.rebuild(account), 1)
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    with workspace_scope(workspace.id):
        post = Post.objects.earliest("posted_at").pk
        report("demographics", lambda: demographics(account))
        report("demographics of a month", lambda: demographics(account, **MONTH))
        report("demographics of a post", lambda: demographics(account, post=post))
        report("demographics of a profile type", lambda: demographics(account, profile_type="creator"))
        report("comments by day", lambda: activity.daily(account))
        report("comments by day, of a post", lambda: activity.daily(account, post=post))
        report("comments by weekday and hour", lambda: activity.by_hour(account))
        report("totals", lambda: activity.totals(account))
        report("totals of a month", lambda: activity.totals(account, **MONTH))
        report("share of replies in a month", lambda: activity.reply_share(account, **MONTH))
        report("top people", lambda: activity.top_people(account, limit=10))
        report("top people by likes", lambda: activity.top_people(account, limit=10, order="likes"))
        report("top people of a month", lambda: activity.top_people(account, limit=10, **MONTH))
        report("top people of a post", lambda: activity.top_people(account, limit=10, post=post))
        report("refresh of the groups", lambda: rollups.refresh_groups(account), 1)
        report("rebuild, nothing new", lambda: rollups.rebuild(account), 1)
