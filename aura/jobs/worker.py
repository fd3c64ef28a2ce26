"""What runs a job: the entry point that RQ calls, and the two kinds of workers.

The ``realtime`` lane works without fork, since a fork costs 25 ms; the ``bulk`` lane forks, so that a job which eats
all memory or crashes the interpreter takes only itself away.
"""

import gc
import os
import signal
import sys
import threading
from datetime import timedelta
from types import FrameType
from typing import Any
from uuid import UUID

import structlog
from django.db import connections
from django.utils import timezone
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker, Worker, worker_registration
from rq.job import Job as RqJob
from rq.serializers import JSONSerializer
from rq.utils import utcformat
from rq.worker import BaseWorker

from aura.embedded.processes import die_with_parent
from aura.jobs import claims, memory, tallies
from aura.jobs.backoff import full_jitter, retry_delay
from aura.jobs.buffer import connect
from aura.jobs.claims import Claim
from aura.jobs.context import JobContext, Signals
from aura.jobs.errors import JobCancelled, JobInterrupted, LostLease
from aura.jobs.explaining import explain
from aura.jobs.lease import lease
from aura.jobs.models import Lane, State
from aura.jobs.queue import Kind, find_kind, load_jobs
from aura.jobs.warming import warm_up

log = structlog.get_logger(__name__)

PULSE_SECONDS = 10
WORKER_TTL = 45
HEARTBEAT = timedelta(seconds=1)
# A job with 32 outside calls waits for its turn after each statement: at Python's 5 ms its books took half of the time.
TURN = 0.0005
DIED = "The worker stopped in the middle of this job. It will be tried again."
DIED_TOO_OFTEN = "The worker stopped in the middle of this job each time it was tried."


class Place:
    """The worker process this code runs in: its name, and whether it was asked to stop."""

    def __init__(self) -> None:
        self.name = "test"
        self.interrupted = threading.Event()


here = Place()


def execute(job_id: str, workspace_id: str, attempt: int) -> None:
    """Run one attempt. Called by RQ with what :func:`aura.jobs.buffer.push` put in; everything else is in the row."""
    claim = claims.take(UUID(job_id), UUID(workspace_id) if workspace_id else None, attempt, here.name)
    if claim is None:
        log.info("job_not_claimed", job_id=job_id, attempt=attempt)
        return
    with structlog.contextvars.bound_contextvars(
        correlation_id=claim.correlation_id, job_id=job_id, kind=claim.kind, attempt=attempt, workspace_id=workspace_id
    ):
        _attempt(claim)


def _attempt(claim: Claim) -> None:
    kind = find_kind(claim.kind)
    if kind is None:
        words = f"This installation has no job named {claim.kind}. Requeue it after an update that brings it."
        claims.end(claim, State.DEAD, "unknown_kind", words)
        log.error("job_kind_unknown")
        return
    signals = Signals(cancelled=claim.cancel_requested)
    context = JobContext(claim, signals, here.interrupted.is_set)
    began = timezone.now()
    outcome = "stopped"
    failure: BaseException | None = None
    with lease(claim, signals):
        try:
            if claim.cancel_requested:
                raise JobCancelled
            result = kind.function(context)
            _finish(context, result)
            outcome = "done"
        except BaseException as error:
            failure = error
            outcome = _settle(context, kind, error)
        finally:
            seconds = (timezone.now() - began).total_seconds()
            tallies.note(kind.lane, kind.name, outcome, seconds, failure)
    log.info("job_attempt_over", finished=context.finished, seconds=seconds)


def _finish(context: JobContext, result: Any) -> None:
    if not context.finished:
        with context.end(result):
            pass
    elif result is not None:
        log.error("job_result_dropped", hint="give it to transaction(finish=True, result=…)")


def _settle(context: JobContext, kind: Kind, error: BaseException) -> str:
    """Write down how an attempt ended that did not end well; returns one word for it."""
    claim = context.claim
    if context.finished:
        log.exception("job_failed_after_its_end")
        return "done"
    if isinstance(error, LostLease):
        log.warning("job_lease_lost")
        return "lost"
    try:
        context.flush()
    except LostLease:
        log.warning("job_lease_lost")
        return "lost"
    if isinstance(error, JobCancelled):
        claims.end(claim, State.CANCELLED, "cancelled", "Cancelled.", kind.ended)
        log.info("job_cancelled")
        return "cancelled"
    if isinstance(error, JobInterrupted) or not isinstance(error, Exception):
        claims.retry(claim, 0, "", "", counts=False)
        log.info("job_interrupted")
        if not isinstance(error, JobInterrupted | Exception):
            raise error
        return "interrupted"
    return _fail(claim, kind, error)


def _fail(claim: Claim, kind: Kind, error: Exception) -> str:
    code, words, retryable, retry_after = explain(claim, kind, error)
    if retryable and claim.attempt < claim.max_attempts:
        delay = retry_delay(claim.attempt, retry_after)
        claims.retry(claim, delay, code, words)
        log.warning("job_retry", code=code, delay=round(delay, 1))
        return "retried"
    claims.end(claim, State.DEAD, code, words, kind.ended)
    log.error("job_dead", code=code)
    return "dead"


