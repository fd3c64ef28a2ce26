"""Starting a job: once, in the caller's transaction, within the lane's limit."""

from typing import Any

import pytest
import structlog
from django.db import transaction

from aura.jobs import queries
from aura.jobs.context import JobContext
from aura.jobs.errors import QueueFull
from aura.jobs.models import Job, State
from aura.jobs.queue import start
from aura.jobs.tests.kinds import begin, bodies, fresh, run_bulk, run_realtime
from aura.tenancy.scope import TenancyError, workspace_scope
from aura.testing.drain import drain
from aura.testing.fixtures import Team

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "staff"]),
    pytest.mark.usefixtures("committed"),
]


def test_a_system_job_is_seen_only_in_a_system_scope(team: Team) -> None:
    job = begin(None)
    drain()
    assert fresh(job).state == State.DONE
    with workspace_scope(team.workspace.pk):
        assert not Job.objects.filter(pk=job.pk).exists()
        with pytest.raises(TenancyError):
            start(run_bulk, workspace_id=None, payload={})


def test_the_same_key_is_the_same_job_in_a_workspace_only(team: Team) -> None:
    first, again = begin(team.workspace, key="one"), begin(team.workspace, key="one")
    assert first.pk == again.pk
    assert begin(team.elsewhere, key="one").pk != first.pk
    assert begin(team.workspace, function=run_realtime, key="one").pk != first.pk
    assert begin(None, key="one").pk == begin(None, key="one").pk


def test_a_rolled_back_start_leaves_no_job_and_rings_no_bell(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    rings: list[int] = []
    monkeypatch.setattr("aura.jobs.queue.ring", lambda: rings.append(1))
    with workspace_scope(team.workspace.pk):
        start(run_bulk, workspace_id=team.workspace.pk, payload={})
        transaction.set_rollback(True)
    assert rings == []
    with workspace_scope(team.workspace.pk):
        start(run_bulk, workspace_id=team.workspace.pk, payload={})
        assert rings == []
    assert rings == [1]


def test_a_full_lane_answers_429_with_numbers(team: Team, settings: Any) -> None:
    settings.AURA_LANE_LIMITS = {"realtime": 5, "bulk": 2}
    begin(team.elsewhere)
    begin(team.workspace)
    with pytest.raises(QueueFull) as caught:
        begin(team.workspace)
    assert (caught.value.status_code, caught.value.lane, caught.value.limit) == (429, "bulk", 2)
    assert 1 <= caught.value.wait <= 300
    assert "2 jobs are waiting" in str(caught.value.detail)
    begin(team.workspace, function=run_realtime)
    begin(team.workspace, limited=False)
    drain()
    begin(team.workspace)


def test_the_correlation_id_goes_from_the_request_to_the_job_and_to_what_the_job_starts(team: Team) -> None:
    seen: list[Any] = []

    def body(context: JobContext) -> None:
        seen.append(structlog.contextvars.get_contextvars())
        with context.transaction():
            start(run_realtime, workspace_id=context.workspace_id, payload={"body": name})

    bodies["leaf"] = lambda context: seen.append(structlog.contextvars.get_contextvars())
    name = "leaf"
    with structlog.contextvars.bound_contextvars(request_id="req-7"):
        job = begin(team.workspace, body)
    drain()
    assert job.correlation_id == "req-7"
    assert [one["correlation_id"] for one in seen] == ["req-7", "req-7"]
    assert [one["kind"] for one in seen] == ["test.bulk", "test.realtime"]
    assert "correlation_id" not in structlog.contextvars.get_contextvars()


def test_the_lanes_say_how_full_they_are(team: Team) -> None:
    begin(team.workspace)
    begin(team.elsewhere)
    with workspace_scope(team.workspace.pk):
        realtime, bulk = queries.lanes()
        assert queries.jobs(state="pending", kind="test.bulk", lane="bulk").count() == 1
        assert queries.jobs(state="done").count() == 0
    assert (realtime.waiting, bulk.waiting, bulk.running, bulk.limit, bulk.workers) == (0, 2, 0, 5000, 0)
    assert realtime.oldest_wait is None
    assert bulk.oldest_wait == 0


def test_without_redis_a_start_still_succeeds_and_nobody_is_at_work(team: Team, settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    job = begin(team.workspace)
    assert job.state == State.PENDING
    assert queries.live_workers("bulk") == 0
