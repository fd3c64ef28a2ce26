import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import aura.tenancy.ids
import aura.tenancy.models
from aura.tenancy.operations import SecureTenantTables


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_provider_credentials"),
        ("audience", "0003_live_runs"),
    ]

    operations = [
        migrations.CreateModel(
            name="AudienceCohort",
            fields=[
                (
                    "id",
                    models.UUIDField(default=aura.tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("cohort", models.DateField(help_text="first day of the month of the first comment")),
                ("month", models.DateField()),
                ("people", models.PositiveIntegerField()),
                ("loyal", models.PositiveIntegerField()),
                (
                    "account",
                    aura.tenancy.models.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="audience.trackedaccount",
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
                    models.UniqueConstraint(
                        fields=("workspace", "account", "cohort", "month"), name="audience_cohort_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AudienceHabit",
            fields=[
                (
                    "id",
                    models.UUIDField(default=aura.tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("comments", models.PositiveIntegerField()),
                ("likes", models.BigIntegerField()),
                ("posts", models.PositiveIntegerField(help_text="different posts")),
                ("weeks", models.PositiveIntegerField(help_text="different weeks, from Monday, UTC")),
                (
                    "copies",
                    models.PositiveIntegerField(
                        help_text="long comments that the person had written before, word for word"
                    ),
                ),
                (
                    "months",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.DateField(),
                        help_text="first days of the months with a comment, oldest first",
                        size=None,
                    ),
                ),
                ("kind", models.CharField(help_text="class of audience.types", max_length=14)),
                ("signals", models.PositiveSmallIntegerField(help_text="bit mask of audience.types.SIGNALS")),
                ("gender", models.CharField(blank=True, max_length=8)),
                ("age", models.CharField(blank=True, max_length=8)),
                ("profile_type", models.CharField(blank=True, max_length=16)),
                ("language", models.CharField(blank=True, max_length=8)),
                (
                    "account",
                    aura.tenancy.models.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="audience.trackedaccount",
                    ),
                ),
                (
                    "commenter",
                    aura.tenancy.models.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="audience.commenter"
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
                        condition=models.Q(("kind", "suspicious")),
                        fields=["account", "-comments", "commenter"],
                        name="audience_habit_suspicious",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("workspace", "account", "commenter"), name="audience_habit_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="AudienceSegment",
            fields=[
                (
                    "id",
                    models.UUIDField(default=aura.tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("dimension", models.CharField(max_length=14)),
                ("value", models.CharField(blank=True, max_length=24)),
                ("people", models.PositiveIntegerField()),
                ("comments", models.BigIntegerField()),
                ("likes", models.BigIntegerField()),
                ("comments_squared", models.BigIntegerField()),
                ("likes_squared", models.DecimalField(decimal_places=0, max_digits=38)),
                ("likes_comments", models.DecimalField(decimal_places=0, max_digits=38)),
                ("loyal", models.PositiveIntegerField()),
                ("copies", models.BigIntegerField()),
                (
                    "account",
                    aura.tenancy.models.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="audience.trackedaccount",
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
                    models.UniqueConstraint(
                        fields=("workspace", "account", "dimension", "value"), name="audience_segment_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FollowerDemographics",
            fields=[
                (
                    "id",
                    models.UUIDField(default=aura.tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("as_of", models.DateField()),
                ("age", models.JSONField(default=dict, help_text='{"18-24": 120, …}')),
                ("gender", models.JSONField(default=dict, help_text='{"woman": 300, "man": 200, "unknown": 40}')),
                ("country", models.JSONField(default=dict, help_text='{"DE": 210, …}')),
                ("city", models.JSONField(default=dict)),
                (
                    "account",
                    aura.tenancy.models.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="audience.trackedaccount",
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
                    models.UniqueConstraint(fields=("workspace", "account", "as_of"), name="follower_demographics_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ProfileSnapshot",
            fields=[
                (
                    "id",
                    models.UUIDField(default=aura.tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("day", models.DateField()),
                ("taken_at", models.DateTimeField()),
                ("followers", models.PositiveBigIntegerField(null=True)),
                ("following", models.PositiveBigIntegerField(null=True)),
                ("posts_count", models.PositiveBigIntegerField(null=True)),
                ("source", models.CharField(help_text="as TrackedAccount.source", max_length=10)),
                (
                    "account",
                    aura.tenancy.models.TenantForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="audience.trackedaccount",
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
                    models.UniqueConstraint(fields=("workspace", "account", "day"), name="profile_snapshot_once")
                ],
            },
        ),
        SecureTenantTables(
            "AudienceCohort",
            "AudienceHabit",
            "AudienceSegment",
            "FollowerDemographics",
            "ProfileSnapshot",
        ),
    ]
