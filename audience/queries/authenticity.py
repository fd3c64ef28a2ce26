"""How far the comments look like what people write by themselves: the stored figures, and who is in a pod (A6, A7)."""

from typing import Any
from uuid import UUID

from django.conf import settings

from audience.models import PodMember, Post, TrackedAccount
from audience.queries.meaning import texts_of
from audience.queries.sentiment import words_state

COPIES_SHOWN = 10


def authenticity(account: TrackedAccount) -> dict[str, Any]:
    """The answer of the API: the score with its parts, bursts and copied texts; no person among them."""
    state = words_state(account)
    figures = state.authenticity if state else {}
    k = settings.AURA_K_ANONYMITY
    told = figures.get("comments", 0) >= k
    pods = figures.get("pod_people", 0)
    return {
        "account": account.username,
        "k": k,
        "complete": bool(state and state.read_version == account.data_version),
        "comments": figures.get("comments", 0),
        "score": figures["score"] if told else None,
        "low": figures["low"] if told else None,
        "high": figures["high"] if told else None,
        "parts": figures["parts"] if told else [],
        "bursts": _bursts(figures.get("bursts", [])) if told else [],
        "copied_texts": figures.get("copied_texts", 0),
        "copies": _copies(figures.get("copies", [])[:COPIES_SHOWN]) if told else [],
        "pod_people": pods if pods == 0 or pods >= k else None,
    }


def _bursts(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    posts = Post.objects.in_bulk([one["post"] for one in found])
    named = {str(key): post for key, post in posts.items()}
    return [one | _post(named[one["post"]]) for one in found if one["post"] in named]


def _post(post: Post) -> dict[str, Any]:
    at = post.posted_at.isoformat() if post.posted_at else None
    return {"shortcode": post.shortcode, "url": post.url, "caption": post.caption, "posted_at": at}


def _copies(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    texts = texts_of([UUID(one["example"]) for one in found])
    shown = [(texts.get(UUID(one["example"])), one) for one in found]
    return [{"text": text, "comments": one["comments"], "people": one["people"]} for text, one in shown if text]


def pod_members(account: TrackedAccount) -> list[PodMember]:
    """People who comment together with others, by group; a possible minor is never among them (A7).

    For roles that may see people; the caller logs the look.
    """
    people = PodMember.objects.filter(account=account, commenter__possible_minor=False)
    return list(people.select_related("commenter").order_by("number", "-together", "commenter__username"))
