from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audience", "0011_packs"),
    ]

    operations = [
        migrations.AddField(
            model_name="audiencesheet",
            name="quarters",
            field=models.BinaryField(
                help_text="of a post: in which quarters of hours since 1970 comments came, 4 bytes each", null=True
            ),
        ),
        migrations.AddField(
            model_name="audiencesheet",
            name="dated",
            field=models.BinaryField(help_text="how many comments in each of them, 4 bytes", null=True),
        ),
        migrations.AlterField(
            model_name="audiencesheet",
            name="comments",
            field=models.BinaryField(help_text="how many comments of each, 1, 2 or 4 bytes"),
        ),
        migrations.AlterField(
            model_name="audiencesheet",
            name="likes",
            field=models.BinaryField(help_text="how many likes on them, 2, 4 or 8 bytes"),
        ),
    ]
