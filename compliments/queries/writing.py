"""Compliments with what lists and pages show of them. Inside the workspace's scope."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone

from accounts.queries.costs import with_costs
from compliments.models import Compliment, ComplimentLimit, InstagramPost, PostImage, VoicePreset, Writing

OK = "ok"
WORDS = 8


def writings() -> QuerySet[Writing]:
    """Orders, newest first, with their texts, post and costs."""
    images = PostImage.objects.select_related("picture").order_by("number")
    rows = Writing.objects.select_related("post", "preset", "created_by").prefetch_related(
        Prefetch("compliments", Compliment.objects.order_by("number")), Prefetch("post__images", images)
    )
    return with_costs(rows, "compliment:").order_by("-created_at", "-pk")


def writings_of(post: InstagramPost) -> QuerySet[Writing]:
    """All that was written about a post, newest first."""
    return writings().filter(post=post)


def library(filters: dict[str, Any]) -> QuerySet[Compliment]:
    """Texts that may be posted, newest first; ``filters`` may hold ``q``, ``style``, ``language``, ``favourites`` and
    ``rating`` (the least)."""
    rows = Compliment.objects.filter(verdict=OK, writing__state=Writing.State.DONE)
    for word in str(filters.get("q") or "").split()[:WORDS]:
        rows = rows.filter(Q(text__icontains=word) | Q(writing__post__author__icontains=word.removeprefix("@")))
    if style := filters.get("style"):
        rows = rows.filter(writing__written_style=style)
    if language := filters.get("language"):
        rows = rows.filter(writing__language=language)
    if filters.get("favourites"):
        rows = rows.filter(favourite=True)
    if rating := filters.get("rating"):
        rows = rows.filter(rating__gte=int(rating))
    return rows.select_related("writing__post").order_by("-created_at", "-pk")


def texts_of(post: InstagramPost, limit: int = 60) -> tuple[str, ...]:
    """What was written about a post before, newest first, so that new texts differ."""
    rows = Compliment.objects.filter(writing__post=post, verdict=OK).order_by("-created_at")
    return tuple(rows.values_list("text", flat=True)[:limit])


def presets() -> QuerySet[VoicePreset]:
    """The workspace's voices by name."""
    return VoicePreset.objects.order_by("name")


def limit() -> ComplimentLimit:
    """The workspace's limit, or the default where none was chosen."""
    return ComplimentLimit.objects.first() or ComplimentLimit()


@dataclass(frozen=True, slots=True)
class Room:
    """How many texts one author has got within the days of the limit; ``most`` is None where nobody counts."""

    written: int
    most: int | None
    days: int

    def holds(self, more: int) -> bool:
        """Whether so many more may be written."""
        return self.most is None or self.written + more <= self.most


def room_for(author: str) -> Room:
    """What the limit leaves for an author; pictures without a known author have no limit."""
    allowed = limit()
    if not author:
        return Room(0, None, allowed.days)
    since = timezone.now() - timedelta(days=allowed.days)
    mine = Compliment.objects.filter(writing__post__author=author, verdict=OK, created_at__gte=since)
    return Room(mine.count(), allowed.most, allowed.days)
