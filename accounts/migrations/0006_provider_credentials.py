import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import aura.tenancy.ids
import aura.tenancy.secrets
from aura.tenancy.operations import SecureTenantTables


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_secure_people_and_keys"),
    ]

    operations = [
        migrations.CreateModel(
            name="ProviderCredential",
            fields=[
                (
                    "id",
                    models.UUIDField(default=aura.tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "provider",
                    models.CharField(
                        choices=[
                            ("gemini", "Google Gemini"),
                            ("apify", "Apify"),
                            ("openai", "OpenAI"),
                            ("replicate", "Replicate"),
                        ],
                        max_length=20,
                    ),
                ),
                ("value", aura.tenancy.secrets.EncryptedField()),
                ("hint", models.CharField(max_length=8)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "updated_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.workspace",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("workspace", "provider"), name="provider_credential_once"),
                    models.CheckConstraint(
                        condition=models.Q(("provider__in", ["apify", "gemini", "openai", "replicate"])),
                        name="provider_known",
                    ),
                ],
            },
        ),
        SecureTenantTables("ProviderCredential"),
    ]
