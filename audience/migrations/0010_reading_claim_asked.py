"""Claims say whether a person was perhaps sent already; all that stand were."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audience", "0009_comments_by_models")]

    operations = [
        migrations.AddField(
            model_name="readingclaim",
            name="asked",
            field=models.BooleanField(default=True, help_text="perhaps sent; else only chosen to be"),
        ),
    ]
