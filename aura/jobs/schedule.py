"""Periodic work, declared once beside its job and reconciled into rq-scheduler, which only ticks it.

A tick writes the row of a system job whose key is its kind and minute, so two schedulers never start it twice, and a
long run never meets a second one of the same minute.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from crontab import CronTab
from django.db import DatabaseError, InterfaceError, connections
from redis import Redis
from rq.job import Job as RqJob
from rq.serializers import JSONSerializer
from rq_scheduler import Scheduler

from aura.jobs.models import Job
from aura.jobs.queue import JobFunction, kind_of, start
from aura.tenancy.scope import system_scope

log = structlog.get_logger(__name__)

PREFIX = "periodic-"
INTERVAL = 5
TICK = "aura.jobs.schedule.tick"


@dataclass(frozen=True, slots=True)
class Periodic:
    """A job and when it runs: ``cron`` has five fields and means UTC."""

    name: str
    cron: str
    function: JobFunction


_periodic: dict[str, Periodic] = {}


def periodic(cron: str) -> Callable[[JobFunction], JobFunction]:
    """Run a system job by the clock; goes above ``@job``. The job gets ``{"minute": …}`` as its payload."""

    def declare(function: JobFunction) -> JobFunction:
        name = kind_of(function).name
        following(cron, datetime.now(UTC))
        _periodic[name] = Periodic(name, cron, function)
        return function

    return declare


def following(cron: str, now: datetime) -> float:
    """When ``cron`` is next after ``now``, in seconds since 1970. Raises ValueError where it is not one."""
    return now.timestamp() + float(CronTab(cron).next(now=now, default_utc=True))


def declared() -> list[Periodic]:
    """All periodic jobs of the loaded apps, by name."""
    return sorted(_periodic.values(), key=lambda one: one.name)


def entry_id(name: str) -> str:
    """The fixed id of a periodic job in rq-scheduler; RQ allows letters, digits, ``_`` and ``-``."""
    return PREFIX + name.replace(".", "-")


def tick(name: str, minute: datetime) -> Job | None:
    """Start the job of one minute (UTC); once, however often it is called. None where no such job is declared."""
    one = _periodic.get(name)
    if one is None:
        return None
    when = minute.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")
    with system_scope():
        return start(one.function, workspace_id=None, payload={"minute": when}, key=f"{name}:{when}", limited=False)


class JsonEntry(RqJob):
    """An entry of the schedule; nothing in Redis is ever unpickled."""

    @classmethod
    def create(cls, *args: Any, **kwargs: Any) -> RqJob:
        return super().create(*args, **kwargs | {"serializer": JSONSerializer})

    @classmethod
    def fetch(cls, id: str, connection: Redis | None = None, serializer: Any = None) -> RqJob:
        return super().fetch(id, connection=connection, serializer=JSONSerializer)


class AuraScheduler(Scheduler):  # type: ignore[misc]
    """rq-scheduler that registers again what Redis lost, at each pass, and ticks into the database."""

    job_class = JsonEntry

    def __init__(self, connection: Redis, interval: float = INTERVAL) -> None:
        super().__init__("scheduler", connection=connection, interval=interval, job_class=JsonEntry)

    def enqueue_jobs(self) -> Any:
        self.reconcile()
        return super().enqueue_jobs()

    def reconcile(self) -> None:
        """Make the schedule in Redis say what the code declares: missing and changed entries in, unknown ones out."""
        wanted = {entry_id(one.name): one for one in declared()}
        known = {raw.decode() for raw in self.connection.zrange(self.scheduled_jobs_key, 0, -1)}
        for name in known - wanted.keys():
            if name.startswith(PREFIX):
                self._remove(name)
        for name, one in wanted.items():
            if name not in known or not self._is_current(name, one):
                self._register(name, one)
                log.info("periodic_registered", kind=one.name, cron=one.cron)

    def _register(self, name: str, one: Periodic) -> None:
        entry = self._create_job(TICK, args=[one.name], id=name, queue_name=self.queue_name, commit=False)
        entry.meta["cron_string"] = one.cron
        entry.save()
        self.connection.zadd(self.scheduled_jobs_key, {name: following(one.cron, datetime.now(UTC))})

    def _remove(self, name: str) -> None:
        self.cancel(name)
        self.connection.delete(RqJob.key_for(name))

    def _is_current(self, name: str, one: Periodic) -> bool:
        if not self.connection.exists(RqJob.key_for(name)):
            return False
        return bool(self.job_class.fetch(name, connection=self.connection).meta.get("cron_string") == one.cron)

    def enqueue_job(self, job: RqJob) -> None:
        """Tick: write the job of the entry's minute, then move the entry to its next one."""
        score = self.connection.zscore(self.scheduled_jobs_key, job.id)
        if score is None:
            return
        try:
            tick(job.args[0], datetime.fromtimestamp(score, UTC))
        except (DatabaseError, InterfaceError) as error:
            # The entry stays due, so the next pass tries again.
            log.warning("tick_waits_for_database", kind=job.args[0], error=type(error).__name__)
            connections.close_all()
            return
        due = following(job.meta["cron_string"], datetime.now(UTC))
        self.connection.zadd(self.scheduled_jobs_key, {job.id: due})
