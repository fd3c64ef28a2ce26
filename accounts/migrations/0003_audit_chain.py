import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from accounts.chain import FIRST, Entry, digest

NO_TRUNCATE = """
CREATE FUNCTION aura_never_truncated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user)
    OR (SELECT relowner = current_user::regrole FROM pg_class WHERE oid = TG_RELID) THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON accounts_auditentry
  FOR EACH STATEMENT EXECUTE FUNCTION aura_never_truncated();
"""

# The owner role obeys row-level security like everybody; only here it must see all rows once.
OPEN = """
ALTER TABLE accounts_auditentry NO FORCE ROW LEVEL SECURITY;
ALTER TABLE accounts_auditentry DISABLE TRIGGER append_only;
"""
CLOSE = """
ALTER TABLE accounts_auditentry ENABLE TRIGGER append_only;
ALTER TABLE accounts_auditentry FORCE ROW LEVEL SECURITY;
"""


def chain_what_is_there(apps, schema_editor):
    """Entries from before the chain become its first links, in the order of their time."""
    AuditEntry = apps.get_model("accounts", "AuditEntry")
    rows = AuditEntry._base_manager.using(schema_editor.connection.alias).order_by("workspace_id", "created_at", "id")
    chain, sequence, previous = object(), 0, FIRST
    for row in rows.iterator(chunk_size=2000):
        if row.workspace_id != chain:
            chain, sequence, previous = row.workspace_id, 0, FIRST
        sequence += 1
        entry = Entry(
            row.id,
            row.workspace_id,
            row.user_id,
            row.action,
            row.target,
            row.detail,
            row.created_at,
            sequence,
            previous,
            "",
        )
        row.sequence, row.previous, row.digest = sequence, previous, digest(entry)
        row.save(update_fields=["sequence", "previous", "digest"])
        previous = row.digest


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_row_level_security")]

    operations = [
        migrations.AlterField(
            model_name="auditentry",
            name="workspace",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="accounts.workspace",
            ),
        ),
        migrations.AlterField(
            model_name="auditentry",
            name="user",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="auditentry",
            name="created_at",
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AlterField(
            model_name="auditentry",
            name="detail",
            field=models.JSONField(default=dict, help_text="ids, numbers and words of our own; nothing personal"),
        ),
        migrations.AddField(
            model_name="auditentry",
            name="sequence",
            field=models.PositiveBigIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="auditentry",
            name="previous",
            field=models.CharField(default="", help_text="digest of the entry before it", max_length=64),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="auditentry",
            name="digest",
            field=models.CharField(default="", help_text="see accounts.chain", max_length=64),
            preserve_default=False,
        ),
        migrations.RunSQL(OPEN, migrations.RunSQL.noop),
        migrations.RunPython(chain_what_is_there, migrations.RunPython.noop),
        migrations.RunSQL(CLOSE, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="auditentry",
            constraint=models.UniqueConstraint(
                fields=("workspace", "sequence"), name="audit_place_once", nulls_distinct=False
            ),
        ),
        migrations.RunSQL(NO_TRUNCATE, "DROP FUNCTION aura_never_truncated CASCADE"),
    ]
