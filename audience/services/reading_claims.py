"""Who is sent to a paid model (A5): claimed before the request, so that nobody is paid for twice, even after a crash.

A claim without an answer whose job died says that the person was perhaps paid for: they are not sent again. Where the
service answered with an error, nothing was paid, and :func:`release` gives the claim back.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from audience.models import ReadingClaim, Run, RunBatch
from aura.tenancy.ids import uuid7
from aura.tenancy.scope import current_workspace_id

INTERRUPTED = "interrupted"
TAKE = """
INSERT INTO audience_readingclaim (id, workspace_id, commenter_id, batch, model, answered, code)
SELECT i, %(workspace)s, c, %(batch)s, %(model)s, false, '' FROM unnest(%(ids)s::uuid[], %(people)s::uuid[]) AS u(i, c)
ON CONFLICT (workspace_id, commenter_id) DO NOTHING RETURNING commenter_id
"""


@dataclass(frozen=True, slots=True)
class Taken:
    """``send`` may be sent now; ``elsewhere`` are being read by another run.

    ``refused`` were sent before and have no reading: why, with the model, by person.
    """

    send: frozenset[UUID]
    refused: Mapping[UUID, str]
    elsewhere: frozenset[UUID]


def take(batch: UUID, model: str, people: Collection[UUID]) -> Taken:
    """Claim those of these people whom nobody has claimed. In its own transaction, before the request."""
    wanted = sorted(set(people))
    values: dict[str, Any] = {
        "workspace": current_workspace_id(),
        "batch": batch,
        "model": model,
        "people": wanted,
        "ids": [uuid7() for _ in wanted],
    }
    with connection.cursor() as cursor:
        cursor.execute(TAKE, values)
        fresh = {row[0] for row in cursor.fetchall()}
    refused: dict[UUID, str] = {}
    elsewhere = set()
    for claim in ReadingClaim.objects.filter(commenter__in=set(wanted) - fresh):
        if claim.answered or claim.batch == batch or _is_dead(claim.batch):
            refused[claim.commenter_id] = f"{claim.model}: {claim.code or INTERRUPTED}"
        else:
            elsewhere.add(claim.commenter_id)
    return Taken(frozenset(fresh), refused, frozenset(elsewhere))


def _is_dead(batch: UUID) -> bool:
    """True where the batch that claimed somebody will not go on by itself."""
    found = RunBatch.objects.filter(pk=batch).select_related("run").first()
    return found is None or found.done or (found.run.is_over or found.run.state == Run.State.PAUSED)


def answered(people: Iterable[UUID], code: str = "") -> None:
    """Remember that these were answered; in the transaction that stores the answers. ``code`` says what was wrong."""
    ReadingClaim.objects.filter(commenter__in=list(people)).update(answered=True, code=code[:60])


def give_back(people: Collection[UUID]) -> None:
    """Set these free: nothing was paid for them."""
    ReadingClaim.objects.filter(commenter__in=list(people), answered=False).delete()


def release(batch: UUID) -> int:
    """Give back the claims of a batch that were not answered because nothing was asked, or an error came back."""
    return ReadingClaim.objects.filter(batch=batch, answered=False).delete()[0]
