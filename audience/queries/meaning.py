"""What people talk about and what they ask: groups by meaning with their people, shares and typical comments (A6).

Groups are made of a bounded sample (``audience.services.words``) and counted here, for the days and the post asked. A
group of fewer than k people is not told. Examples carry no names, and none of them is by a possible minor.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.db import connection

from audience.models import TrackedAccount, WordsGroup
from audience.queries.matching import account_key
from audience.queries.packs import OWNERS
from audience.queries.publishing import entries, publish
from audience.queries.sentiment import CACHE_SECONDS, Choice, kept_answer, where_days, words_state
from audience.statistics import wilson
from aura.providers.local.wording import masked
from aura.tenancy.scope import current_workspace_id

SHOWN = 3
WAITING = 20
ANSWERED = """
WITH replies AS (
    SELECT parent_id, max(commented_at) AS last_at FROM audience_comment
    WHERE workspace_id = %(workspace)s AND account_id = %(account)s AND parent_id IS NOT NULL
        AND commenter_id IN {owners}
    GROUP BY parent_id
)
"""
IS_ANSWERED = """(k.id IN (SELECT parent_id FROM replies)
    OR k.parent_id IN (SELECT parent_id FROM replies WHERE last_at > k.commented_at))"""
# One reading of the sample's comments, added up by sentiment and as a whole.
GROUPS = """
{answered}
SELECT r.{column}, r.sentiment, count(*), count(DISTINCT k.commenter_id), count(*) FILTER (WHERE {is_answered}),
    max(k.commented_at)
FROM audience_commentreading AS r JOIN audience_comment AS k ON k.id = r.comment_id AND k.workspace_id = %(workspace)s
WHERE {where} AND r.{column} IS NOT NULL GROUP BY GROUPING SETS ((r.{column}, r.sentiment), (r.{column}))
"""
WAITING_QUERY = """
{answered}
SELECT k.text, k.commented_at, p.id, p.shortcode, p.url, p.caption
FROM (
    SELECT comment_id, post_id, day FROM audience_commentreading AS r
    WHERE {where} AND is_question AND NOT by_owner AND day IS NOT NULL ORDER BY day DESC LIMIT %(looked)s
) AS r
JOIN audience_comment AS k ON k.id = r.comment_id AND k.workspace_id = %(workspace)s
JOIN audience_post AS p ON p.id = k.post_id AND p.workspace_id = %(workspace)s
JOIN audience_commenter AS a ON a.id = k.commenter_id AND a.workspace_id = %(workspace)s
WHERE NOT a.possible_minor AND NOT {is_answered}
ORDER BY k.commented_at DESC NULLS LAST, k.id LIMIT %(most)s
"""
NOT_ASKED = {"answered": "", "is_answered": "false"}
PARTS = {"answered": ANSWERED.format(owners=OWNERS), "is_answered": IS_ANSWERED}
EXAMPLES = """
SELECT k.id, k.text FROM audience_comment AS k
JOIN audience_commenter AS a ON a.id = k.commenter_id AND a.workspace_id = %(workspace)s
WHERE k.workspace_id = %(workspace)s AND k.id = ANY (%(comments)s::uuid[]) AND NOT a.possible_minor
"""


def topics(account: TrackedAccount, choice: Choice) -> dict[str, Any]:
    """What people talk about: ``results`` with share, interval, people, sentiment and examples, largest first."""
    return _kept(account, choice, WordsGroup.Kind.TOPIC)


def questions(account: TrackedAccount, choice: Choice) -> dict[str, Any]:
    """What people ask: as :func:`topics`, with how many comments the account answered and when it was asked last."""
    return _kept(account, choice, WordsGroup.Kind.QUESTION)


def _kept(account: TrackedAccount, choice: Choice, kind: WordsGroup.Kind) -> dict[str, Any]:
    state = words_state(account)
    key = kept_answer(account, state, f"{kind.value}:{choice.label()}")
    found: dict[str, Any] | None = cache.get(key)
    if found is None:
        sample = (state.sample if state else {}).get(f"{kind.value}s", 0)
        found = {
            "account": account.username,
            "from": choice.start.isoformat() if choice.start else None,
            "to": choice.end.isoformat() if choice.end else None,
            "post": str(choice.post) if choice.post else None,
            "k": settings.AURA_K_ANONYMITY,
            "sample": sample,
            "complete": bool(state and state.grouped_version == account.data_version),
            "results": _groups(account, choice, kind, sample),
        }
        cache.set(key, found, CACHE_SECONDS)
    return found


def _groups(account: TrackedAccount, choice: Choice, kind: WordsGroup.Kind, sample: int) -> list[dict[str, Any]]:
    k, key = settings.AURA_K_ANONYMITY, account_key(account)
    where, values = where_days(account, choice, "r")
    values |= {"username": account.username, "external": account.external_id}
    with connection.cursor() as cursor:
        parts = PARTS if kind == WordsGroup.Kind.QUESTION else NOT_ASKED
        cursor.execute(GROUPS.format(column=kind.value, where=where, **parts), values)
        rows = cursor.fetchall()
    sums = {row[0]: row[2:] for row in rows if row[1] is None}
    whole = sum(comments for comments, *_ in sums.values()) if choice.filtered else sample
    named = {group.number: group for group in WordsGroup.objects.filter(account=account, kind=kind)}
    found = []
    for number, (comments, people, answered, last) in sums.items():
        if people < k or number not in named:
            continue
        counts = {row[1]: row[2] for row in rows if row[0] == number and row[1] is not None}
        table = publish(counts, k, key, f"{number}:{choice.label()}" if choice.filtered else "")
        share = comments / max(1, whole)
        low, high = wilson(share, whole)
        found.append(
            {
                "number": number,
                "words": named[number].words,
                "people": people,
                "comments": comments,
                "share": round(share, 6),
                "low": round(low, 6),
                "high": round(high, 6),
                "sentiment": entries(table),
                "answered": answered,
                "last_at": last.isoformat() if last else None,
                "ids": named[number].examples,
            }
        )
    found.sort(key=lambda group: (-group["people"], group["number"]))
    return _with_examples(found)


def _with_examples(groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    texts = texts_of([comment for group in groups for comment in group["ids"]])
    for group in groups:
        shown = dict.fromkeys(texts[comment] for comment in group.pop("ids") if comment in texts)
        group["examples"] = list(shown)[:SHOWN]
    return groups


def texts_of(comments: Sequence[UUID]) -> dict[UUID, str]:
    """The texts of these comments without names; those of possible minors are left out."""
    if not comments:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(EXAMPLES, {"comments": list(comments), "workspace": current_workspace_id()})
        return {comment: masked(text) for comment, text in cursor.fetchall()}


def waiting_questions(account: TrackedAccount, choice: Choice, most: int = WAITING) -> list[dict[str, Any]]:
    """The newest dated questions that the account has not answered, one by one and without names, for whoever may see

    single readings; the caller logs the look. None is by a possible minor.
    """
    where, values = where_days(account, choice, "r")
    values |= {"username": account.username, "external": account.external_id, "most": most, "looked": 20 * most}
    with connection.cursor() as cursor:
        cursor.execute(WAITING_QUERY.format(where=where, **PARTS), values)
        names = ("text", "at", "post", "shortcode", "url", "caption")
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return [row | {"text": masked(row["text"])} for row in rows]
