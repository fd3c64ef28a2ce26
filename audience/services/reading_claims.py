"""Who is sent to a paid model (A5): claimed before the request, so that nobody is paid for twice, even after a crash.

A claim is *asked* in the transaction right before its request. Asked, without an answer, and its job dead: the person
was perhaps paid for, and is not sent again. Not asked: whoever goes on with the batch may send them. Where the service
answered with an error, nothing was paid, and :func:`release` gives the claim back.
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
INSERT INTO audience_readingclaim (id, workspace_id, commenter_id, batch, model, asked, answered, code)
SELECT i, %(workspace)s, c, %(batch)s, %(model)s, %(asked)s, false, ''
FROM unnest(%(ids)s::uuid[], %(people)s::uuid[]) AS u(i, c)
ON CONFLICT (workspace_id, commenter_id) DO NOTHING RETURNING commenter_id
"""
TAKE_OVER = """
UPDATE audience_readingclaim SET batch = %(batch)s, model = %(model)s, asked = %(asked)s
WHERE workspace_id = %(workspace)s AND commenter_id = ANY(%(left)s) AND batch = ANY(%(from)s)
  AND NOT asked AND NOT answered RETURNING commenter_id
"""


@dataclass(frozen=True, slots=True)
class Taken:
    """``send`` may be sent now; ``elsewhere`` are being read by another run.

    ``refused`` were sent before and have no reading: why, with the model, by person.
    """

    send: frozenset[UUID]
    refused: Mapping[UUID, str]
    elsewhere: frozenset[UUID]


def take(batch: UUID, model: str, people: Collection[UUID], *, asked: bool = True) -> Taken:
    """Claim those of these people whom nobody has claimed. In its own transaction, before the request.

    With ``asked`` False they may be sent only after :func:`asking`.
    """
    wanted = sorted(set(people))
    values: dict[str, Any] = {
        "workspace": current_workspace_id(),
        "batch": batch,
        "model": model,
        "people": wanted,
        "asked": asked,
        "ids": [uuid7() for _ in wanted],
    }
    with connection.cursor() as cursor:
        cursor.execute(TAKE, values)
        fresh = {row[0] for row in cursor.fetchall()}
    claims = list(ReadingClaim.objects.filter(commenter__in=set(wanted) - fresh))
    dead = {other for other in {claim.batch for claim in claims} if other == batch or _is_dead(other)}
    with connection.cursor() as cursor:
        cursor.execute(TAKE_OVER, values | {"left": [claim.commenter_id for claim in claims], "from": list(dead)})
        fresh |= {row[0] for row in cursor.fetchall()}
    refused: dict[UUID, str] = {}
    elsewhere = set()
    for claim in claims:
        if claim.commenter_id in fresh:
            continue
        if claim.answered or claim.batch in dead:
            refused[claim.commenter_id] = f"{claim.model}: {claim.code or INTERRUPTED}"
        else:
            elsewhere.add(claim.commenter_id)
    return Taken(frozenset(fresh), refused, frozenset(elsewhere))


def asking(batch: UUID, people: Collection[UUID]) -> bool:
    """Note that these are about to be sent; False where one of them is not this batch's (any more).

    In the transaction of the batch's job, and to be committed before the request.
    """
    mine = ReadingClaim.objects.filter(batch=batch, commenter__in=people, answered=False)
    return mine.update(asked=True) == len(set(people))


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
