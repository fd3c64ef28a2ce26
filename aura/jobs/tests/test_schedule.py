"""Periodic work: declared once, in Redis once, started once."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from django.utils import timezone
from redis import Redis

from aura.http.models import IdempotencyRecord
from aura.jobs import jobs as housekeeping
from aura.jobs import schedule
from aura.jobs.models import Job, State
from aura.jobs.schedule import AuraScheduler, declared, entry_id, following, tick
from aura.jobs.tests.kinds import begin, fresh
from aura.tenancy.scope import system_scope, workspace_scope
from aura.testing.drain import drain
from aura.testing.fixtures import Team

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "staff"]),
    pytest.mark.usefixtures("committed"),
]
KEY = AuraScheduler.scheduled_jobs_key


def entries(redis: Redis) -> set[str]:
    return {str(raw, "ascii") for raw in cast(list[bytes], redis.zrange(KEY, 0, -1))}


def test_the_house_keeps_itself_clean() -> None:
    assert {"jobs.prune", "http.prune_idempotency"} <= {one.name for one in declared()}
    assert housekeeping.prune_jobs in {one.function for one in declared()}


def test_reconciling_twice_changes_nothing_and_repairs_what_redis_lost(redis: Redis) -> None:
    scheduler = AuraScheduler(redis)
    scheduler.reconcile()
    wanted = {entry_id(one.name) for one in declared()}
    before = redis.zrange(KEY, 0, -1, withscores=True)
    assert entries(redis) == wanted
    scheduler.reconcile()
    assert redis.zrange(KEY, 0, -1, withscores=True) == before
    redis.delete(*redis.keys("rq:job:*"))
    list(scheduler.get_jobs())
    assert entries(redis) == set()
    redis.flushall()
    scheduler.enqueue_jobs()
    assert entries(redis) == wanted


def test_what_is_no_longer_declared_goes_and_a_new_time_counts(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    scheduler = AuraScheduler(redis)
    scheduler.reconcile()
    kept = schedule._periodic["jobs.prune"]
    changed = schedule.Periodic(kept.name, "0 0 1 1 *", kept.function)
    monkeypatch.setattr(schedule, "_periodic", {kept.name: changed})
    scheduler.reconcile()
    assert entries(redis) == {entry_id(kept.name)}
    due = datetime.fromtimestamp(redis.zscore(KEY, entry_id(kept.name)) or 0, UTC)
    assert (due.month, due.day, due.hour) == (1, 1, 0)


def test_a_due_entry_starts_one_system_job_and_moves_on(redis: Redis) -> None:
    scheduler = AuraScheduler(redis)
    scheduler.reconcile()
    name = entry_id("http.prune_idempotency")
    redis.zadd(KEY, {name: time.time() - 60})
    scheduler.enqueue_jobs()
    assert (redis.zscore(KEY, name) or 0) > time.time()
    scheduler.enqueue_jobs()
    with system_scope():
        assert Job.objects.filter(kind="http.prune_idempotency", workspace=None).count() == 1
    drain()
    with system_scope():
        assert Job.objects.get().state == State.DONE


def test_the_same_minute_ticks_once() -> None:
    minute = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    first, again, next_one = (tick("jobs.prune", minute + timedelta(seconds=s)) for s in (0, 20, 60))
    assert first
    assert again
    assert next_one
    assert first.pk == again.pk != next_one.pk
    assert first.key == "jobs.prune:2026-01-02T03:04Z"
    assert tick("never.declared", minute) is None


def test_a_cron_line_means_utc_and_a_wrong_one_is_refused_when_declared() -> None:
    now = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert datetime.fromtimestamp(following("17 3 * * *", now), UTC) == datetime(2026, 1, 2, 3, 17, tzinfo=UTC)
    with pytest.raises(ValueError, match="cron"):
        schedule.periodic("every day")(housekeeping.prune_jobs)


def test_old_jobs_and_answers_are_pruned_and_dead_letters_stay(team: Team, settings: Any) -> None:
    settings.AURA_JOB_RETENTION_DAYS = 30
    old, recent, dead = (begin(team.workspace) for _ in range(3))
    drain()
    with workspace_scope(team.workspace.pk):
        Job.objects.filter(pk__in=[old.pk, dead.pk]).update(finished_at=timezone.now() - timedelta(days=31))
        Job.objects.filter(pk=dead.pk).update(state=State.DEAD)
        for key in ("old", "new"):
            IdempotencyRecord.objects.create(workspace_id=team.workspace.pk, key=key, route="POST /", digest="0")
        IdempotencyRecord.objects.filter(key="old").update(created_at=timezone.now() - timedelta(days=2))
    pruned = [tick(name, timezone.now()) for name in ("jobs.prune", "http.prune_idempotency")]
    drain()
    assert [fresh(job).result for job in pruned if job] == [{"deleted": 1}, {"deleted": 1}]
    with workspace_scope(team.workspace.pk):
        assert set(Job.objects.values_list("pk", flat=True)) == {recent.pk, dead.pk}
        assert list(IdempotencyRecord.objects.values_list("key", flat=True)) == ["new"]
