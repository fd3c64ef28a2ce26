"""`manage.py replay_erasures`: erase again whom a restored backup brought back."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from aura.privacy.replay import replay


class Command(BaseCommand):
    help = (
        "After a restore: read the notes of all erasures (in the media folder and in the database), find the people "
        "who are back, and erase them again. Also puts them back on the do-not-process list where they were on it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say how many people are back")

    def handle(self, *args: Any, **options: Any) -> None:
        total = 0
        for name, back, restored in replay(dry_run=options["dry_run"]):
            total += back
            self.stdout.write(f"{name}: {back} people are back, {restored} opt-outs restored.")
        if options["dry_run"] or not total:
            self.stdout.write(f"{total} people to erase.")
        else:
            self.stdout.write(f"{total} erasures started; they run as jobs like any other.")
