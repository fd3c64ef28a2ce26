"""`manage.py setup_link`: the one-time link that makes the first owner of a fresh Aura."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from accounts.models import User
from accounts.services.people import SETUP_HOURS, create_setup_link


class Command(BaseCommand):
    help = "Print the link that makes the first owner, once, within 24 hours. Earlier links stop working."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--if-empty", action="store_true", help="print nothing where somebody has an account already"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["if_empty"] and User.objects.exists():
            return
        if User.objects.filter(is_staff=True).exists():
            raise CommandError("This Aura is set up. `manage.py sign_in_link` lets somebody in who cannot sign in.")
        link = settings.SITE_URL + reverse("accounts:setup", args=[create_setup_link()])
        self.stdout.write(
            f"Nobody runs this Aura yet. Set it up within {SETUP_HOURS} hours; the link works once:\n{link}"
        )
