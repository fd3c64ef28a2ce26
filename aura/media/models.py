"""Pictures that features work on: posts, generated pictures, what people upload (C2, G4)."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from aura.tenancy.models import TenantModel


class Picture(TenantModel):
    """A picture that Aura itself encoded, stored once per workspace and content, with a small one to show in lists."""

    sha256 = models.CharField(max_length=64, help_text="of the stored file")
    path = models.CharField(max_length=200)
    media_type = models.CharField(max_length=40)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    size = models.PositiveIntegerField(help_text="bytes")
    thumbnail_path = models.CharField(max_length=200)
    thumbnail_width = models.PositiveSmallIntegerField()
    thumbnail_height = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField(db_default=Now())
    stored_at = models.DateTimeField(db_default=Now(), help_text="when this content last came in")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "sha256"], name="picture_once")]

    def __str__(self) -> str:
        return self.sha256[:12]
