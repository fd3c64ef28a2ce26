"""Further rollups: posts, days, and how far an account's rollups can be trusted. Derived, rebuilt at will."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from audience.models.content import Post, TrackedAccount
from aura.tenancy.models import TenantForeignKey, TenantModel

HOURS = 168
"""Of a post's first seven days, each counted."""


class AudiencePost(TenantModel):
    """Rollup: what one post brought. The account's own comments are counted apart from those of its audience."""

    account = TenantForeignKey(TrackedAccount, on_delete=models.CASCADE, related_name="+", db_index=False)
    post = TenantForeignKey(Post, on_delete=models.CASCADE, related_name="sums", db_index=False)
    comments = models.PositiveIntegerField(help_text="of the audience, replies included")
    people = models.PositiveIntegerField(help_text="of the audience")
    new_people = models.PositiveIntegerField(help_text="people whose first comment on the account is here")
    replies = models.PositiveIntegerField(help_text="comments of the audience that answer another one")
    owner_comments = models.PositiveIntegerField(help_text="comments of the account itself, replies included")
    owner_replies = models.PositiveIntegerField(help_text="answers of the account itself")
    likes = models.BigIntegerField(help_text="on the audience's comments, where known")
    first_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)
    hours = ArrayField(
        models.IntegerField(),
        null=True,
        help_text="comments in each hour of the first seven days; empty without a date",
    )
    half_hours = models.PositiveSmallIntegerField(
        null=True, help_text="hours until half of the comments were there; empty where that took over seven days"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "account", "post"], name="audience_post_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["account", "-comments", "post"], name="audience_post_top"),
            models.Index(fields=["post"], name="audience_post_of"),
        ]


class AudienceDay(TenantModel):
    """Rollup: one day (UTC) of an account's audience."""

    account = TenantForeignKey(TrackedAccount, on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    comments = models.PositiveIntegerField()
    people = models.PositiveIntegerField(help_text="who commented on this day")
    new_people = models.PositiveIntegerField(help_text="who did so for the first time")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "account", "day"], name="audience_day_once")
        ]
        indexes: ClassVar = [models.Index(fields=["account", "day"], name="audience_day_by_account")]


class AudienceState(TenantModel):
    """Whether an account's rollups follow its comments. An account without a row was never rolled up."""

    account = TenantForeignKey(TrackedAccount, on_delete=models.CASCADE, related_name="+", db_index=False)
    is_stale = models.BooleanField(help_text="comments came that the rollups do not hold: rebuild before use")
    comments = models.PositiveBigIntegerField(help_text="how many comments the rollups hold")
    rebuilt_at = models.DateTimeField()
    drifted = models.PositiveIntegerField(default=0, help_text="rows that the last nightly check had to correct")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "account"], name="audience_state_once")]
