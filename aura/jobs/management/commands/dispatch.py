"""``manage.py dispatch``: hands due jobs to the workers and takes back what dead ones left."""

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from aura.jobs.buffer import connect
from aura.jobs.dispatcher import Dispatcher
from aura.jobs.queue import load_jobs


class Command(BaseCommand):
    """Works until SIGTERM or Ctrl-C. Two of them share the work."""

    help = "Dispatch jobs to the workers."
    # Checks load every page of the web; a killed worker should be back sooner.
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        load_jobs()
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        Dispatcher(connect()).run(stop)
