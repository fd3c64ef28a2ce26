"""M3: the wall between workspaces stands in PostgreSQL, for every table, whatever the code above does."""

import pytest
from django.apps import apps
from django.core.checks import run_checks
from django.db import DatabaseError, connection, connections, models

from accounts.models import AuditEntry, Membership, Role, Workspace
from accounts.queries import memberships
from accounts.services import SlugTaken, create_workspace, record
from aura.tenancy import checks
from aura.tenancy.models import TenantForeignKey, tenant_models
from aura.tenancy.scope import TenancyError, current_scope, staff_scope, system_scope, user_scope, workspace_scope
from aura.testing.fixtures import Team

TENANT_MODELS = tenant_models(apps)


@pytest.mark.parametrize("model", TENANT_MODELS, ids=lambda m: m._meta.label)
def test_every_table_with_a_workspace_column_has_a_forced_policy(db: None, model: type[models.Model]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relrowsecurity, c.relforcerowsecurity, (SELECT count(*) FROM pg_policy p "
            "WHERE p.polrelid = c.oid AND p.polcmd = '*' AND p.polwithcheck IS NOT NULL) FROM pg_class c "
            "WHERE c.oid = %s::regclass",
            [model._meta.db_table],
        )
        assert cursor.fetchone() == (True, True, 1)


def test_the_database_knows_no_workspace_column_outside_the_models(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.columns "
            "WHERE column_name = 'workspace_id' AND table_schema = 'public'"
        )
        found = {row[0] for row in cursor.fetchall()}
    assert found == {model._meta.db_table for model in TENANT_MODELS}


@pytest.mark.parametrize("model", TENANT_MODELS, ids=lambda m: m._meta.label)
def test_references_between_tenant_tables_include_the_workspace(db: None, model: type[models.Model]) -> None:
    for field in model._meta.local_concrete_fields:
        target = field.related_model
        if not isinstance(target, type) or target not in TENANT_MODELS:
            continue
        assert isinstance(field, TenantForeignKey), f"{field} must be a TenantForeignKey"
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND conrelid = %s::regclass "
                "AND pg_get_constraintdef(oid) LIKE %s",
                [model._meta.db_table, f"FOREIGN KEY (workspace_id, {field.column}) REFERENCES%"],
            )
            assert cursor.fetchone()[0] == 1, f"{field} lacks its composite constraint"


@pytest.mark.django_db(databases=["default", "staff"])
def test_an_app_role_that_bypasses_the_wall_is_refused_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run_checks(databases=["default"]) == []
    monkeypatch.setattr(checks, "connections", {"default": connections["staff"]})
    assert [error.id for error in run_checks(databases=["default"])] == ["aura.E001"]


def test_reading_without_a_scope_raises(team: Team) -> None:
    with pytest.raises(TenancyError, match="without a workspace scope"):
        Membership.objects.count()


def test_raw_sql_sees_only_the_open_workspace(team: Team) -> None:
    def visible() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM accounts_membership")
            return int(cursor.fetchone()[0])

    assert visible() == 0
    with workspace_scope(team.workspace.id):
        assert visible() == 3
    with workspace_scope(team.elsewhere.id):
        assert visible() == 1
    assert visible() == 0


def test_writing_into_another_workspace_is_refused_by_the_database(team: Team) -> None:
    with pytest.raises(DatabaseError, match="row-level security"), workspace_scope(team.workspace.id):
        Membership.objects.create(workspace=team.elsewhere, user=team.bob, role=Role.OWNER)


def test_moving_a_row_to_another_workspace_is_refused(team: Team) -> None:
    with pytest.raises(DatabaseError, match="row-level security"), workspace_scope(team.workspace.id):
        Membership.objects.filter(user=team.bob).update(workspace_id=team.elsewhere.id)


def test_a_nested_scope_of_another_workspace_raises(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        with workspace_scope(team.workspace.id):
            assert Membership.objects.count() == 3
        with pytest.raises(TenancyError), workspace_scope(team.elsewhere.id):
            pass
        with pytest.raises(TenancyError), user_scope(team.bob.pk):
            pass
        with pytest.raises(TenancyError), system_scope():
            pass
        with pytest.raises(TenancyError), staff_scope("test"):
            pass
    assert current_scope() is None


def test_a_scope_ends_with_an_error_inside_it(team: Team) -> None:
    with pytest.raises(ZeroDivisionError), workspace_scope(team.workspace.id):
        raise ZeroDivisionError
    assert current_scope() is None
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_membership")
        assert cursor.fetchone()[0] == 0


def test_a_person_sees_their_own_memberships_and_workspaces_only(team: Team) -> None:
    found = memberships(team.bob)
    assert [(m.workspace.slug, m.role) for m in found] == [("north", Role.ANALYST)]
    with user_scope(team.bob.pk):
        assert [w.slug for w in Workspace.objects.all()] == ["north"]


def test_a_person_cannot_add_themselves_to_a_workspace(team: Team) -> None:
    with pytest.raises(DatabaseError, match="row-level security"), user_scope(team.charlie.pk):
        Membership.objects.create(workspace=team.workspace, user=team.charlie, role=Role.OWNER)


def test_a_taken_short_name_is_a_clear_error(team: Team) -> None:
    with pytest.raises(SlugTaken, match="north"):
        create_workspace(team.charlie, name="Mine", slug="north")


def test_the_audit_log_is_append_only_for_the_app(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        record("test.look", user_id=team.bob.pk, target="x", people=3)
        assert AuditEntry.objects.get().detail == {"people": 3}
    for change in ("UPDATE accounts_auditentry SET action = 'x'", "DELETE FROM accounts_auditentry"):
        with (
            pytest.raises(DatabaseError, match="never changed"),
            workspace_scope(team.workspace.id),
            connection.cursor() as cursor,
        ):
            cursor.execute(change)


@pytest.mark.django_db(transaction=True, databases=["default", "staff"])
def test_the_staff_role_sees_every_workspace_and_only_inside_its_scope(team: Team) -> None:
    with staff_scope("test"):
        assert Membership.objects.count() == 4
        assert Workspace.objects.count() == 2
    with pytest.raises(TenancyError):
        Membership.objects.count()
