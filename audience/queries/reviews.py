"""Reads about what people of the workspace said about commenters."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q

from audience.models import Classification, Commenter, Queue, Review, ReviewItem
from aura.providers.ports import AGES, GENDERS, PROFILE_TYPES, UNKNOWN

CHOICES = {"gender": GENDERS, "age": AGES, "profile_type": PROFILE_TYPES}
DIMENSIONS = ("gender", "age", "profile_type", "language")


def reviewed(people: Iterable[UUID]) -> dict[UUID, dict[str, str]]:
    """What people said about these commenters, by dimension: it wins over every model, for ever (A8).

    “Cannot tell” wins only where it corrects a guess; in the queue it just says nothing.
    """
    found: defaultdict[UUID, dict[str, str]] = defaultdict(dict)
    rows = Review.objects.filter(commenter__in=list(people), is_current=True)
    rows = rows.filter(~Q(value=UNKNOWN) | Q(source=Review.Source.CORRECTION))
    for person, dimension, value in rows.values_list("commenter_id", "dimension", "value"):
        found[person][dimension] = value
    return dict(found)


def current_classification(person: Commenter) -> Classification | None:
    """What the current model says of a person."""
    return Classification.objects.filter(commenter=person, is_current=True).first()


def corrections(person: Commenter) -> dict[str, dict[str, Any]]:
    """The current labels of a person that win over the model: value, source, when."""
    won = reviewed([person.pk]).get(person.pk, {})
    rows = Review.objects.filter(commenter=person, is_current=True, dimension__in=won)
    return {
        row.dimension: {"value": row.value, "source": row.source, "at": row.created_at} for row in rows.order_by("pk")
    }


def last_answer(person: Commenter, user_id: UUID | None = None) -> UUID | None:
    """The newest answer about a person, of one user where one is given."""
    rows = Review.objects.filter(commenter=person, is_current=True)
    if user_id:
        rows = rows.filter(reviewed_by=user_id)
    return rows.order_by("-created_at", "-pk").values_list("answer", flat=True).first()


def answer_rows(answer: UUID) -> list[Review]:
    """The reviews of one answer."""
    return list(Review.objects.filter(answer=answer).select_related("commenter").order_by("dimension"))


def queue_counts() -> dict[str, dict[str, int]]:
    """How many people of each queue are waiting, answered and skipped."""
    counts = {queue: {"waiting": 0, "done": 0, "skipped": 0} for queue in Queue.values}
    rows = ReviewItem.objects.values("queue", "state").annotate(people=Count("pk")).order_by()
    for queue, state, people in rows.values_list("queue", "state", "people"):
        counts[queue][state] = people
    return counts


def labels_since(moment: datetime | None = None) -> int:
    """How many people have a label, all in all or since a moment."""
    rows = Review.objects.filter(is_current=True)
    if moment:
        rows = rows.filter(created_at__gte=moment)
    return rows.values("commenter").distinct().count()
