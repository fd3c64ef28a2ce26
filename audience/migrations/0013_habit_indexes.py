import django.db.models.deletion
from django.db import migrations, models

import aura.tenancy.models


class Migration(migrations.Migration):
    dependencies = [
        ("audience", "0012_sheet_times"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="audiencehabit", name="audience_habit_suspicious"),
        migrations.RemoveConstraint(model_name="audiencehabit", name="audience_habit_once"),
        migrations.AddConstraint(
            model_name="audiencehabit",
            constraint=models.UniqueConstraint(
                fields=("commenter", "account", "workspace"), name="audience_habit_once"
            ),
        ),
        migrations.AlterField(
            model_name="audiencehabit",
            name="commenter",
            field=aura.tenancy.models.TenantForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="audience.commenter",
            ),
        ),
        # Nothing refers to a habit; and with room on its page a row is changed there.
        migrations.RunSQL(
            "ALTER TABLE audience_audiencehabit DROP CONSTRAINT audience_audiencehabit_tenant_key, SET (fillfactor = 85); "
            "ALTER TABLE audience_audienceperson SET (fillfactor = 85)",
            "ALTER TABLE audience_audiencehabit ADD CONSTRAINT audience_audiencehabit_tenant_key "
            "UNIQUE (workspace_id, id), RESET (fillfactor); ALTER TABLE audience_audienceperson RESET (fillfactor)",
        ),
    ]
