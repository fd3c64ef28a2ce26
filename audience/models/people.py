"""Rollups about the people of an audience: what each does and is counted as, and the sums over them (A6, A10)."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from audience.models.content import Commenter, TrackedAccount
from aura.tenancy.models import TenantForeignKey, TenantModel


class AudienceHabit(TenantModel):
    """How one person comments on one account, and as what they are counted in the sums below.

    Because a row says exactly what it added to the sums, a change of one person changes them by the difference. The
    account itself has no row.
    """

    account = TenantForeignKey(TrackedAccount, on_delete=models.CASCADE, related_name="+", db_index=False)
    commenter = TenantForeignKey(Commenter, on_delete=models.CASCADE, related_name="+", db_index=False)
    comments = models.PositiveIntegerField()
    likes = models.BigIntegerField()
    posts = models.PositiveIntegerField(help_text="different posts")
    weeks = models.PositiveIntegerField(help_text="different weeks, from Monday, UTC")
    copies = models.PositiveIntegerField(help_text="long comments that the person had written before, word for word")
    months = ArrayField(models.DateField(), help_text="first days of the months with a comment, oldest first")
    kind = models.CharField(max_length=14, help_text="class of audience.types")
    signals = models.PositiveSmallIntegerField(help_text="bit mask of audience.types.SIGNALS")
    gender = models.CharField(max_length=8, blank=True)
    age = models.CharField(max_length=8, blank=True)
    profile_type = models.CharField(max_length=16, blank=True)
    language = models.CharField(max_length=8, blank=True)

    class Meta:
        constraints: ClassVar = [
            # The person first: this finds somebody's rows in all accounts. No index has a column that a batch changes,
            # so that a row changes on its own page and leaves the indexes alone.
            models.UniqueConstraint(fields=["commenter", "account", "workspace"], name="audience_habit_once")
        ]


class AudienceSegment(TenantModel):
    """Rollup: sums over the people of an account who share one value of one dimension.

    Dimensions: ``all`` (value ""), ``gender``, ``age``, ``profile_type``, ``language``; ``signals``, whose value is
    ``<kind>:<bit mask>``; ``comments``, whose value is a number of comments.
    """

    account = TenantForeignKey(TrackedAccount, on_delete=models.CASCADE, related_name="+", db_index=False)
    dimension = models.CharField(max_length=14)
    value = models.CharField(max_length=24, blank=True)
    people = models.PositiveIntegerField()
    comments = models.BigIntegerField()
    likes = models.BigIntegerField()
    comments_squared = models.BigIntegerField()
    likes_squared = models.DecimalField(max_digits=38, decimal_places=0)
    likes_comments = models.DecimalField(max_digits=38, decimal_places=0)
    loyal = models.PositiveIntegerField()
    copies = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "account", "dimension", "value"], name="audience_segment_once")
        ]

    def __str__(self) -> str:
        return f"{self.dimension} {self.value}"


class AudienceCohort(TenantModel):
    """Rollup: how many of the people whose first comment fell into one month commented in another."""

    account = TenantForeignKey(TrackedAccount, on_delete=models.CASCADE, related_name="+", db_index=False)
    cohort = models.DateField(help_text="first day of the month of the first comment")
    month = models.DateField()
    people = models.PositiveIntegerField()
    loyal = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "account", "cohort", "month"], name="audience_cohort_once")
        ]
