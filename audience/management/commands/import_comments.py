"""`manage.py import_comments ACCOUNT FILE`: the same road as an upload on the page, from the command line."""

import json
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Workspace
from accounts.queries import WorkspaceUnclear, workspace_for_command
from audience.dataset import DatasetRefused
from audience.jobs import start_import
from audience.models import Run
from audience.services.uploads import track_account
from audience.usernames import UsernameRefused
from aura.jobs.errors import QueueFull
from aura.jobs.queries import live_workers
from aura.tenancy.scope import workspace_scope

POLL = 0.25
PATIENCE = 30.0


class Command(BaseCommand):
    help = "Import an Apify dataset (JSON, JSONL or CSV) into an account and classify its people."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("account", help="Instagram user name; tracked from now on if it is new")
        parser.add_argument("file", type=Path)
        parser.add_argument("--workspace", default="", help="short name; not needed where there is only one")
        parser.add_argument("--pictures", type=Path, help="folder with <person id or user name>.jpg files")
        parser.add_argument("--wait", action="store_true", help="until the analysis is finished")
        parser.add_argument("--json", action="store_true", help="print the counts as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        workspace, run = self._start(options)
        if options["wait"]:
            run = self._wait(workspace, run)
        if options["json"]:
            self.stdout.write(json.dumps({"run": str(run.pk), "status": run.state, **run.counts}))
        else:
            self.stdout.write(self._words(run))
        if run.state in {Run.State.FAILED, Run.State.CANCELLED}:
            raise CommandError(f"{run.error} ({run.error_code})")

    def _start(self, options: dict[str, Any]) -> tuple[Workspace, Run]:
        pictures = options["pictures"]
        if pictures and not pictures.is_dir():
            raise CommandError(f"{pictures} is not a folder.")
        try:
            workspace = workspace_for_command(options["workspace"])
            with options["file"].open("rb") as stream, workspace_scope(workspace.id):
                account = track_account(options["account"])
                run = start_import(account, stream, filename=options["file"].name, pictures_folder=pictures)
        except OSError as error:
            raise CommandError(f"Cannot read {options['file']}: {error.strerror}.") from error
        except (DatasetRefused, UsernameRefused, WorkspaceUnclear, QueueFull) as error:
            raise CommandError(str(error)) from error
        return workspace, run

    def _wait(self, workspace: Workspace, run: Run) -> Run:
        warned, began = False, time.monotonic()
        while not run.is_over:
            time.sleep(POLL)
            with workspace_scope(workspace.id):
                run = Run.objects.select_related("account").get(pk=run.pk)
            late = run.state == Run.State.QUEUED and time.monotonic() - began > PATIENCE
            if late and not warned and not live_workers("bulk"):
                warned = True
                self.stderr.write("Waiting: no worker is running. Start one with `manage.py up` in another terminal.")
        return run

    def _words(self, run: Run) -> str:
        counts = run.counts
        if not counts:
            return f"Started run {run.pk} of @{run.account.username}."
        parts = [
            "{what}: {new} new, {updated} updated, {unchanged} unchanged".format(what=what, **counts[what])
            for what in ("comments", "people")
        ]
        lines = [f"@{run.account.username}: {run.get_state_display().lower()}", *parts, f"skipped: {counts['skipped']}"]
        lines += [f"line {error['line']}: {error['message']}" for error in counts.get("errors", [])]
        return "\n".join(lines)
