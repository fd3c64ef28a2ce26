"""`manage.py create_demo_workspace`: a workspace to look around in, with its own one-time sign-in link."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.urls import reverse
from rest_framework_simplejwt.tokens import AccessToken

from accounts.models import User
from accounts.queries import WorkspaceUnclear, workspace_for_command
from accounts.services import create_sign_in_link, create_workspace
from accounts.services.people import vouch
from audience.services.uploads import track_account
from aura.tenancy.scope import workspace_scope

EMAIL = "demo@aura.invalid"


class Command(BaseCommand):
    help = "Create (or find) the demo workspace and print as JSON how to get in."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--account", default="northroast")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            workspace = workspace_for_command("demo")
        except WorkspaceUnclear:
            with transaction.atomic():
                owner = User.objects.filter(email=EMAIL).first() or User.objects.create_user(EMAIL, name="Demo")
                vouch(owner)
                workspace = create_workspace(owner, name="North Roast (demo)", slug="demo")
        user = User.objects.get(email=EMAIL)
        with workspace_scope(workspace.id):
            account = track_account(options["account"])
        page = reverse("audience:account", args=[account.username])
        link = reverse("accounts:sign_in_by_link", args=[create_sign_in_link(user, next_path=page)])
        answer = {
            "workspace": workspace.slug,
            "account": str(account.pk),
            "link_path": link,
            "access_token": str(AccessToken.for_user(user)),
        }
        self.stdout.write(json.dumps(answer))
