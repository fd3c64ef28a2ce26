"""What the people pages cost over one account with all comments, as the app role behind its wall.

``make bench ARGS=benchmarks/people.py``; AURA_TEST_COMMENTS as in ``benchmarks/dashboard.py``, whose data this uses. A
second account shares a fifth of the people. Each page is asked with an empty cache, then with a full one.
"""

import os
import statistics
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, connections
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.services import create_workspace
from audience.models import TrackedAccount
from audience.queries.comparing import Asked, compare
from audience.queries.loyalty import loyalty
from audience.queries.overlap import overlap
from audience.queries.quality import quality, types
from audience.queries.segments import segments
from audience.services import rollups
from audience.services.rollups import habit_changes
from audience.services.uploads import track_account
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import page_client
from benchmarks.loading import fill

COMMENTS = int(os.environ.get("AURA_TEST_COMMENTS", "1000000"))
ASKED = 20
TOUCHED = 1000
FIGURES = """
UPDATE audience_commenter SET followers = (10 + 20000 * random() ^ 4)::int, following = (3000 * random() ^ 2)::int,
    posts_count = (200 * random())::int WHERE random() < 0.4
"""
SHARED = """
INSERT INTO audience_comment (id, workspace_id, account_id, post_id, commenter_id, external_id, parent_external_id,
    text, gif_url, likes, commented_at)
SELECT gen_random_uuid(), workspace_id, %(account)s, %(post)s, commenter_id, id::text, '', text, '', likes, commented_at
FROM audience_comment WHERE hashtext(commenter_id::text) %% 5 = 0
"""


def report(title: str, ask: Callable[[], Any], times: int = 5) -> None:
    """Print how long something takes without a cached answer, the middle one of several."""
    spent = []
    for _ in range(times):
        cache.clear()
        began = time.perf_counter()
        ask()
        spent.append(1000 * (time.perf_counter() - began))
    print(f"{title:34} {statistics.median(spent):9.1f} ms")


def vacuum() -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def second(first: TrackedAccount) -> TrackedAccount:
    """An account on which a fifth of the first one's people comment."""
    account = track_account("bench2")
    post = account.posts.create(workspace_id=first.workspace_id, shortcode="S1")
    with connection.cursor() as cursor:
        cursor.execute(SHARED, {"account": account.pk, "post": post.pk})
    return account


def touch(account: TrackedAccount) -> None:
    """What a thousand people's new comments cost the rollups."""
    values: dict[str, object] = {"account": account.pk, "workspace": account.workspace_id}
    values |= {"username": account.username, "external": account.external_id}
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE audience_comment SET likes = likes + 1 WHERE account_id = %s AND commenter_id IN"
            " (SELECT id FROM audience_commenter ORDER BY id LIMIT %s) RETURNING commenter_id",
            [account.pk, TOUCHED],
        )
        people = {row[0] for row in cursor.fetchall()}
        began = time.perf_counter()
        habit_changes.touch(cursor, values, people)
    print(f"{f'touch of {len(people):,} people':34} {1000 * (time.perf_counter() - began):9.1f} ms")


def page(client: Client, title: str, path: str, *, empty: bool) -> None:
    """Print how long a page takes, the middle one and the slowest but one of twenty."""
    spent = []
    for _ in range(ASKED):
        if empty:
            cache.clear()
        began = time.perf_counter()
        found = client.get(path)
        spent.append(1000 * (time.perf_counter() - began))
        assert found.status_code == 200, found.status_code
    told = f"{statistics.median(spent):9.1f} ms, p95 {statistics.quantiles(spent, n=20)[-1]:9.1f} ms"
    print(f"{title:34} {told} {'with an empty cache' if empty else 'kept'}")


def pages() -> dict[str, str]:
    month = f"a=bench&b=bench&a_from=2025-05-01&a_to=2025-05-31&b_from={date(2025, 6, 1)}&b_to=2025-06-30"
    return {
        "page People": reverse("audience:people", args=["bench"]),
        "page Growth": reverse("audience:growth", args=["bench"]),
        "page Compare, accounts": reverse("audience:compare") + "?a=bench&b=bench2",
        "page Compare, two months": f"{reverse('audience:compare')}?{month}",
        "page Overlap": reverse("audience:overlap") + "?accounts=bench&accounts=bench2",
    }


@pytest.mark.bench
@pytest.mark.timeout(3600)
@pytest.mark.django_db(transaction=True, databases=["default", "staff", "owner"])
def test_the_people_pages_over_a_million_comments() -> None:
    user = User.objects.create_user("bench@example.org")
    workspace = create_workspace(user, name="Bench", slug="bench")
    with workspace_scope(workspace.id):
        account = track_account("bench")
    fill(account, COMMENTS)
    with workspace_scope(workspace.id):
        other = second(account)
        with connection.cursor() as cursor:
            cursor.execute(FIGURES)
    vacuum()
    print(f"\n{COMMENTS:,} comments of {COMMENTS * 3 // 10:,} people, and a second account with a fifth of them")
    with workspace_scope(workspace.id):
        report("rebuild of all rollups", lambda: rollups.rebuild(account), 1)
        rollups.rebuild(other)
    vacuum()
    june = date(2025, 6, 1)
    before = Asked(account, june - timedelta(days=31), june - timedelta(days=1))
    with workspace_scope(workspace.id):
        report("loyalty", lambda: loyalty(account))
        report("segments", lambda: segments(account))
        report("types", lambda: types(account))
        report("quality", lambda: quality(account))
        report("compare two accounts", lambda: compare(Asked(account), Asked(other)))
        report("compare two months", lambda: compare(before, Asked(account, june, june + timedelta(days=29))))
        report("overlap of two accounts", lambda: overlap([account, other]))
        touch(account)
        touch(account)
        report("rebuild, nothing new", lambda: rollups.rebuild(account), 1)
    client = page_client(user)
    for title, path in pages().items():
        page(client, title, path, empty=True)
        page(client, title, path, empty=False)
