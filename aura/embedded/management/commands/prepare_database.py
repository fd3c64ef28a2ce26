"""`manage.py prepare_database`: roles, rights, extensions and migrations, before the other processes start."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from aura.embedded.database import prepare_database
from aura.embedded.home import StackError


class Command(BaseCommand):
    help = "Make the database ready for this version: roles, rights, extensions, migrations. Safe to repeat."
    # They would connect as roles that do not exist yet.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--wait", type=float, default=60.0, help="seconds to wait for the database (60)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            prepare_database(self.stdout.write, wait=options["wait"])
        except StackError as error:
            raise CommandError(str(error)) from error
        self.stdout.write("The database is ready.")
