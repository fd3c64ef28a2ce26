from django.db import migrations

from aura.tenancy.operations import SecureTenantTables


class Migration(migrations.Migration):
    dependencies = [("privacy", "0001_privacy")]

    operations = [SecureTenantTables("ErasureRequest", "SubjectExport", "OptOut", "RetentionPolicy")]
