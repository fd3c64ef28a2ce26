"""Reads about posts and the people who comment."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet

from audience.models import AudiencePerson, Classification, Commenter, Post, TrackedAccount


def posts_by_time(account: TrackedAccount) -> list[Post]:
    """Posts of an account, newest first; at most 500, which is what a choice list can bear."""
    return list(Post.objects.filter(account=account).order_by("-posted_at", "-created_at")[:500])


def commenters(account: TrackedAccount) -> QuerySet[Commenter]:
    """The people of an account's audience, without the account itself and without possible minors."""
    members = AudiencePerson.objects.filter(account=account, is_owner=False).values("commenter")
    return Commenter.objects.filter(id__in=members, possible_minor=False)


def audience_people(account: TrackedAccount) -> QuerySet[AudiencePerson]:
    """An account's audience with each person's sums, without the account itself and without possible minors."""
    people = AudiencePerson.objects.filter(account=account, is_owner=False, commenter__possible_minor=False)
    return people.select_related("commenter")


def confidences(people: Sequence[UUID]) -> dict[UUID, float]:
    """How sure the current model is of each person's gender, 0 to 1; whoever was not read yet is missing."""
    found = Classification.objects.filter(commenter__in=people, is_current=True)
    return dict(found.values_list("commenter_id", "gender_confidence"))
