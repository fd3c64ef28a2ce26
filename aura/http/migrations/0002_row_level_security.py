from django.db import migrations

from aura.tenancy.operations import SecureTenantTables


class Migration(migrations.Migration):
    dependencies = [("http", "0001_initial")]

    operations = [SecureTenantTables("IdempotencyRecord")]
