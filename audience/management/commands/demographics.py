"""`manage.py demographics ACCOUNT --json`: what the API answers, on the command line."""

import json
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.queries import WorkspaceUnclear, workspace_for_command
from audience.models import TrackedAccount
from audience.queries.demographics import demographics
from audience.usernames import UsernameRefused, clean_username
from aura.tenancy.scope import workspace_scope


class Command(BaseCommand):
    help = "Print the demographics of an account's audience."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("account", help="Instagram user name")
        parser.add_argument("--workspace", default="", help="short name; not needed where there is only one")
        parser.add_argument("--from", dest="start", type=date.fromisoformat, help="first day, YYYY-MM-DD")
        parser.add_argument("--to", dest="end", type=date.fromisoformat, help="last day, YYYY-MM-DD")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            workspace = workspace_for_command(options["workspace"])
            with workspace_scope(workspace.id):
                account = TrackedAccount.objects.get(username=clean_username(options["account"]))
                answer = demographics(account, start=options["start"], end=options["end"]).as_json()
        except (WorkspaceUnclear, UsernameRefused) as error:
            raise CommandError(str(error)) from error
        except TrackedAccount.DoesNotExist:
            raise CommandError(f"@{options['account']} is not tracked in “{workspace.slug}”.") from None
        if options["json"]:
            self.stdout.write(json.dumps(answer, indent=1, default=str))
        else:
            for line in self._words(answer):
                self.stdout.write(line)

    def _words(self, answer: dict[str, Any]) -> list[str]:
        lines = [f"{answer['people']} people, {answer['classified']} classified, {answer['unknown']} unknown"]
        for dimension in ("gender", "age", "profile_type", "language"):
            for group in answer[dimension]:
                words = "too few to show"
                if not group.get("suppressed"):
                    words = f"{group['share']:6.1%}  ({group['low']:.1%} to {group['high']:.1%})  {group['count']}"
                lines.append(f"{dimension:13} {group['value']:14} {words}")
        return lines
