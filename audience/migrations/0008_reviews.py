import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import aura.tenancy.ids
import aura.tenancy.models
from aura.tenancy.operations import SecureTenantTables


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0009_token_end"),
        ("audience", "0007_words"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PromptTrial",
            fields=[
                (
                    "id",
                    models.UUIDField(default=aura.tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("model", models.CharField(max_length=60)),
                ("active", models.CharField(blank=True, help_text="the version in use before", max_length=60)),
                ("candidate", models.CharField(max_length=60)),
                ("people", models.PositiveIntegerField(help_text="labelled people whom both versions read")),
                ("metrics", models.JSONField(default=dict, help_text="figures of both versions and of the test")),
                (
                    "decision",
                    models.CharField(
                        choices=[
                            ("adopted", "Replaced the old prompt"),
                            ("kept", "Old prompt kept"),
                            ("untested", "Taken without a comparison"),
                        ],
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(max_length=300)),
                ("cost", models.DecimalField(decimal_places=6, default=0, help_text="US dollars", max_digits=12)),
                ("decided_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
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
                "indexes": [models.Index(fields=["workspace", "model", "-decided_at"], name="prompt_trial_latest")],
            },
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                (
                    "id",
                    models.UUIDField(default=aura.tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "dimension",
                    models.CharField(
                        choices=[
                            ("gender", "Gender"),
                            ("age", "Age"),
                            ("profile_type", "Account type"),
                            ("language", "Language"),
                        ],
                        max_length=12,
                    ),
                ),
                ("value", models.CharField(help_text='"unknown" where the person cannot tell either', max_length=16)),
                (
                    "source",
                    models.CharField(
                        choices=[("sample", "Random sample"), ("doubtful", "Doubtful"), ("correction", "Correction")],
                        max_length=10,
                    ),
                ),
                ("stratum", models.CharField(blank=True, max_length=40)),
                ("stratum_size", models.PositiveIntegerField(default=0)),
                ("model", models.CharField(blank=True, max_length=60)),
                ("model_version", models.CharField(blank=True, max_length=60)),
                ("prompt_version", models.CharField(blank=True, max_length=60)),
                ("said", models.CharField(blank=True, max_length=16)),
                (
                    "answer",
                    models.UUIDField(help_text="shared by the reviews of one answer, which are undone together"),
                ),
                ("is_current", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "commenter",
                    aura.tenancy.models.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reviews",
                        to="audience.commenter",
                    ),
                ),
                (
                    "reviewed_by",
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
                "indexes": [
                    models.Index(fields=["workspace", "commenter", "dimension"], name="review_of_person"),
                    models.Index(
                        condition=models.Q(("is_current", True)),
                        fields=["workspace", "created_at"],
                        name="review_current",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_current", True)),
                        fields=("workspace", "commenter", "dimension"),
                        name="review_current_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReviewItem",
            fields=[
                (
                    "id",
                    models.UUIDField(default=aura.tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "queue",
                    models.CharField(choices=[("sample", "Random sample"), ("doubtful", "Doubtful")], max_length=8),
                ),
                ("stratum", models.CharField(blank=True, max_length=40)),
                (
                    "stratum_size",
                    models.PositiveIntegerField(default=0, help_text="people of the stratum when it was drawn from"),
                ),
                ("place", models.PositiveIntegerField(help_text="random order inside its draw")),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "Waiting"), ("done", "Answered"), ("skipped", "Skipped")],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "commenter",
                    aura.tenancy.models.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="audience.commenter",
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
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["workspace", "queue", "created_at", "place"],
                        name="review_item_waiting",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("workspace", "commenter", "queue"), name="review_item_once")
                ],
            },
        ),
        SecureTenantTables("ReviewItem", "Review", "PromptTrial"),
    ]
