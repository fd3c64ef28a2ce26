"""`manage.py create_workspace NAME --email YOU@EXAMPLE.ORG`: a workspace, its owner, and a one-time sign-in link."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.urls import reverse
from django.utils.text import slugify

from accounts.models import User
from accounts.services import SlugTaken, create_sign_in_link, create_workspace
from accounts.services.people import vouch


class Command(BaseCommand):
    help = "Create a workspace with its owner and print a sign-in link that works once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--email", required=True)
        parser.add_argument("--slug", default="")
        parser.add_argument("--staff", action="store_true", help="the owner may also use Django admin")

    def handle(self, *args: Any, **options: Any) -> None:
        slug = options["slug"] or slugify(options["name"])
        if not slug:
            raise CommandError("Give a short name with --slug: letters, digits and hyphens.")
        with transaction.atomic():
            user = User.objects.filter(email=options["email"].lower()).first()
            user = user or User.objects.create_user(options["email"])
            vouch(user)
            if options["staff"]:
                user.is_staff = user.is_superuser = True
                user.save(update_fields=["is_staff", "is_superuser"])
            try:
                create_workspace(user, name=options["name"], slug=slug)
            except SlugTaken as error:
                raise CommandError(f"{error} Choose another one with --slug.") from error
            link = reverse("accounts:sign_in_by_link", args=[create_sign_in_link(user)])
        self.stdout.write(
            f"Workspace “{options['name']}” is ready. Sign in within 24 hours:\n{settings.SITE_URL}{link}"
        )
