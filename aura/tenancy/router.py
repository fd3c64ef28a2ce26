"""Sends queries made inside a staff scope through the role that sees every workspace."""

from typing import Any

from django.db.models import Model

from aura.tenancy.scope import current_scope


class TenancyRouter:
    """``default`` is the app role under row-level security, ``staff`` bypasses it, ``owner`` only migrates."""

    def _alias(self) -> str | None:
        scope = current_scope()
        return "staff" if scope is not None and scope.staff else None

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        return self._alias()

    def db_for_write(self, model: type[Model], **hints: Any) -> str | None:
        return self._alias()

    def allow_relation(self, first: Model, second: Model, **hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == "owner"
