from django.db import migrations

from aura.tenancy.operations import SecureTenantTables


class Migration(migrations.Migration):
    dependencies = [("webhooks", "0001_initial")]

    operations = [SecureTenantTables("WebhookEndpoint", "WebhookEvent", "WebhookDelivery")]
