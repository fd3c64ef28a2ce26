from django.db import migrations

from aura.tenancy.operations import SecureTenantTables


class Migration(migrations.Migration):
    dependencies = [("audience", "0001_initial")]

    operations = [
        SecureTenantTables(
            "StoredImage",
            "TrackedAccount",
            "Post",
            "Commenter",
            "Comment",
            "Run",
            "RunBatch",
            "Classification",
            "AudiencePerson",
            "AudienceGroup",
            "AudienceHour",
        ),
    ]
