"""Changes of the words sent to a model: tried on labelled people before they replace the words in use (A8).

Both versions read the same people. The candidate replaces the active version unless it is significantly worse in
gender, age or account type by McNemar's exact test (Psychometrika 12 (1947) 153; Fagerland et al., BMC Med. Res.
Methodol. 13 (2013) 91, the mid-P form), one-sided at 5 % shared among the questions (Holm, Scand. J. Stat. 6 (1979)
65). With fewer than 30 labelled people nothing can be compared, and the trial says so.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import comb
from typing import Any, Final, Protocol
from uuid import UUID

from django.conf import settings
from django.core.files.storage import default_storage

from audience.models import Commenter, PromptTrial, Review, StoredImage
from audience.queries.reviews import CHOICES
from audience.services import classify
from aura.providers.errors import ProviderError
from aura.providers.ports import UNKNOWN, ProfileEvidence, ProfileReading, Vision
from aura.tenancy.scope import current_workspace_id, workspace_scope

LEAST: Final = 30
MOST: Final = 300
ALPHA: Final = 0.05
VisionOf = Callable[[str], Vision]
"""The model with the prompt of that version."""


Right = Mapping[str, bool]
"""In which questions a reading agreed with the label."""


@dataclass(slots=True)
class Readings:
    """In what one version was right, by person; ``asked`` are those who were perhaps paid for."""

    asked: set[UUID] = field(default_factory=set)
    found: dict[UUID, Right] = field(default_factory=dict)
    cost: Decimal = Decimal(0)
    seconds: float = 0.0


class Notes(Protocol):
    """Remembers what was asked, so that a trial that is killed asks about nobody a second time."""

    def of(self, version: str) -> Readings:
        """What is known already."""
        ...

    def keep(self, version: str, made: Readings) -> None:
        """Write it down, in the caller's transaction."""
        ...

    def give_back(self, version: str) -> None:
        """Whoever has no answer was not paid for. In the caller's transaction."""
        ...


class Forgetful:
    """Notes of a trial that nobody repeats."""

    def of(self, version: str) -> Readings:
        """Nothing."""
        return Readings()

    def keep(self, version: str, made: Readings) -> None:
        """Nowhere."""

    def give_back(self, version: str) -> None:
        """Nobody."""


def active_version(model: str, shipped: str) -> str:
    """The prompt version in use for a model: what the last trial decided, else the one that Aura came with first."""
    last = PromptTrial.objects.filter(model=model).order_by("-decided_at", "-pk").first()
    if last is None:
        return shipped
    return last.active if last.decision == PromptTrial.Decision.KEPT else last.candidate


def needs_trial(model: str, shipped: str, candidate: str) -> bool:
    """True where the candidate is neither in use nor already turned down."""
    if active_version(model, shipped) == candidate:
        return False
    return not PromptTrial.objects.filter(model=model, candidate=candidate).exists()


def trial(
    vision_of: VisionOf, workspace_id: UUID, *, active: str, candidate: str, notes: Notes | None = None
) -> PromptTrial:
    """Let two prompt versions read the labelled people, decide, and write down why. Call outside any scope: it pays

    and waits between its transactions.

    ``vision_of`` gives the model for a version. Raises ``ProviderError`` where a version cannot be read to the end;
    nothing is decided then, and the old prompt stays.
    """
    with workspace_scope(workspace_id):
        labels = _labels()
        evidence = _evidence(labels) if len(labels) >= LEAST else []
    model = vision_of(candidate).name
    if len(labels) < LEAST:
        words = f"Only {len(labels)} of at least {LEAST} people have labels, so nothing could be compared."
        return _decided(workspace_id, model, active, candidate, len(labels), {}, words)
    notes = notes or Forgetful()
    old, new = (
        _readings(vision_of(version), evidence, labels, workspace_id, version, notes) for version in (active, candidate)
    )
    figures = compared(labels, old.found, new.found)
    figures["seconds"] = {"active": round(old.seconds, 3), "candidate": round(new.seconds, 3)}
    figures["usd"] = {"active": float(old.cost), "candidate": float(new.cost)}
    cost = old.cost + new.cost
    return _decided(workspace_id, model, active, candidate, figures["people"], figures, verdict(figures), cost)


def _labels() -> dict[UUID, dict[str, str]]:
    """The newest labelled people, each with what was said about them; possible minors are left out."""
    rows = Review.objects.filter(is_current=True, dimension__in=CHOICES, commenter__possible_minor=False)
    said: dict[UUID, dict[str, str]] = {}
    for person, dimension, value in (
        rows.exclude(value=UNKNOWN).order_by("-created_at", "-pk").values_list("commenter_id", "dimension", "value")
    ):
        if person in said or len(said) < MOST:
            said.setdefault(person, {})[dimension] = value
    return said


