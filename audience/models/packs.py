"""Rollups of periods and posts by person, packed in arrays (see ``audience.packed``). Derived, rebuilt at will."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from audience.models.content import TrackedAccount
from aura.tenancy.models import TenantForeignKey, TenantModel


class AudiencePacked(TenantModel):
    """That an account's audience is packed, and what its packs are to be read with. Without a row none is."""

    account = TenantForeignKey(TrackedAccount, on_delete=models.CASCADE, related_name="+", db_index=False)
    people = models.PositiveIntegerField(help_text="the next person's number")
    groups = ArrayField(models.TextField(), help_text="gender, age, type and language of code 1, 2, …")
    version = models.UUIDField(help_text="another one with every change")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "account"], name="audience_packed_once")]


class AudiencePage(TenantModel):
    """The people of an account with numbers from ``first`` on. Zeros stand where a person went."""

    account = TenantForeignKey(TrackedAccount, on_delete=models.CASCADE, related_name="+", db_index=False)
    first = models.PositiveIntegerField()
    size = models.PositiveIntegerField(help_text="how many people")
    commenters = models.BinaryField(help_text="their ids, 16 bytes each")
    keys = models.BinaryField(help_text="their noise keys, 8 bytes each")
    codes = models.BinaryField(help_text="codes of their groups, 2 bytes each")
    version = models.UUIDField(help_text="another one with every change")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "account", "first"], name="audience_page_once")
        ]


class AudienceSheet(TenantModel):
    """Who commented on one day (UTC), or on one post. All sheets of a day or post add up.

    Of each month one sheet says what the sheets of its days that are ``summed`` add up to.
    """

    account = TenantForeignKey(TrackedAccount, on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField(null=True)
    post = models.UUIDField(null=True)
    month = models.DateField(null=True, help_text="its first day")
    summed = models.BooleanField(db_default=False, help_text="of a day: the month's sheet has it")
    size = models.PositiveIntegerField(help_text="how many people")
    total = models.BigIntegerField(help_text="how many comments")
    people = models.BinaryField(help_text="their numbers, 4 bytes each, or bits")
    comments = models.BinaryField(help_text="how many comments of each, 1 byte or more")
    likes = models.BinaryField(help_text="how many likes on them, 1 byte or more")
    quarters = models.BinaryField(
        null=True, help_text="of a post: in which quarters of hours since 1970 comments came, 4 bytes each"
    )
    dated = models.BinaryField(null=True, help_text="how many comments in each of them, 4 bytes")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["account", "day"], condition=Q(day__isnull=False), name="audience_sheet_by_day"),
            models.Index(fields=["account", "post"], condition=Q(post__isnull=False), name="audience_sheet_by_post"),
            models.Index(fields=["account", "month"], condition=Q(month__isnull=False), name="audience_sheet_by_month"),
        ]
