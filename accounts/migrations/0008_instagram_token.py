from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_usage_ledger"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="providercredential", name="provider_known"),
        migrations.AlterField(
            model_name="providercredential",
            name="provider",
            field=models.CharField(
                choices=[
                    ("gemini", "Google Gemini"),
                    ("apify", "Apify"),
                    ("instagram", "Instagram Graph API"),
                    ("openai", "OpenAI"),
                    ("replicate", "Replicate"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="providercredential",
            constraint=models.CheckConstraint(
                condition=models.Q(("provider__in", ["apify", "gemini", "instagram", "openai", "replicate"])),
                name="provider_known",
            ),
        ),
    ]
