"""``manage.py work bulk`` or ``manage.py work realtime``: a worker of one lane."""

import signal
import time
from argparse import ArgumentParser
from typing import Any

import structlog
from django.core.management.base import BaseCommand
from redis.exceptions import RedisError

from aura.jobs.buffer import connect
from aura.jobs.models import Lane
from aura.jobs.worker import Pulse, make_worker, prepare

log = structlog.get_logger(__name__)

PAUSE = 1.0


class Command(BaseCommand):
    """Works until it is told to stop (SIGTERM or Ctrl-C): the job in hand ends at its next safe point."""

    help = "Run the jobs of one lane."
    # Checks load every page of the web; a killed worker should be back sooner.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("lane", choices=Lane.values)

    def handle(self, *args: Any, **options: Any) -> None:
        prepare()
        while not work(options["lane"]):
            time.sleep(PAUSE)


def work(lane: str) -> bool:
    """Work until asked to stop (True) or until Redis is lost (False)."""
    try:
        worker = make_worker(lane, connect())
    except RedisError as error:
        log.warning("worker_waits_for_redis", error=type(error).__name__)
        return False
    pulse = Pulse(worker)
    log.info("worker_started", lane=lane, worker=worker.name)
    try:
        pulse.start()
        worker.work(logging_level="WARNING")
    except RedisError as error:
        log.warning("worker_lost_redis", error=type(error).__name__)
    finally:
        pulse.stop()
        # RQ's own handlers belong to a worker that is no more.
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
    log.info("worker_stopped", lane=lane, worker=worker.name, asked=worker.stopped)
    return worker.stopped
