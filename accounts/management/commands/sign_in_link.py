"""`manage.py sign_in_link YOU@EXAMPLE.ORG`: a new one-time link for someone who has no other way in."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from accounts.models import User
from accounts.services import create_sign_in_link


class Command(BaseCommand):
    help = "Print a sign-in link that works once, within 24 hours."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email=options["email"].lower(), is_active=True).first()
        if user is None:
            raise CommandError("Nobody with this e-mail address may sign in.")
        link = reverse("accounts:sign_in_by_link", args=[create_sign_in_link(user)])
        self.stdout.write(f"{settings.SITE_URL}{link}")
