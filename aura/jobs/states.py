"""Reads what sockets show of jobs: the API's JSON of each, and a mark by which a change is known without it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from aura.http.renderers import OrjsonRenderer
from aura.jobs.api import JobSerializer
from aura.jobs.models import Job, Lane, State
from aura.tenancy.scope import workspace_scope

MOST, MOST_OF_ONE = 200, 50
RECENT = timedelta(minutes=15)
MARGIN = timedelta(minutes=1)

Mark = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class JobState:
    """A job as it was read: ``text`` is the message that goes to every socket that wants it."""

    id: UUID
    subject: str
    over: bool
    mark: Mark
    text: str


@dataclass(frozen=True, slots=True)
class Wish:
    """What a socket watches: one job, the jobs of a business object, or (neither) all jobs of the workspace.

    ``since`` is when the client last heard of them; what ended after it is in the first answer.
    """

    job: UUID | None = None
    subject: str = ""
    since: datetime | None = None

    @property
    def is_all(self) -> bool:
        return self.job is None and not self.subject

    def covers(self, state: JobState) -> bool:
        """True where a change of this job is to be sent."""
        return self.is_all or self.job == state.id or (bool(self.subject) and self.subject == state.subject)


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at many jobs found: the ids that are there, and the states that differ from the known marks."""

    found: frozenset[UUID]
    fresh: tuple[JobState, ...]


def look(workspace_id: UUID, ids: Collection[UUID], known: Mapping[UUID, Mark], lately: float | None = None) -> Look:
    """The jobs ``ids`` of a workspace where they are not as known.

    With ``lately`` also those that are not over and those that ended in the last ``lately`` seconds.
    """
    with workspace_scope(workspace_id):
        rows = list(_jobs().filter(pk__in=ids)) if ids else []
        if lately is not None:
            seen = {row.pk for row in rows}
            found = _newest(_moving(Now() - timedelta(seconds=lately)), MOST)
            rows += [row for row in found if row.pk not in seen]
        fresh = tuple(_state(row) for row in rows if known.get(row.pk) != _mark(row))
    return Look(frozenset(row.pk for row in rows), fresh)


def answer(workspace_id: UUID, wish: Wish) -> tuple[list[JobState], bool]:
    """The current state of what a socket has begun to watch, oldest first, and whether there are more than it holds.

    Of one job always its state; of a business object its newest 50; of all those that are not over and those that
    ended lately, at most 200.
    """
    most = MOST if wish.is_all else MOST_OF_ONE
    with workspace_scope(workspace_id):
        rows = _newest(_wished(wish), most + 1)
        return [_state(row) for row in reversed(rows[:most])], len(rows) > most


def _wished(wish: Wish) -> QuerySet[Job]:
    if wish.job:
        return _jobs().filter(pk=wish.job)
    if wish.subject:
        return _jobs().filter(subject=wish.subject)
    # An end is written a moment before it is committed, and clocks differ.
    since = wish.since - MARGIN if wish.since else timezone.now() - RECENT
    return _moving(since)


def _moving(since: Any) -> QuerySet[Job]:
    # Each part has its index, and all of them begin with the lane.
    moving = Q(state=State.PENDING) | Q(state__in=[State.QUEUED, State.RUNNING]) | Q(finished_at__gte=since)
    return _jobs().filter(moving, lane__in=Lane.values)


def _newest(jobs: QuerySet[Job], most: int) -> list[Job]:
    return list(jobs.order_by("-created_at", "-id")[:most])


def _jobs() -> QuerySet[Job]:
    return Job.objects.defer("payload", "result")


def _mark(job: Job) -> Mark:
    return (
        job.state,
        job.step,
        job.done,
        job.total,
        job.attempts,
        job.cancel_requested,
        job.error_code,
        job.cost,
        job.finished_at,
    )


def _state(job: Job) -> JobState:
    data = JobSerializer(job).data
    text = OrjsonRenderer().render({"type": "job", "job": data}).decode()
    return JobState(job.pk, job.subject, job.is_over, _mark(job), text)
