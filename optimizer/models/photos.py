"""Product photographs of a session, one for each style (O6)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models.making import MakingRow
from aura.media.models import Picture
from aura.tenancy.models import TenantForeignKey
from optimizer.models.sessions import Optimization
from optimizer.photography import STYLES


class ProductPhoto(MakingRow):
    """One photograph of the session's product, and how far its making is.

    ``picture`` is there before the platforms' files are made from it. ``recipe`` names everything it depends on: a
    photograph of the same recipe is taken again instead of being made and paid (O14).
    """

    optimization = TenantForeignKey(Optimization, on_delete=models.CASCADE, related_name="photos")
    style = models.CharField(max_length=20, choices=[(one.key, one.title) for one in STYLES.values()])
    picture = TenantForeignKey(Picture, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    aspect = models.CharField(max_length=7, default="4:5")
    product = models.CharField(max_length=80, blank=True, help_text="what it is called in the prompt")
    prompt_version = models.CharField(max_length=20, blank=True)
    recipe = models.CharField(max_length=64, blank=True, help_text="same picture, style, makers and words: same recipe")
    reused = models.BooleanField(default=False, help_text="taken from a former session: nobody was asked")
    label = models.CharField(max_length=200, blank=True, help_text="who made it, in words for people")
    looks_right = models.BooleanField(default=True, help_text="false: the cut-out may be wrong, somebody must look")
    confidence = models.FloatField(null=True, blank=True, help_text="of the cut-out, 0 to 1")
    reasons = models.JSONField(default=list, blank=True, help_text="why the cut-out may be wrong, and notes, in words")
    notes = models.JSONField(default=list, blank=True, help_text="platforms whose file could not be made, in words")

    class Meta:
        ordering: ClassVar = ["style"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "optimization", "style"], name="product_photo_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "recipe"], condition=~Q(recipe=""), name="product_photo_same"),
        ]

    @property
    def seconds(self) -> float | None:
        """From the start of the work to its end; None while it is not over."""
        if self.started_at is None or self.finished_at is None:
            return None
        return (self.finished_at - self.started_at).total_seconds()
