"""`manage.py verify_audit`: does the audit log still say what was written into it?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.queries import ChainState, check_chains


class Command(BaseCommand):
    help = "Check the chains of the audit log; say where one breaks. Ends with an error where one does."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--workspace", default=None, help='short name of one workspace; "" for entries of none')
        parser.add_argument(
            "--expect", default="", help="a digest noted earlier; it must stand in a chain's last entry"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        states = list(check_chains(options["workspace"]))
        for state in states:
            self.stdout.write(line(state))
            for one in state.breaks:
                self.stdout.write(f"  breaks at entry {one.sequence}: {one.why}")
        broken = sum(1 for state in states if state.breaks)
        if broken:
            raise CommandError(f"{broken} of {len(states)} chains are broken.")
        if options["expect"] and options["expect"] not in {state.head for state in states}:
            raise CommandError("No chain ends with this digest: entries were added since, or cut off its end.")
        self.stdout.write(f"{len(states)} chains hold.")


def line(state: ChainState) -> str:
    """One chain in words, with the digest to note down."""
    name = state.name or "(no workspace)"
    return f"{name}: {state.entries} entries, last is {state.last} with digest {state.head}"
