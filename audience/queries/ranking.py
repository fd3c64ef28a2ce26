"""Posts by how their comments sound, the best and the worst."""

from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from audience import statistics
from audience.queries.publishing import entries, publish
from aura.providers.text_ports import SENTIMENTS
from aura.tenancy.scope import current_workspace_id

LOOKED_AT = 1000
"""So many comments tell whether a selection has k people; only where they do not are all of them counted."""
POSTS_RANKED, POSTS_TRIED = 5, 15
LEAST_RANKED = 30
PEOPLE_OF = """
SELECT p.id, (SELECT count(DISTINCT commenter_id) FROM (
    SELECT commenter_id FROM audience_comment WHERE workspace_id = %(workspace)s AND post_id = p.id LIMIT %(looked)s) q)
FROM unnest(%(posts)s::uuid[]) AS p(id)
"""
Posts = dict[UUID, Counter[str]]


def ranked(posts: Posts, k: int, key: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Posts by how much more positive than negative their comments are, by the careful end of the interval."""
    large = {post: counts for post, counts in posts.items() if sum(counts.values()) >= max(k, LEAST_RANKED)}
    order = sorted(large, key=lambda post: (-_balance(large[post]), str(post)))
    tried = list(dict.fromkeys([*order[:POSTS_TRIED], *order[-POSTS_TRIED:]]))
    people = people_of(tried)
    shown = [post for post in order if people.get(post, 0) >= k]
    half = min(POSTS_RANKED, len(shown) // 2) if len(shown) > 1 else len(shown)
    rows = {post: post_row(post, large[post], k, key) for post in [*shown[:half], *shown[len(shown) - half :]]}
    worst = [rows[post] for post in reversed(shown[max(half, len(shown) - half) :])]
    return [rows[post] for post in shown[:half]], worst


def _balance(counts: Counter[str]) -> float:
    told = sum(counts[value] for value in SENTIMENTS)
    if not told:
        return 0.0
    low, _ = statistics.wilson(counts["positive"] / told, told)
    _, high = statistics.wilson(counts["negative"] / told, told)
    return low - high


def people_of(posts: Sequence[UUID]) -> dict[UUID, int]:
    """How many people commented on each post, among the first comments of it."""
    if not posts:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE_OF, {"posts": list(posts), "looked": LOOKED_AT, "workspace": current_workspace_id()})
        return dict(cursor.fetchall())


def post_row(post: UUID, counts: Counter[str], k: int, key: int) -> dict[str, Any]:
    """One post of the ranking: its comments and its table."""
    table = publish(counts, k, key)
    return {
        "post": str(post),
        "comments": sum(counts.values()),
        "unclear": table.unknown,
        "sentiment": entries(table),
    }
