from django.db import migrations

from aura.tenancy.operations import SecureTenantTables

MINE = "user_id = NULLIF(current_setting('app.user_id', true), '')::uuid"

WORKSPACE = """
ALTER TABLE accounts_workspace ENABLE ROW LEVEL SECURITY;
ALTER TABLE accounts_workspace FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON accounts_workspace
  USING (
    id = NULLIF(current_setting('app.workspace_id', true), '')::uuid
    OR EXISTS (
      SELECT 1 FROM accounts_membership m WHERE m.workspace_id = accounts_workspace.id
      AND m.user_id = NULLIF(current_setting('app.user_id', true), '')::uuid
    )
  )
  WITH CHECK (id = NULLIF(current_setting('app.workspace_id', true), '')::uuid);
"""

APPEND_ONLY = """
CREATE FUNCTION aura_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user) THEN
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
  END IF;
  RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON accounts_auditentry
  FOR EACH ROW EXECUTE FUNCTION aura_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        SecureTenantTables("Membership", also_visible=MINE),
        SecureTenantTables("AuditEntry"),
        migrations.RunSQL(WORKSPACE, "DROP POLICY tenant ON accounts_workspace"),
        migrations.RunSQL(APPEND_ONLY, "DROP FUNCTION aura_append_only CASCADE"),
    ]
