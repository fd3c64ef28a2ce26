"""`manage.py up`: all of Aura in one terminal, with its own PostgreSQL and Valkey where none are given."""

import sys
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from aura.embedded.home import StackError
from aura.embedded.launch import launched
from aura.embedded.processes import Child
from aura.embedded.stack import manage, run


def setup_child(environ: Mapping[str, str]) -> Child:
    """Prints the one-time set-up link where nobody has an account yet, and is done."""
    argv = manage("setup_link", "--if-empty")
    return Child(name="setup", argv=argv, environ=environ, plain=True, finish=lambda code: None)


class Command(BaseCommand):
    help = "Start the stores, the web, the workers, the dispatcher and the scheduler; Ctrl-C stops all of them."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            launch = launched()
        except StackError as error:
            raise CommandError(str(error)) from error
        sys.exit(run(launch, settings.ALLOWED_HOSTS, lambda environ: [setup_child(environ)]))
