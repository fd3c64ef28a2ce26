"""`manage.py demo`: all of Aura, with the demographics of a bundled sample computed before your eyes."""

import os
import sys
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from aura.embedded.home import StackError
from aura.embedded.launch import Launch, launched
from aura.embedded.processes import Child
from aura.embedded.stack import address, run


def demo_child(launch: Launch, environ: Mapping[str, str], *, leave: bool) -> Child:
    """The demo as a process that runs once; with ``leave`` its exit code ends the stack."""
    return Child(
        name="demo",
        argv=[sys.executable, "-m", "aura.embedded.demo", address(launch)],
        environ=environ,
        plain=True,
        finish=lambda code: int(code != 0) if leave else None,
    )


class Command(BaseCommand):
    help = "Start Aura, import the bundled sample, print its demographics and a sign-in link, and serve until Ctrl-C."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--exit", action="store_true", help="stop after the report; 0 only if every step was right")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            launch = launched()
        except StackError as error:
            raise CommandError(str(error)) from error
        # The table should not drown in the lines of a web that nobody looks at yet.
        os.environ.setdefault("AURA_LOG_LEVEL", "WARNING")
        code = run(launch, settings.ALLOWED_HOSTS, lambda environ: [demo_child(launch, environ, leave=options["exit"])])
        sys.exit(code)
