from django.db import migrations

from aura.tenancy.operations import SecureTenantTables


def vouch_for_everybody(apps, schema_editor):
    """Accounts made on the command line before sign-up by e-mail existed: whoever runs this Aura gave their address."""
    addresses = apps.get_model("account", "EmailAddress").objects.using(schema_editor.connection.alias)
    users = apps.get_model("accounts", "User").objects.using(schema_editor.connection.alias)
    for user in users.exclude(pk__in=addresses.values("user")):
        addresses.create(user=user, email=user.email.lower(), primary=True, verified=True)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_people_and_keys"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]

    operations = [
        SecureTenantTables("Invitation", "ApiKey"),
        migrations.RunPython(vouch_for_everybody, migrations.RunPython.noop),
    ]
