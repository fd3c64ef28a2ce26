"""How fast comments are read, and database time of the page “Comments”, over one account with all comments.

``make bench ARGS=benchmarks/words.py``; AURA_TEST_COMMENTS sets how many (1,000,000). The texts are those of the
labelled test set with a number in each, so that hardly two are the same.
"""

import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections

from accounts.models import User
from accounts.services import create_workspace
from audience.models import Post
from audience.queries.authenticity import authenticity, pod_members
from audience.queries.meaning import questions, topics, waiting_questions
from audience.queries.sentiment import Choice, sentiment, sentiment_by_post
from audience.services import rollups, words
from audience.services.uploads import track_account
from aura.tenancy.scope import workspace_scope
from benchmarks.dashboard import MONTH, measured
from benchmarks.loading import fill

COMMENTS = int(os.environ.get("AURA_TEST_COMMENTS", "1000000"))
LABELLED = Path(__file__).resolve().parents[1] / "aura" / "providers" / "tests" / "data" / "comments.tsv"
TEXTS = """
UPDATE audience_comment SET text = (%(texts)s::text[])[1 + external_id::bigint %% %(size)s] || ' ' || external_id
WHERE workspace_id = %(workspace)s
"""


@pytest.mark.bench
@pytest.mark.timeout(3600)
@pytest.mark.django_db(transaction=True, databases=["default", "staff", "owner"])
def test_reading_and_showing_a_million_comments() -> None:
    workspace = create_workspace(User.objects.create_user("bench@example.org"), name="Bench", slug="bench")
    lines = [line for line in LABELLED.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    texts = [line.split("\t")[5] for line in lines[1:]]
    with workspace_scope(workspace.id):
        account = track_account("bench")
    fill(account, COMMENTS)
    with workspace_scope(workspace.id):
        with connection.cursor() as cursor:
            cursor.execute(TEXTS, {"texts": texts, "size": len(texts), "workspace": workspace.id})
        rollups.rebuild(account)
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    print(f"\n{COMMENTS:,} comments, all of one account")
    began = time.perf_counter()
    read = 0
    while True:
        with workspace_scope(workspace.id):
            count = words.read_comments(account, 5000)
        if not count:
            break
        read += count
    spent = time.perf_counter() - began
    print(f"{read:,} comments read in {spent:.0f} s, {read / spent:,.0f} a second")
    _timed("nothing new to read", lambda: words.read_comments(account), workspace.id)
    _timed("topics and questions", lambda: words.refresh_words(account), workspace.id)
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    month = Choice(**MONTH)
    with workspace_scope(workspace.id):
        post = Choice(post=Post.objects.earliest("posted_at").pk)
        for name, choice in (("", Choice()), (" of a month", month), (" of a post", post)):
            report(f"sentiment{name}", partial(sentiment, account, choice))
            report(f"topics{name}", partial(topics, account, choice))
            report(f"questions{name}", partial(questions, account, choice))
            report(f"waiting questions{name}", partial(waiting_questions, account, choice))
        report("sentiment by post", lambda: sentiment_by_post(account, Choice()))
        report("authenticity", lambda: authenticity(account))
        report("people who comment together", lambda: pod_members(account))
    _timed("rebuild after an erasure", lambda: words.rebuild(account), workspace.id)


def report(title: str, ask: Callable[[], Any]) -> None:
    """Print milliseconds without a cached answer: the middle one of 20, and the 95th of 100."""
    middle, worst = measured(ask)
    print(f"{title:34} {middle:9.1f} ms  {worst:9.1f} ms at p95")


def _timed(title: str, work: Any, workspace_id: Any) -> None:
    began = time.perf_counter()
    with workspace_scope(workspace_id):
        work()
    print(f"{title:34} {time.perf_counter() - began:9.1f} s")
