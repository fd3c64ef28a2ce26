"""Pictures made from words (G1 to G5)."""

from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models.making import MakingRow
from aura.media.models import Picture
from aura.providers.image_ports import ASPECTS, MOST_IMAGES
from aura.tenancy.models import TenantForeignKey, TenantModel

MAX_PROMPT = 4000
MAX_SEED = 2**31 - 1


class Generation(MakingRow):
    """One order of pictures by words, and how far its making is."""

    class Provider(models.TextChoices):
        AUTO = "auto", "The best that has a key"
        REPLICATE = "replicate", "Replicate"
        GEMINI = "gemini", "Gemini"
        OPENAI = "openai", "OpenAI or compatible"
        LOCAL = "local", "This machine (placeholder)"

    prompt = models.TextField(max_length=MAX_PROMPT)
    negative_prompt = models.TextField(max_length=MAX_PROMPT, blank=True)
    provider = models.CharField(max_length=10, choices=Provider.choices, default=Provider.AUTO)
    model = models.CharField(max_length=120, blank=True, help_text="of the provider; empty for the configured one")
    aspect = models.CharField(max_length=7, choices=[(one, one) for one in ASPECTS], default="1:1")
    count = models.PositiveSmallIntegerField(default=1)
    seed = models.PositiveBigIntegerField(null=True, blank=True)
    reference = TenantForeignKey(Picture, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(count__gte=1, count__lte=MOST_IMAGES), name="generation_count"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "-created_at"], name="generation_newest"),
            models.Index(
                fields=["workspace", "external_id"], condition=~Q(external_id=""), name="generation_by_service"
            ),
        ]

    booked: Decimal
    """US dollars, where a query has added it."""

    @property
    def subject(self) -> str:
        """What its costs and events are booked under."""
        return f"generation:{self.pk}"


class GeneratedImage(TenantModel):
    """One picture of an order, in Aura's own storage with its provenance inside the file (G4)."""

    generation = TenantForeignKey(Generation, on_delete=models.CASCADE, related_name="images")
    number = models.PositiveSmallIntegerField(help_text="1 is the first")
    picture = TenantForeignKey(Picture, on_delete=models.PROTECT, related_name="+")
    seed = models.PositiveBigIntegerField(null=True, blank=True)
    favourite = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "generation", "number"], name="generated_image_once")
        ]

    def __str__(self) -> str:
        return f"{self.generation_id} {self.number}"
