"""What was found out about people, and the rollups that make reports fast.

The ``Audience…`` tables are derived: rebuilt per account at will, never the truth.
"""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from audience.models.content import Commenter, TrackedAccount
from aura.tenancy.models import TenantForeignKey, TenantModel


class Classification(TenantModel):
    """What one model found about one person from one set of evidence (A4, A5). Made once, kept with its evidence."""

    commenter = TenantForeignKey(Commenter, on_delete=models.CASCADE, related_name="classifications", db_index=False)
    model = models.CharField(max_length=60)
    model_version = models.CharField(max_length=60)
    prompt_version = models.CharField(max_length=60, blank=True)
    paid = models.BooleanField(default=False, help_text="a service was paid for it")
    fallback = models.CharField(max_length=180, blank=True, help_text="which model should have answered, and why not")
    evidence_hash = models.CharField(max_length=64)
    gender = models.CharField(max_length=8)
    gender_confidence = models.FloatField()
    age = models.CharField(max_length=8)
    age_confidence = models.FloatField()
    profile_type = models.CharField(max_length=16)
    profile_type_confidence = models.FloatField()
    language = models.CharField(max_length=8)
    language_confidence = models.FloatField()
    probabilities = models.JSONField(default=dict)
    evidence = models.JSONField(default=dict)
    is_current = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "commenter", "model", "model_version", "evidence_hash"], name="classification_once"
            ),
            models.UniqueConstraint(
                fields=["workspace", "commenter"], condition=Q(is_current=True), name="classification_current_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.model_version}"


class AudiencePerson(TenantModel):
    """Rollup: one person in one account's audience."""

    account = TenantForeignKey(TrackedAccount, on_delete=models.CASCADE, related_name="+", db_index=False)
    commenter = TenantForeignKey(Commenter, on_delete=models.CASCADE, related_name="+", db_index=False)
    comments = models.PositiveIntegerField()
    likes = models.BigIntegerField(help_text="likes received, where known")
    first_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)
    is_owner = models.BooleanField(help_text="the account itself, which is not its own audience")
    first_post = models.UUIDField(null=True, help_text="the post of the first comment whose time is known")
    number = models.IntegerField(null=True, help_text="in the packs (AudiencePage)")

    class Meta:
        constraints: ClassVar = [
            # The person first: this finds somebody's rows in all accounts, and every index less makes a batch faster.
            models.UniqueConstraint(fields=["commenter", "account", "workspace"], name="audience_person_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["account", "-comments", "commenter"], name="audience_person_top"),
            models.Index(fields=["account"], condition=Q(is_owner=True), name="audience_person_owner"),
        ]


class AudienceGroup(TenantModel):
    """Rollup: how many people of an account's audience share all five properties ("" = not classified yet)."""

    account = TenantForeignKey(TrackedAccount, on_delete=models.CASCADE, related_name="+")
    gender = models.CharField(max_length=8, blank=True)
    age = models.CharField(max_length=8, blank=True)
    profile_type = models.CharField(max_length=16, blank=True)
    language = models.CharField(max_length=8, blank=True)
    people = models.PositiveIntegerField()
    comments = models.PositiveBigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "account", "gender", "age", "profile_type", "language"], name="audience_group_once"
            )
        ]


class AudienceHour(TenantModel):
    """Rollup: comments of an account's audience in one hour (UTC)."""

    account = TenantForeignKey(TrackedAccount, on_delete=models.CASCADE, related_name="+")
    hour = models.DateTimeField()
    comments = models.PositiveIntegerField()
    quarters = ArrayField(
        models.IntegerField(), null=True, help_text="of its four quarters, for time zones that begin their hours there"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "account", "hour"], name="audience_hour_once")
        ]
