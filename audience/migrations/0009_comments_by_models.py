import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import aura.tenancy.ids
import aura.tenancy.models
from aura.tenancy.operations import SecureTenantTables


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0009_token_end"),
        ("audience", "0008_reviews"),
    ]

    operations = [
        migrations.CreateModel(
            name="CommentClaim",
            fields=[
                (
                    "id",
                    models.UUIDField(default=aura.tenancy.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("text_hash", models.BigIntegerField(help_text="of the text that was sent")),
                ("batch", models.UUIDField(help_text="of the job that sent it")),
                ("model", models.CharField(max_length=120)),
                ("answered", models.BooleanField(default=False)),
                ("code", models.CharField(blank=True, help_text="why the answer held no reading", max_length=60)),
                ("asked_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.AddField(
            model_name="accountwords",
            name="read_by",
            field=models.JSONField(default=list, help_text="comments by what read them and why not by a better one"),
        ),
        migrations.AddField(
            model_name="accountwords",
            name="waits_for",
            field=models.CharField(blank=True, help_text="code of what the reading waits for", max_length=60),
        ),
        migrations.AddField(
            model_name="accountwords",
            name="waits_until",
            field=models.DateTimeField(help_text="when it goes on by itself at the latest", null=True),
        ),
        migrations.AddField(
            model_name="accountwords",
            name="wanted",
            field=models.CharField(
                blank=True, help_text="who was to read in the pass; empty: begin anew", max_length=200
            ),
        ),
        migrations.AddField(
            model_name="commentreading",
            name="fallback",
            field=models.CharField(
                blank=True, help_text="why no paid model read it, where one was wanted", max_length=160
            ),
        ),
        migrations.AddField(
            model_name="commentreading",
            name="paid",
            field=models.BooleanField(
                default=False, help_text="by a paid model: never read again while its text stays"
            ),
        ),
        migrations.AddField(
            model_name="trackedaccount",
            name="comments_by",
            field=models.CharField(
                choices=[
                    ("auto", "The best that has a key"),
                    ("gemini", "Gemini"),
                    ("openai", "OpenAI or compatible"),
                    ("local", "This machine only"),
                ],
                default="local",
                help_text="who reads what comments say",
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="accountwords",
            name="reader",
            field=models.CharField(blank=True, help_text="what read most of the comments", max_length=160),
        ),
        migrations.AlterField(
            model_name="commentreading",
            name="reader",
            field=models.CharField(help_text="name and version of what read it", max_length=160),
        ),
        migrations.AddIndex(
            model_name="commentreading",
            index=models.Index(
                condition=models.Q(("paid", True)), fields=["account", "text_hash"], name="reading_paid_text"
            ),
        ),
        migrations.AddField(
            model_name="commentclaim",
            name="comment",
            field=aura.tenancy.models.TenantForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="audience.comment"
            ),
        ),
        migrations.AddField(
            model_name="commentclaim",
            name="workspace",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.workspace"
            ),
        ),
        migrations.AddIndex(
            model_name="commentclaim",
            index=models.Index(fields=["batch"], name="comment_claim_by_batch"),
        ),
        migrations.AddConstraint(
            model_name="commentclaim",
            constraint=models.UniqueConstraint(fields=("workspace", "comment"), name="comment_claim_once"),
        ),
        SecureTenantTables("CommentClaim"),
    ]
