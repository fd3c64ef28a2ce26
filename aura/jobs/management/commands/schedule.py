"""``manage.py schedule``: ticks periodic jobs."""

import time
from typing import Any

import structlog
from django.core.management.base import BaseCommand
from redis.exceptions import RedisError

from aura.jobs.buffer import connect
from aura.jobs.queue import load_jobs
from aura.jobs.schedule import AuraScheduler

log = structlog.get_logger(__name__)

PAUSE = 2.0


class Command(BaseCommand):
    """Works until SIGTERM or Ctrl-C. With two of them, a lock in Redis lets one tick at a time."""

    help = "Tick periodic jobs."
    # Checks load every page of the web; a killed worker should be back sooner.
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        load_jobs()
        while True:
            try:
                AuraScheduler(connect()).run()
            except RedisError as error:
                log.warning("scheduler_waits_for_redis", error=type(error).__name__)
                time.sleep(PAUSE)
