"""Refuses to start where the wall between workspaces would not hold."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections


@register()
def settings_are_right(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Each environment variable has a value that Aura can use (aura.E101 to aura.E109)."""
    return [Error(str(error), id=error.id) for error in settings.AURA_WRONG_SETTINGS]


@register(Tags.database)
def app_role_obeys_row_level_security(
    app_configs: Any = None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """The web and the workers must not connect as a role that bypasses row-level security."""
    if not databases or "default" not in databases:
        return []
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        row = cursor.fetchone()
    if row and not row[0]:
        return []
    return [
        Error(
            "The application's database role bypasses row-level security, so workspaces are not isolated.",
            hint="Point DATABASE_APP_URL at a role without SUPERUSER and BYPASSRLS (`manage.py prepare_database`).",
            id="aura.E001",
        )
    ]
