"""``manage.py submit_chaos 1000 3``: start the jobs of a chaos run, each exactly once, whatever happens meanwhile."""

import time
from argparse import ArgumentParser
from typing import Any
from uuid import UUID, uuid4

from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, connections

from accounts.models import User
from accounts.services import create_workspace
from aura.jobs.queue import JobFunction, start
from aura.tenancy.scope import workspace_scope
from aura.testing.chaos.jobs import run_bulk, run_poison, run_realtime

WORKSPACES = 3
GROUP = 20


class Command(BaseCommand):
    """Starts the jobs in groups, as a product would: a group that failed is started again under the same keys."""

    help = "Start the jobs of a chaos run."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("jobs", type=int)
        parser.add_argument("poison", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        mark = uuid4().hex[:12]
        owner = User.objects.create_user(f"{mark}@example.org")
        names = [create_workspace(owner, name=f"{mark}-{n}", slug=f"{mark}-{n}").pk for n in range(WORKSPACES)]
        for n in range(options["poison"]):
            _submit(names[0], f"poison-{n}", 1, run_poison)
        for first in range(0, options["jobs"], GROUP):
            count = min(GROUP, options["jobs"] - first)
            function = run_bulk if (first // GROUP) % 2 else run_realtime
            _submit(names[first // GROUP % WORKSPACES], f"job-{first}", count, function)


def _submit(workspace_id: UUID, name: str, count: int, function: JobFunction) -> None:
    while True:
        try:
            with workspace_scope(workspace_id):
                for n in range(count):
                    start(function, workspace_id=workspace_id, payload={}, key=f"{name}-{n}", limited=False)
            return
        except (OperationalError, InterfaceError):
            connections.close_all()
            time.sleep(0.2)