def _evidence(people: Iterable[UUID]) -> list[ProfileEvidence]:
    rows = classify.may_be_read(Commenter.objects.filter(pk__in=list(people)).select_related("picture"))
    comments = classify.comments_of([row.pk for row in rows])
    return [
        classify.evidence_of(
            row, comments.get(row.pk, ()), _bytes(row.picture), row.picture.sha256 if row.picture else ""
        )
        for row in rows
    ]


def _bytes(image: StoredImage | None) -> bytes | None:
    if image is None or not default_storage.exists(image.path):
        return None
    with default_storage.open(image.path, "rb") as stream:
        return bytes(stream.read())


def _readings(
    vision: Vision,
    evidence: Sequence[ProfileEvidence],
    labels: Mapping[UUID, Mapping[str, str]],
    workspace_id: UUID,
    version: str,
    notes: Notes,
) -> Readings:
    """Everybody read once; each answered call is booked and noted as soon as it is there."""
    made, began = notes.of(version), time.monotonic()
    before = made.seconds
    try:
        for outcome in vision.read([one for one in evidence if UUID(one.id) not in made.asked]):
            with workspace_scope(workspace_id):
                if outcome.charge is not None:
                    made.cost += outcome.charge.book()
                made.found |= {UUID(one.id): _right(one, labels[UUID(one.id)]) for one in outcome.readings}
                made.asked |= {*made.found, *(UUID(name) for name in outcome.failed)}
                made.seconds = before + time.monotonic() - began
                notes.keep(version, made)
    except ProviderError:
        # Who was not answered was not paid for, and is asked by the next try.
        with workspace_scope(workspace_id):
            notes.give_back(version)
        raise
    if len(made.found) < LEAST:
        raise ProviderError("Too few of the labelled people could be read to compare two prompts.", code="trial_unread")
    return made


def _right(reading: ProfileReading, said: Mapping[str, str]) -> dict[str, bool]:
    return {dimension: getattr(reading, dimension).value == value for dimension, value in said.items()}


def compared(
    labels: Mapping[UUID, Mapping[str, str]],
    old: Mapping[UUID, Right],
    new: Mapping[UUID, Right],
) -> dict[str, Any]:
    """How often each version was right about the people whom both read; an abstention counts as wrong."""
    both = labels.keys() & old.keys() & new.keys()
    figures: dict[str, Any] = {"people": len(both), "dimensions": {}}
    for dimension in CHOICES:
        asked = [key for key in both if dimension in labels[key]]
        was, now = ([found[key].get(dimension, False) for key in asked] for found in (old, new))
        lost = sum(a and not b for a, b in zip(was, now, strict=True))
        won = sum(b and not a for a, b in zip(was, now, strict=True))
        figures["dimensions"][dimension] = {
            "labelled": len(asked),
            "active_right": sum(was),
            "candidate_right": sum(now),
            "lost": lost,
            "won": won,
            "p_worse": round(mcnemar_worse(lost, won), 6),
        }
    return figures


def mcnemar_worse(lost: int, won: int) -> float:
    """One-sided mid-P of McNemar's exact test that ``lost`` of the changed answers are more than half by chance."""
    changed = lost + won
    if changed == 0:
        return 1.0
    tail = sum(comb(changed, count) for count in range(lost, changed + 1))
    return float((tail - comb(changed, lost) / 2) / 2**changed)


def verdict(figures: Mapping[str, Any]) -> str:
    """The question in which the candidate is significantly worse (Holm), in words; "" where there is none."""
    tests = sorted((one["p_worse"], name) for name, one in figures["dimensions"].items() if one["labelled"])
    if not tests or tests[0][0] > ALPHA / len(tests):
        return ""
    share, name = tests[0]
    one = figures["dimensions"][name]
    return (
        f"Significantly worse in {name.replace('_', ' ')}: right about {one['candidate_right']} of {one['labelled']} "
        f"people instead of {one['active_right']} (p = {share:.3f})."
    )


def _decided(
    workspace_id: UUID,
    model: str,
    active: str,
    candidate: str,
    people: int,
    figures: Mapping[str, Any],
    words: str,
    cost: Decimal = Decimal(0),
) -> PromptTrial:
    decision = PromptTrial.Decision.KEPT if words else PromptTrial.Decision.ADOPTED
    if not figures:
        decision = PromptTrial.Decision.UNTESTED
    elif not words:
        words = f"Not worse about {people} labelled people."
    with workspace_scope(workspace_id):
        return PromptTrial.objects.create(
            workspace_id=current_workspace_id(),
            model=model,
            active=active,
            candidate=candidate,
            people=people,
            metrics=dict(figures) | {"k": settings.AURA_K_ANONYMITY},
            decision=decision,
            reason=words[:300],
            cost=cost,
        )
