"""The workspace's own table of hashtags (O4)."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F
from django.db.models.functions import Now

from aura.tenancy.models import TenantModel


class StoredHashtag(TenantModel):
    """A hashtag that the workspace knows something about. ``key`` is what is the same hashtag to a reader."""

    name = models.CharField(max_length=50, help_text="in its one spelling, without the sign")
    key = models.CharField(max_length=200)
    niches = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    posts = models.PositiveBigIntegerField(null=True, blank=True, help_text="posts that somebody counted")
    banned = models.BooleanField(default=False, help_text="never proposed")
    source = models.CharField(max_length=120, blank=True, help_text="who counted, or the file it came from")
    read_on = models.DateField(null=True, blank=True, help_text="the day of the count")
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "key"], name="stored_hashtag_once")]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "name", "id"], name="stored_hashtag_by_name"),
            models.Index(F("workspace"), F("posts").desc(nulls_last=True), F("name"), name="stored_hashtag_most_posts"),
            GinIndex(fields=["niches"], name="stored_hashtag_niches"),
        ]

    def __str__(self) -> str:
        return f"#{self.name}"
