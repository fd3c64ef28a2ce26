"""What Instagram says about an account's followers, kept over time."""

from typing import ClassVar

from django.db import models

from audience.models.content import TrackedAccount
from aura.tenancy.models import TenantForeignKey, TenantModel


class ProfileSnapshot(TenantModel):
    """The public figures of an account as they were on one day (UTC): the last ones read on it."""

    account = TenantForeignKey(TrackedAccount, on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    taken_at = models.DateTimeField()
    followers = models.PositiveBigIntegerField(null=True)
    following = models.PositiveBigIntegerField(null=True)
    posts_count = models.PositiveBigIntegerField(null=True)
    source = models.CharField(max_length=10, help_text="as TrackedAccount.source")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "account", "day"], name="profile_snapshot_once")
        ]

    def __str__(self) -> str:
        return f"{self.day}"


class FollowerDemographics(TenantModel):
    """Who follows an account as Instagram itself counts it, for the owner of the account. Counts of people."""

    account = TenantForeignKey(TrackedAccount, on_delete=models.CASCADE, related_name="+", db_index=False)
    as_of = models.DateField()
    age = models.JSONField(default=dict, help_text='{"18-24": 120, …}')
    gender = models.JSONField(default=dict, help_text='{"woman": 300, "man": 200, "unknown": 40}')
    country = models.JSONField(default=dict, help_text='{"DE": 210, …}')
    city = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "account", "as_of"], name="follower_demographics_once")
        ]

    def __str__(self) -> str:
        return f"{self.as_of}"