def give_back(claim: Claim) -> None:
    """Return an attempt whose process died, or end the job where its attempts are used up or it was cancelled."""
    kind = find_kind(claim.kind)
    ended = kind.ended if kind else None
    if claim.cancel_requested:
        claims.end(claim, State.CANCELLED, "cancelled", "Cancelled.", ended)
    elif claim.attempt < claim.max_attempts:
        claims.retry(claim, full_jitter(claim.attempt), "worker_died", DIED)
    else:
        claims.end(claim, State.DEAD, "worker_died", DIED_TOO_OFTEN, ended)


class _LaneWorker(BaseWorker):
    """What both workers share: JSON only, a stop that reaches the job, and a quick word when they are alive."""

    log_job_description = False

    def install(self) -> None:
        """Make this process the place in which jobs run."""
        here.name = self.name
        here.interrupted.clear()

    def announce(self, connection: Redis) -> None:
        """Say that this worker is alive; repairs its registration where Redis lost its data."""
        with connection.pipeline() as pipe:
            pipe.hset(self.key, mapping={**self.serialize(), "last_heartbeat": utcformat(timezone.now())})
            worker_registration.register(self, pipe)
            pipe.expire(self.key, WORKER_TTL + 60)
            pipe.execute()

    def get_heartbeat_ttl(self, job: RqJob) -> int:
        return WORKER_TTL + 60

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        """Between jobs once a second is enough; RQ writes five for each job."""
        if pipeline is None and self.last_heartbeat and timezone.now() - self.last_heartbeat < HEARTBEAT:
            return
        super().heartbeat(timeout, pipeline)

    def handle_execution_ended(self, job: RqJob, queue: Queue, heartbeat_ttl: int) -> None:
        """Note the end only: the entry is about to be forgotten."""
        job.ended_at = timezone.now()

    def handle_job_success(self, job: RqJob, queue: Queue, started_job_registry: Any) -> None:
        """Forget the entry in one round trip. RQ's own way looks for dependents and results in ten."""
        with self.connection.pipeline() as pipe:
            self.increment_successful_job_count(pipeline=pipe)
            self.cleanup_execution(job, pipeline=pipe)
            pipe.delete(job.key)
            pipe.execute()

    @property
    def stopped(self) -> bool:
        """True once somebody asked this worker to stop."""
        return self._shutdown_requested_date is not None


class RealtimeWorker(_LaneWorker, SimpleWorker):
    """Runs jobs in its own process."""

    def execute_job(self, job: RqJob, queue: Queue) -> None:
        super().execute_job(job, queue)
        memory.give_back()

    def handle_warm_shutdown_request(self) -> None:
        here.interrupted.set()


class BulkWorker(_LaneWorker, Worker):
    """Runs each job in a process of its own that dies with this one."""

    def execute_job(self, job: RqJob, queue: Queue) -> None:
        warm_up(job.description or "")
        # A forked connection would be two processes talking on one socket.
        connections.close_all()
        super().execute_job(job, queue)

    def main_work_horse(self, job: RqJob, queue: Queue) -> None:
        die_with_parent(self.pid or 0)
        super().main_work_horse(job, queue)

    def setup_work_horse_signals(self) -> None:
        super().setup_work_horse_signals()  # type: ignore[no-untyped-call]
        signal.signal(signal.SIGTERM, _interrupt)

    def handle_warm_shutdown_request(self) -> None:
        if self.horse_pid:
            os.kill(self.horse_pid, signal.SIGTERM)

    def handle_work_horse_killed(self, job: RqJob, retpid: int, ret_val: int, rusage: Any) -> None:
        job_id, workspace_id, attempt = job.args
        claim = claims.taken_by(UUID(job_id), UUID(workspace_id) if workspace_id else None, attempt, self.name)
        log.warning("job_process_died", job_id=job_id, attempt=attempt, claimed=claim is not None, status=ret_val)
        if claim:
            tallies.count(self.queues[0].name, claim.kind, "died")
            give_back(claim)


def _interrupt(number: int, frame: FrameType | None) -> None:
    here.interrupted.set()


CLASSES: dict[str, type[RealtimeWorker] | type[BulkWorker]] = {Lane.REALTIME: RealtimeWorker, Lane.BULK: BulkWorker}


def make_worker(lane: str, connection: Redis, *, forking: bool | None = None) -> RealtimeWorker | BulkWorker:
    """A worker of a lane, not yet started. ``forking`` overrides what the lane does (tests run in one process)."""
    chosen = CLASSES[lane] if forking is None else (BulkWorker if forking else RealtimeWorker)
    worker = chosen([lane], connection=connection, serializer=JSONSerializer, worker_ttl=WORKER_TTL)
    worker.install()
    return worker


def prepare() -> None:
    """Load what jobs need before the first fork, so that no job pays for imports, and leave no open connection."""
    sys.setswitchinterval(TURN)
    load_jobs()
    connections.close_all()
    gc.freeze()


class Pulse(threading.Thread):
    """Announces a worker every ten seconds, also while a long job runs in its process."""

    def __init__(self, worker: RealtimeWorker | BulkWorker) -> None:
        super().__init__(name="pulse", daemon=True)
        self._worker = worker
        self._over = threading.Event()

    def run(self) -> None:
        connection = connect()
        while not self._over.wait(PULSE_SECONDS):
            try:
                self._worker.announce(connection)
            except RedisError as error:
                log.warning("worker_pulse_failed", error=type(error).__name__)

    def stop(self) -> None:
        """End the thread before the worker says goodbye, or it would announce the dead."""
        self._over.set()
        self.join()
