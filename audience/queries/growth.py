"""How an account's followers grew, and who they are by Instagram's own count (A6)."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db.models import Count

from audience import growth as pure
from audience.models import FollowerDemographics, Post, ProfileSnapshot, TrackedAccount
from audience.queries.activity import daily
from audience.queries.demographics import demographics
from audience.queries.kept import kept

MOST_POSTS = 500
WORDS = 6
GENDERS = ("woman", "man")


def growth(account: TrackedAccount) -> dict[str, Any]:
    """Followers over time: ``{account, points: [{day, followers, following, posts, source, gained, days, per_day,
    score, jump}], jumps: [{day, since, gained, per_day, score, candidates: [{what, day, words}]}], followers}``.

    ``followers`` are Instagram's own counts by age, gender, country and city beside what commenters look like, or null.
    """
    return kept("growth", [account], lambda: _growth(account))


def _growth(account: TrackedAccount) -> dict[str, Any]:
    rows = list(ProfileSnapshot.objects.filter(account=account, followers__isnull=False).order_by("day"))
    found = pure.changes((row.day, row.followers or 0) for row in rows)
    by_day = {change.day: change for change in found}
    jumps = pure.jumps(found, _posts(account), dict(daily(account))) if any(c.is_jump for c in found) else []
    return {
        "account": account.username,
        "points": [_point(row, by_day.get(row.day)) for row in rows],
        "jumps": [_jump(jump) for jump in jumps],
        "followers": _followers(account),
    }


def _point(row: ProfileSnapshot, change: pure.Change | None) -> dict[str, Any]:
    told = {"day": row.day.isoformat(), "followers": row.followers, "following": row.following}
    told |= {"posts": row.posts_count, "source": row.source}
    if change is None:
        return told | {"gained": None, "days": None, "per_day": None, "score": None, "jump": False}
    return told | {
        "gained": change.gained,
        "days": change.days,
        "per_day": round(change.per_day, 2),
        "score": round(change.score, 2),
        "jump": change.is_jump,
    }


def _jump(jump: pure.Jump) -> dict[str, Any]:
    change = jump.change
    return {
        "day": change.day.isoformat(),
        "since": change.since.isoformat(),
        "gained": change.gained,
        "per_day": round(change.per_day, 2),
        "score": round(change.score, 2),
        "candidates": [{"what": c.what, "day": c.day.isoformat(), "words": c.words} for c in jump.candidates],
    }


def _posts(account: TrackedAccount) -> list[pure.Published]:
    posts = Post.objects.filter(account=account, posted_at__isnull=False).annotate(stored=Count("comments"))
    return [
        pure.Published(post.posted_at.date(), _words(post), max(post.comments_reported or 0, post.stored))
        for post in posts.order_by("-posted_at")[:MOST_POSTS]
        if post.posted_at
    ]


def _words(post: Post) -> str:
    words = post.caption.split()
    return " ".join(words[:WORDS]) + ("…" if len(words) > WORDS else "") if words else post.shortcode


def _followers(account: TrackedAccount) -> dict[str, Any] | None:
    row = FollowerDemographics.objects.filter(account=account).order_by("-as_of").first()
    if row is None:
        return None
    answer = demographics(account).as_json()
    named = {name: int(row.gender.get(name, 0)) for name in GENDERS}
    return {
        "as_of": row.as_of.isoformat(),
        "unknown_gender": int(row.gender.get("U", 0)),
        "age": _beside(row.age, answer["age"]),
        "gender": _beside(named, answer["gender"]),
        "country": _largest(row.country),
        "city": _largest(row.city),
    }


def _beside(followers: Mapping[str, Any], commenters: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Shares of followers (of those whose value Instagram knows) beside those of commenters."""
    k = settings.AURA_K_ANONYMITY
    total = sum(int(followers.get(entry["value"], 0)) for entry in commenters)
    rows = []
    for entry in commenters:
        count = int(followers.get(entry["value"], 0))
        told = None if count < k or not total else {"count": count, "share": round(count / total, 6)}
        rows.append({"value": entry["value"], "followers": told or {"suppressed": True}, "commenters": _seen(entry)})
    return rows


def _seen(entry: Mapping[str, Any]) -> dict[str, Any]:
    names = ("count", "share", "low", "high")
    return {"suppressed": True} if entry.get("suppressed") else {name: entry[name] for name in names}


def _largest(counts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The largest groups, those with enough people."""
    k = settings.AURA_K_ANONYMITY
    total = sum(int(count) for count in counts.values())
    ordered = sorted(((int(count), value) for value, count in counts.items()), key=lambda pair: (-pair[0], pair[1]))
    return [
        {"value": value, "count": count, "share": round(count / total, 6)} for count, value in ordered if count >= k
    ][:10]
