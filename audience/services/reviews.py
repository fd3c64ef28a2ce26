"""Corrections by people: they win over every model for ever, and can be taken back (A8)."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from django.db.models import F

from accounts.services import record
from audience.models import AudiencePerson, Classification, Commenter, Review, ReviewItem, TrackedAccount
from audience.queries.measured import labels_changed
from audience.queries.reviews import CHOICES, DIMENSIONS, current_classification, reviewed
from audience.services import rollups
from audience.services.classify import MINOR, is_possible_minor
from aura.providers.ports import UNKNOWN
from aura.tenancy.ids import uuid7
from aura.tenancy.scope import current_workspace_id

CODE_LETTERS: Final = (2, 3)


class ReviewRefused(Exception):
    """The values are not ones that Aura knows. ``field`` says which."""

    def __init__(self, message: str, *, field: str) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


def checked(values: Mapping[str, str]) -> dict[str, str]:
    """These values if each is one of its dimension, or "unknown". Raises :class:`ReviewRefused`."""
    if not values:
        raise ReviewRefused("Say at least one thing about the person.", field="gender")
    for dimension, value in values.items():
        if dimension not in DIMENSIONS:
            raise ReviewRefused(f"“{dimension}” cannot be corrected.", field=dimension)
        known = CHOICES.get(dimension)
        is_code = known is None and len(value) in CODE_LETTERS and value.isascii() and value.isalpha()
        if value != UNKNOWN and not is_code and value not in (known or ()):
            choices = ", ".join((*known, UNKNOWN)) if known else "a code such as en, or unknown"
            raise ReviewRefused(f"Choose one of: {choices}.", field=dimension)
    return {dimension: value.lower() if dimension == "language" else value for dimension, value in values.items()}


def correct(
    person: Commenter,
    actor: UUID | None,
    values: Mapping[str, str],
    source: str,
    item: ReviewItem | None = None,
) -> UUID:
    """Write down what ``actor`` says about a person, and let it stand in every report from now on.

    ``values`` by dimension; ``item`` is where in the queue the person was drawn. Returns the answer's id, for
    :func:`undo`. Audited. Raises :class:`ReviewRefused`. Call inside the workspace's scope.
    """
    values = checked(values)
    answer = uuid7()
    with rollups.reclassifying([person.pk]):
        said = current_classification(person)
        held = {row.dimension: row for row in Review.objects.filter(commenter=person, is_current=True)}
        Review.objects.filter(commenter=person, is_current=True, dimension__in=values).update(is_current=False)
        Review.objects.bulk_create(
            _row(person, name, value, source, said, held.get(name), item, actor, answer)
            for name, value in values.items()
        )
        if item is not None:
            ReviewItem.objects.filter(pk=item.pk).update(state=ReviewItem.State.DONE)
        apply(person)
    _tell(person)
    record("audience.person.corrected", user_id=actor, target=str(person.pk), source=source, dimensions=sorted(values))
    return answer


def _row(
    person: Commenter,
    dimension: str,
    value: str,
    source: str,
    said: Classification | None,
    held: Review | None,
    item: ReviewItem | None,
    actor: UUID | None,
    answer: UUID,
) -> Review:
    """One review. Whoever was drawn at random stays in the sample when the label is corrected later."""
    drawn = item if item is not None and item.queue == Review.Source.SAMPLE else None
    stratum, size = (drawn.stratum, drawn.stratum_size) if drawn else ("", 0)
    if drawn is None and held is not None:
        stratum, size = held.stratum, held.stratum_size
    return Review(
        workspace_id=current_workspace_id(),
        commenter=person,
        dimension=dimension,
        value=value,
        source=source,
        stratum=stratum,
        stratum_size=size,
        model=said.model if said else "",
        model_version=said.model_version if said else "",
        prompt_version=said.prompt_version if said else "",
        said=getattr(said, dimension) if said else "",
        reviewed_by_id=actor,
        answer=answer,
    )


def undo(person: Commenter, actor: UUID | None, answer: UUID) -> bool:
    """Take an answer back: what was said before, or else the model, stands again. False where it is gone already."""
    rows = Review.objects.filter(commenter=person, answer=answer)
    with rollups.reclassifying([person.pk]):
        dimensions = list(rows.values_list("dimension", flat=True))
        if not dimensions:
            return False
        queues = set(rows.values_list("source", flat=True))
        rows.delete()
        for dimension in dimensions:
            _stand_again(person, dimension)
        ReviewItem.objects.filter(commenter=person, queue__in=queues).update(state=ReviewItem.State.WAITING)
        apply(person)
    _tell(person)
    record("audience.person.correction_undone", user_id=actor, target=str(person.pk), dimensions=sorted(dimensions))
    return True


def undo_all(person: Commenter, actor: UUID | None) -> int:
    """Take back everything that was said about a person; returns how many labels went."""
    with rollups.reclassifying([person.pk]):
        count = Review.objects.filter(commenter=person).delete()[0]
        apply(person)
    if count:
        _tell(person)
        record("audience.person.correction_undone", user_id=actor, target=str(person.pk), labels=count)
    return count


def skip(item: ReviewItem) -> None:
    """Put somebody aside whom a reviewer would rather not judge."""
    ReviewItem.objects.filter(pk=item.pk, state=ReviewItem.State.WAITING).update(state=ReviewItem.State.SKIPPED)


def _stand_again(person: Commenter, dimension: str) -> None:
    rows = Review.objects.filter(commenter=person, dimension=dimension)
    if not rows.filter(is_current=True).exists() and (last := rows.order_by("-created_at", "-pk").first()):
        Review.objects.filter(pk=last.pk).update(is_current=True)


def apply(person: Commenter) -> None:
    """Copy what stands about a person to where it is counted: a label where there is one, else the model's value."""
    row, said = current_classification(person), reviewed([person.pk]).get(person.pk, {})
    blank = UNKNOWN if said else ""
    values = {name: said.get(name) or (getattr(row, name) if row else blank) for name in DIMENSIONS}
    minor = said["age"] == MINOR if said.get("age", UNKNOWN) != UNKNOWN else row is not None and is_possible_minor(row)
    Commenter.objects.filter(pk=person.pk).update(**values, possible_minor=minor)
    person.refresh_from_db(fields=[*DIMENSIONS, "possible_minor"])


def _tell(person: Commenter) -> None:
    """No cached answer of before may be found again, not even where no group changed."""
    labels_changed()
    accounts = AudiencePerson.objects.filter(commenter=person).values("account")
    TrackedAccount.objects.filter(pk__in=accounts).update(data_version=F("data_version") + 1)
