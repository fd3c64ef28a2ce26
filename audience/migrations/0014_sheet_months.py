from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audience", "0013_habit_indexes"),
    ]

    operations = [
        migrations.AddField(
            model_name="audiencesheet",
            name="month",
            field=models.DateField(help_text="its first day", null=True),
        ),
        migrations.AddField(
            model_name="audiencesheet",
            name="summed",
            field=models.BooleanField(db_default=False, help_text="of a day: the month's sheet has it"),
        ),
        migrations.AlterField(
            model_name="audiencesheet",
            name="comments",
            field=models.BinaryField(help_text="how many comments of each, 1 byte or more"),
        ),
        migrations.AlterField(
            model_name="audiencesheet",
            name="likes",
            field=models.BinaryField(help_text="how many likes on them, 1 byte or more"),
        ),
        migrations.AlterField(
            model_name="audiencesheet",
            name="people",
            field=models.BinaryField(help_text="their numbers, 4 bytes each, or bits"),
        ),
        migrations.AddIndex(
            model_name="audiencesheet",
            index=models.Index(
                condition=models.Q(("month__isnull", False)),
                fields=["account", "month"],
                name="audience_sheet_by_month",
            ),
        ),
    ]
