"""All that is kept about one person, for the person: what they wrote, what was read from their profile, guesses."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from audience import types
from audience.models import (
    AudienceHabit,
    AudiencePerson,
    Classification,
    Comment,
    Commenter,
    CommentReading,
    PodMember,
    Review,
)
from aura.privacy.registry import Section

PROFILE = (
    "username",
    "external_id",
    "full_name",
    "biography",
    "is_verified",
    "is_private",
    "is_business",
    "followers",
    "following",
    "posts_count",
    "picture_url",
    "picture_state",
    "created_at",
    "updated_at",
)
GUESSES = ("gender", "age", "profile_type", "language")


def sections(people: Sequence[Commenter]) -> Iterator[Section]:
    """The tables of an export; empty ones are left out by the archive.

    No guess about a possible minor leaves the database, not even for themselves (A7).
    """
    keys = [person.pk for person in people]
    pictures = tuple((f"{p.picture.sha256[:16]}.jpg", p.picture.path) for p in people if p.picture)
    yield Section("profile", [{name: getattr(person, name) for name in PROFILE} for person in people], pictures)
    yield Section("comments", [_comment(row) for row in _comments(keys)])
    yield Section("audiences", [_audience(row) for row in _audiences(keys)])
    shown = [person.pk for person in people if not person.possible_minor]
    yield Section("estimates", [_estimate(row) for row in _estimates(shown)])
    yield Section(
        "reviews", [_review(row) for row in Review.objects.filter(commenter__in=shown).order_by("created_at")]
    )
    yield Section("comment_estimates", [_reading(row) for row in _readings(shown)])
    yield Section("groups_who_comment_together", [_member(row) for row in _members(shown)])
    yield Section("habits", [_habit(row, guesses=row.commenter_id in shown) for row in _habits(keys)])


def _comments(keys: Sequence[Any]) -> Iterable[Comment]:
    rows = Comment.objects.filter(commenter__in=keys).select_related("post", "account", "commenter")
    return rows.order_by("commented_at", "pk").iterator(chunk_size=2000)


def _comment(row: Comment) -> dict[str, Any]:
    return {
        "username": row.commenter.username,
        "account": row.account.username,
        "post": row.post.shortcode,
        "post_url": row.post.url,
        "text": row.text,
        "gif_url": row.gif_url,
        "likes": row.likes,
        "replies": row.replies_count,
        "commented_at": row.commented_at,
        "stored_at": row.created_at,
    }


def _audiences(keys: Sequence[Any]) -> Iterable[AudiencePerson]:
    return AudiencePerson.objects.filter(commenter__in=keys).select_related("account").order_by("account__username")


def _audience(row: AudiencePerson) -> dict[str, Any]:
    return {
        "account": row.account.username,
        "comments": row.comments,
        "likes": row.likes,
        "first_at": row.first_at,
        "last_at": row.last_at,
    }


def _estimates(keys: Sequence[Any]) -> Iterable[Classification]:
    return Classification.objects.filter(commenter__in=keys).order_by("created_at")


def _estimate(row: Classification) -> dict[str, Any]:
    guesses = {f"estimated_{name}": getattr(row, name) for name in GUESSES}
    guesses |= {f"estimated_{name}_confidence": getattr(row, f"{name}_confidence") for name in GUESSES}
    return guesses | {
        "estimated_probabilities": row.probabilities,
        "evidence": row.evidence,
        "model": row.model,
        "model_version": row.model_version,
        "made_at": row.created_at,
        "current": row.is_current,
    }


def _readings(keys: Sequence[Any]) -> Iterable[CommentReading]:
    rows = CommentReading.objects.filter(comment__commenter__in=keys).select_related("account", "comment", "post")
    return rows.order_by("day", "pk").iterator(chunk_size=2000)


def _reading(row: CommentReading) -> dict[str, Any]:
    return {
        "account": row.account.username,
        "post": row.post.shortcode,
        "text": row.comment.text,
        "estimated_sentiment": row.sentiment,
        "estimated_score": row.score,
        "estimated_question": row.is_question,
        "estimated_praise": row.praise,
        "estimated_language": row.language,
        "model": row.reader,
        "fallback": row.fallback,
    }


def _members(keys: Sequence[Any]) -> Iterable[PodMember]:
    return PodMember.objects.filter(commenter__in=keys).select_related("account").order_by("account__username")


def _member(row: PodMember) -> dict[str, Any]:
    return {
        "account": row.account.username,
        "posts_commented_on_early": row.posts,
        "posts_together_with_others": row.together,
        "median_minutes_apart": row.minutes,
    }


def _habits(keys: Sequence[Any]) -> Iterable[AudienceHabit]:
    return AudienceHabit.objects.filter(commenter__in=keys).select_related("account").order_by("account__username")


def _habit(row: AudienceHabit, *, guesses: bool) -> dict[str, Any]:
    """How somebody comments on an account; what they are counted as only where they may see it."""
    counted = {name: getattr(row, name) for name in ("comments", "likes", "posts", "weeks", "copies", "months")}
    told = {"account": row.account.username} | counted
    if not guesses:
        return told
    named = {f"counted_as_{name}": getattr(row, name) for name in (*GUESSES, "kind")}
    return told | named | {"signals": types.reasons(row.signals)}


def _review(row: Review) -> dict[str, Any]:
    """What somebody of the workspace said; who it was is the workspace's affair."""
    return {
        "seen_as": f"{row.dimension}: {row.value}",
        "source": row.source,
        "model_said": row.said,
        "made_at": row.created_at,
        "current": row.is_current,
    }
