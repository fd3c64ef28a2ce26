"""`manage.py read_comments ACCOUNT`: read what comments say, where a run has not done so."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.queries import WorkspaceUnclear, workspace_for_command
from audience.models import TrackedAccount
from audience.services.words import refresh_words
from audience.usernames import UsernameRefused, clean_username
from aura.tenancy.scope import workspace_scope


class Command(BaseCommand):
    help = "Read what the comments of an account say: sentiment, questions, topics, authenticity."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("account", help="Instagram user name")
        parser.add_argument("--workspace", default="", help="short name; not needed where there is only one")

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        try:
            workspace = workspace_for_command(options["workspace"])
            with workspace_scope(workspace.id):
                account = TrackedAccount.objects.get(username=clean_username(options["account"]))
            read = refresh_words(account)
        except (WorkspaceUnclear, UsernameRefused) as error:
            raise CommandError(str(error)) from error
        except TrackedAccount.DoesNotExist:
            raise CommandError(f"@{options['account']} is not tracked in “{workspace.slug}”.") from None
        self.stdout.write(f"{read:,} comments read in {time.monotonic() - began:.1f} s.")
