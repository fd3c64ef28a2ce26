"""The migration step that puts tenant tables behind row-level security."""

from typing import Any

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation, OperationCategory

from aura.tenancy.models import TenantForeignKey

IN_SCOPE = "workspace_id = NULLIF(current_setting('app.workspace_id', true), '')::uuid"


class SecureTenantTables(Operation):
    """Enable and force row-level security on tables with a ``workspace`` column, and tie references to the workspace.

    ``also_visible`` is SQL that widens reading (never writing), for example a user's own memberships. For each
    :class:`TenantForeignKey` the composite constraint ``(workspace_id, x_id) → (workspace_id, id)`` is added.
    """

    category = OperationCategory.SQL
    reversible = True

    def __init__(self, *names: str, also_visible: str = "", also_writable: str = "") -> None:
        self.names = names
        self.also_visible = also_visible
        self.also_writable = also_writable

    def deconstruct(self) -> tuple[str, tuple[str, ...], dict[str, str]]:
        return type(self).__name__, self.names, {"also_visible": self.also_visible, "also_writable": self.also_writable}

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Nothing that Django's model state knows of changes."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        found = [to_state.apps.get_model(app_label, name) for name in self.names]
        for model in found:
            schema_editor.execute(self._secure(model))
        for model in found:
            for statement in self._references(model):
                schema_editor.execute(statement)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        for name in self.names:
            table = from_state.apps.get_model(app_label, name)._meta.db_table
            schema_editor.execute(f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY')
            schema_editor.execute(f'DROP POLICY IF EXISTS tenant ON "{table}"')

    def _secure(self, model: type[models.Model]) -> str:
        table = model._meta.db_table
        seen = " OR ".join(filter(None, [IN_SCOPE, self.also_visible, self.also_writable]))
        written = " OR ".join(filter(None, [IN_SCOPE, self.also_writable]))
        return (
            f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY; ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY; '
            f'ALTER TABLE "{table}" ADD CONSTRAINT "{table[:40]}_tenant_key" UNIQUE (workspace_id, id); '
            f'CREATE POLICY tenant ON "{table}" USING ({seen}) WITH CHECK ({written})'
        )

    def _references(self, model: type[models.Model]) -> list[str]:
        table = model._meta.db_table
        statements = []
        for field in model._meta.local_concrete_fields:
            if isinstance(field, TenantForeignKey):
                target = field.related_model._meta.db_table
                statements.append(
                    f'ALTER TABLE "{table}" ADD CONSTRAINT "{table[:30]}_{field.column[:20]}_tenant_fk" '
                    f'FOREIGN KEY (workspace_id, "{field.column}") REFERENCES "{target}" (workspace_id, id) '
                    "DEFERRABLE INITIALLY DEFERRED"
                )
        return statements

    def describe(self) -> str:
        return f"Put {', '.join(self.names)} behind row-level security"
