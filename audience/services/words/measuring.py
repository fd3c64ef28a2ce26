"""Gathers from the tables what ``audience.authenticity`` judges, and keeps who is in a pod."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from audience import authenticity as judge
from audience.models import PodMember, TrackedAccount

NEWEST_POSTS = 300
COPIES_SHOWN = 50
COPIES = """
WITH c AS (
    SELECT r.fingerprint, count(*) AS comments, count(DISTINCT k.commenter_id) AS people,
        min(r.comment_id::text) AS example
    FROM (
        SELECT fingerprint, comment_id FROM audience_commentreading
        WHERE workspace_id = %(workspace)s AND account_id = %(account)s AND NOT by_owner AND fingerprint IN (
            SELECT fingerprint FROM audience_commentreading
            WHERE workspace_id = %(workspace)s AND account_id = %(account)s AND NOT by_owner AND fingerprint <> 0
            GROUP BY fingerprint HAVING count(*) >= %(people)s)
    ) AS r JOIN audience_comment AS k ON k.id = r.comment_id AND k.workspace_id = %(workspace)s
    GROUP BY r.fingerprint HAVING count(DISTINCT k.commenter_id) >= %(people)s
)
SELECT comments, people, example FROM c ORDER BY people DESC, comments DESC, example
"""
TOTALS = """
SELECT coalesce(sum(comments), 0)::bigint, coalesce(sum(generic), 0)::bigint FROM audience_wordsday
WHERE workspace_id = %(workspace)s AND account_id = %(account)s
"""
EARLY = """
SELECT p.id::text, e.early, e.day FROM (
    SELECT id, posted_at FROM audience_post
    WHERE workspace_id = %(workspace)s AND account_id = %(account)s AND posted_at IS NOT NULL
    ORDER BY posted_at DESC LIMIT %(posts)s
) AS p CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE commented_at < p.posted_at + %(early)s) AS early, count(*) AS day
    FROM audience_comment WHERE workspace_id = %(workspace)s AND post_id = p.id
        AND commented_at >= p.posted_at AND commented_at < p.posted_at + interval '1 day'
) AS e
"""
MEETINGS = """
SELECT a.commenter_id::text, c.post_id::text, extract(epoch FROM min(c.commented_at)) / 60
FROM (
    SELECT commenter_id FROM audience_audienceperson
    WHERE workspace_id = %(workspace)s AND account_id = %(account)s AND NOT is_owner AND comments >= %(least)s
    ORDER BY account_id, comments DESC, commenter_id LIMIT %(most)s
) AS a JOIN audience_comment AS c ON c.commenter_id = a.commenter_id AND c.workspace_id = %(workspace)s
WHERE c.account_id = %(account)s AND c.commented_at IS NOT NULL AND c.post_id IN (
    SELECT id FROM audience_post WHERE workspace_id = %(workspace)s AND account_id = %(account)s
    ORDER BY posted_at DESC NULLS LAST LIMIT %(posts)s)
GROUP BY 1, 2
"""
OF_PODS = """
SELECT count(*) FROM audience_comment WHERE workspace_id = %(workspace)s AND account_id = %(account)s
    AND commenter_id = ANY (%(members)s::uuid[])
"""


def measure(account: TrackedAccount) -> dict[str, Any]:
    """The figures of the whole account, JSON-able and without any person; who is in a pod is stored beside.

    A signal that would tell of fewer than k people has the share that it has, but no list.
    """
    values: dict[str, Any] = {"workspace": account.workspace_id, "account": account.pk, "posts": NEWEST_POSTS}
    comments, generic = _rows(TOTALS, values)[0]
    copies = _rows(COPIES, values | {"people": judge.COPY_PEOPLE})
    early = [judge.Early(*row) for row in _rows(EARLY, values | {"early": timedelta(minutes=judge.EARLY_MINUTES)})]
    bursts = judge.bursts(early)
    pods = _pods(account, values, len(early))
    members = [UUID(one.person) for pod in pods for one in pod]
    of_pods = _rows(OF_PODS, values | {"members": members})[0][0] if members else 0
    parts = [
        judge.part("copies", sum(row[0] for row in copies), comments),
        judge.part("generic", generic, comments),
        judge.part("bursts", len(bursts), len(early)),
        judge.part("pods", of_pods, comments),
    ]
    found, low, high = judge.score(parts)
    return {
        "comments": comments,
        "score": round(found, 1),
        "low": round(low, 1),
        "high": round(high, 1),
        "parts": [{name: getattr(one, name) for name in one.__slots__} for one in parts],
        "bursts": [{name: getattr(one, name) for name in one.__slots__} for one in bursts[:COPIES_SHOWN]],
        "copies": [
            {"comments": count, "people": people, "example": example}
            for count, people, example in copies[:COPIES_SHOWN]
            if people >= settings.AURA_K_ANONYMITY
        ],
        "copied_texts": len(copies),
        "pods": len(pods),
        "pod_people": len(members),
    }


def _pods(account: TrackedAccount, values: dict[str, Any], posts: int) -> list[list[judge.Member]]:
    limits = {"least": judge.POD_POSTS, "most": judge.MOST_PEOPLE}
    comments: dict[str, dict[str, float]] = {}
    for person, post, minute in _rows(MEETINGS, values | limits):
        comments.setdefault(person, {})[post] = float(minute)
    found = judge.pods(comments, max(posts, len({post for at in comments.values() for post in at})))
    PodMember.objects.filter(account=account).delete()
    PodMember.objects.bulk_create(
        PodMember(
            workspace_id=account.workspace_id,
            account=account,
            commenter_id=UUID(one.person),
            number=number,
            posts=one.posts,
            together=one.together,
            minutes=one.minutes,
        )
        for number, pod in enumerate(found, start=1)
        for one in pod
    )
    return found


def _rows(query: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())
