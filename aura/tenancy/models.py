"""The base of every table that belongs to a workspace."""

from typing import Any, ClassVar, Self, TypeVar
from uuid import UUID

from django.db import models

from aura.tenancy.ids import uuid7
from aura.tenancy.scope import TenancyError, current_scope

M = TypeVar("M", bound=models.Model)


class TenantQuerySet(models.QuerySet[M]):
    """A queryset of one workspace."""


class TenantManager(models.Manager[M]):
    """Filters by the open scope and refuses to work without one."""

    def get_queryset(self) -> models.QuerySet[M]:
        scope = current_scope()
        rows = TenantQuerySet[M](self.model, using=self._db)
        if scope is not None and scope.staff:
            return rows
        if scope is None:
            raise TenancyError(f"{self.model.__name__} was read without a workspace scope.")
        return self.visible(rows, scope.workspace_id, scope.user_id)

    def visible(self, rows: models.QuerySet[M], workspace_id: UUID | None, user_id: UUID | None) -> models.QuerySet[M]:
        """The rows of the scope; row-level security says the same beneath."""
        return rows.filter(workspace_id=workspace_id)


class TenantForeignKey(models.ForeignKey[Any, Any]):
    """A reference between two tables of the same workspace.

    Foreign key checks bypass row-level security, so the constraint is a composite one on ``(workspace_id, id)``, added
    by :class:`aura.tenancy.operations.SecureTenantTables`; Django's own single-column one is left out.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["db_constraint"] = False
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("db_constraint", None)
        return name, path, args, kwargs


class TenantModel(models.Model):
    """A row that belongs to one workspace, guarded by forced row-level security."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # No index of its own: the tenant key (workspace, id) begins with it.
    workspace = models.ForeignKey("accounts.Workspace", on_delete=models.CASCADE, related_name="+", db_index=False)

    objects: ClassVar[TenantManager[Self]] = TenantManager()

    class Meta:
        abstract = True


def shape_of(model: type[M]) -> models.QuerySet[M]:
    """An empty queryset that tells a view's model where no scope is open, such as for the API's schema."""
    return TenantQuerySet(model).none()


def tenant_models(models_of: Any) -> list[type[models.Model]]:
    """Every concrete model with a ``workspace`` column, from an app registry or a list of models."""
    found = models_of.get_models() if hasattr(models_of, "get_models") else models_of
    return [m for m in found if any(f.name == "workspace" for f in m._meta.local_concrete_fields)]
