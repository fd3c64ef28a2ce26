"""Jobs for the tests of the job core."""

from collections.abc import Callable, Mapping
from typing import Any

from aura.jobs.context import JobContext
from aura.jobs.models import Job, Lane
from aura.jobs.queue import job, start
from aura.tenancy.scope import system_scope, workspace_scope

Body = Callable[[JobContext], Mapping[str, Any] | None]

bodies: dict[str, Body] = {}
ended: list[tuple[str, str]] = []


def nothing(context: JobContext) -> None:
    """A job that has nothing to do."""


def note_end(job: Job) -> None:
    """The hook of the test kinds."""
    ended.append((str(job.pk), job.state))


@job("test.bulk", lane=Lane.BULK, max_attempts=3, ended=note_end)
def run_bulk(context: JobContext) -> Mapping[str, Any] | None:
    """Do what the test put under the payload's name."""
    return bodies[context.payload.get("body", "")](context)


@job("test.realtime", lane=Lane.REALTIME, max_attempts=3, ended=note_end)
def run_realtime(context: JobContext) -> Mapping[str, Any] | None:
    """Do what the test put under the payload's name."""
    return bodies[context.payload.get("body", "")](context)


def begin(workspace: Any, body: Body = nothing, function: Any = run_bulk, **options: Any) -> Job:
    """Start a job of a workspace (or of the system) that does ``body``, and commit."""
    name = f"{body.__module__}.{body.__qualname__}"
    bodies[name] = body
    if workspace is None:
        with system_scope():
            return start(function, workspace_id=None, payload={"body": name}, **options)
    with workspace_scope(workspace.pk):
        return start(function, workspace_id=workspace.pk, payload={"body": name}, **options)


def fresh(job: Job) -> Job:
    """The job's row as it is now."""
    with workspace_scope(job.workspace_id) if job.workspace_id else system_scope():
        return Job.objects.get(pk=job.pk)
