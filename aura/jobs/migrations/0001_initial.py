import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import aura.tenancy.ids
import aura.tenancy.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0002_row_level_security"),
    ]

    operations = [
        migrations.CreateModel(
            name="Job",
            fields=[
                (
                    "id",
                    models.UUIDField(default=aura.tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("kind", models.CharField(help_text="what to do, for example audience.import", max_length=60)),
                ("lane", models.CharField(choices=[("realtime", "Realtime"), ("bulk", "Bulk")], max_length=10)),
                ("key", models.CharField(help_text="starts with the same key are one job", max_length=200, null=True)),
                (
                    "subject",
                    models.CharField(
                        blank=True, default="", help_text="id of the business object it is for", max_length=60
                    ),
                ),
                ("payload", models.JSONField(default=dict, help_text="ids only")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "Waiting"),
                            ("queued", "Next up"),
                            ("running", "Running"),
                            ("done", "Finished"),
                            ("dead", "Failed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="pending",
                        max_length=10,
                    ),
                ),
                ("priority", models.SmallIntegerField(default=0, help_text="higher goes first")),
                ("step", models.CharField(blank=True, default="", max_length=80)),
                ("done", models.BigIntegerField(default=0)),
                ("done_before", models.BigIntegerField(default=0, help_text="done when this attempt began")),
                ("total", models.BigIntegerField(default=0)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("max_attempts", models.PositiveSmallIntegerField(default=5)),
                ("timeout", models.PositiveIntegerField(default=3600, help_text="seconds an attempt may take")),
                (
                    "next_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), help_text="not before"),
                ),
                ("queued_at", models.DateTimeField(null=True)),
                ("token", models.UUIDField(help_text="of the attempt that may write", null=True)),
                ("worker", models.CharField(blank=True, default="", max_length=80)),
                ("lease_until", models.DateTimeField(null=True)),
                ("cancel_requested", models.BooleanField(default=False)),
                ("error_code", models.CharField(blank=True, default="", max_length=60)),
                (
                    "error",
                    models.TextField(blank=True, default="", help_text="words for people; the log has the details"),
                ),
                ("result", models.JSONField(null=True)),
                ("cost", models.DecimalField(decimal_places=6, default=0, help_text="US dollars", max_digits=12)),
                ("correlation_id", models.CharField(blank=True, default="", max_length=120)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("started_at", models.DateTimeField(help_text="start of the last attempt", null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "workspace",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.workspace",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="JobStep",
            fields=[
                (
                    "id",
                    models.UUIDField(default=aura.tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("name", models.CharField(max_length=60)),
                ("handle", models.JSONField(default=dict, help_text="for example the run id of the outside service")),
                ("state", models.CharField(blank=True, default="", max_length=20)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "job",
                    aura.tenancy.models.TenantForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="jobs.job"
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.workspace",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(
                models.F("lane"), models.F("next_at"), condition=models.Q(("state", "pending")), name="job_due"
            ),
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(
                models.F("lane"),
                models.F("state"),
                condition=models.Q(("state__in", ["queued", "running"])),
                name="job_active",
            ),
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(models.F("lease_until"), condition=models.Q(("state", "running")), name="job_lease"),
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(
                models.F("lane"),
                models.F("finished_at"),
                condition=models.Q(("finished_at__isnull", False)),
                name="job_finished",
            ),
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(
                models.F("workspace"),
                models.OrderBy(models.F("created_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                name="job_newest",
            ),
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(
                models.F("workspace"),
                models.F("subject"),
                condition=models.Q(("subject", ""), _negated=True),
                name="job_subject",
            ),
        ),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.UniqueConstraint(
                condition=models.Q(("key__isnull", False)),
                fields=("workspace", "kind", "key"),
                name="job_key_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["pending", "queued", "running", "done", "dead", "cancelled"])),
                name="job_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.CheckConstraint(
                condition=models.Q(("lane__in", ["realtime", "bulk"])), name="job_lane_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "running"), _negated=True),
                    models.Q(("lease_until__isnull", False), ("token__isnull", False)),
                    _connector="OR",
                ),
                name="job_running_is_leased",
            ),
        ),
        migrations.AddConstraint(
            model_name="jobstep",
            constraint=models.UniqueConstraint(fields=("job", "name"), name="job_step_once"),
        ),
    ]
