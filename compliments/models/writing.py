"""What is written about posts, how it shall sound, and how much of it (C3, C4, C5)."""

from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now

from aura.providers.writer_ports import LENGTHS, MOST_VARIATIONS, STYLES
from aura.tenancy.models import TenantForeignKey, TenantModel
from compliments.models.posts import InstagramPost
from compliments.tones import ToneBar, bars

MAX_TEXT = 2200
"""The longest text of a comment or caption on Instagram."""


def _choices(names: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(name, name.title()) for name in names]


STYLE_CHOICES, LENGTH_CHOICES = _choices(STYLES), _choices(LENGTHS)
VERDICTS = [("ok", "Fit to post"), ("refused", "Refused")]


class VoicePreset(TenantModel):
    """How a workspace wants to sound (C5)."""

    name = models.CharField(max_length=60)
    description = models.TextField(blank=True, max_length=2000)
    examples = models.JSONField(default=list, blank=True, help_text="texts that sound right")
    avoid = models.JSONField(default=list, blank=True, help_text="words that are never used")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("workspace", Lower("name"), name="voice_preset_once")]

    def __str__(self) -> str:
        return self.name


class ComplimentLimit(TenantModel):
    """How many compliments one author may get within some days; a workspace without a row has the defaults (C4)."""

    most = models.PositiveIntegerField(default=30, help_text="texts for one author; 0 is none")
    days = models.PositiveSmallIntegerField(default=30)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace"], name="compliment_limit_once")]

    def __str__(self) -> str:
        return f"{self.most} in {self.days} days"


class Writing(TenantModel):
    """One order of compliments about a post, with all its variations.

    ``asked`` names the paid model that is about to be asked, written before the request: after a crash it is not asked
    again, since that may have been paid for.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting"
        GENERATING = "generating", "Being written"
        DONE = "done", "Finished"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Stopped"

    class Writer(models.TextChoices):
        AUTO = "auto", "The best that has a key"
        GEMINI = "gemini", "Gemini"
        OPENAI = "openai", "OpenAI or compatible"
        LOCAL = "local", "This machine only"

    post = TenantForeignKey(InstagramPost, on_delete=models.CASCADE, related_name="writings")
    style = models.CharField(max_length=14, choices=STYLE_CHOICES, default="supportive")
    language = models.CharField(max_length=8, default="en", help_text="ISO 639-1")
    length = models.CharField(max_length=8, choices=LENGTH_CHOICES, default="medium")
    variations = models.PositiveSmallIntegerField(default=3)
    preset = TenantForeignKey(VoicePreset, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    writer = models.CharField(max_length=8, choices=Writer.choices, default=Writer.AUTO)
    again_of = TenantForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    tries = models.PositiveSmallIntegerField(default=1)
    asked = models.CharField(max_length=120, blank=True)
    written_style = models.CharField(max_length=14, blank=True, help_text="other than the style where that was not fit")
    model = models.CharField(max_length=120, blank=True, help_text="who wrote it")
    model_version = models.CharField(max_length=120, blank=True)
    prompt_version = models.CharField(max_length=20, blank=True)
    tried = models.JSONField(default=list, blank=True, help_text="who was asked before, and why that was not enough")
    possible_minor = models.BooleanField(default=False)
    notes = models.JSONField(default=list, blank=True, help_text="codes of what the page says about it")
    seen = models.JSONField(default=dict, blank=True, help_text="what the writer saw in each picture")
    error_code = models.CharField(max_length=60, blank=True)
    error = models.TextField(blank=True)

    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(variations__gte=1, variations__lte=MOST_VARIATIONS), name="writing_variations"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["workspace", "-created_at", "-id"], name="writing_newest")]

    def __str__(self) -> str:
        return f"{self.pk} {self.state}"

    booked: Decimal
    """US dollars, where a query has added it."""

    @property
    def subject(self) -> str:
        """What its jobs and its entries in the ledger are about."""
        return f"compliment:{self.pk}"

    @property
    def is_over(self) -> bool:
        """True once nothing more is to be done for it, until somebody tries it again."""
        return self.state in {self.State.DONE, self.State.FAILED, self.State.CANCELLED}

    @property
    def stage(self) -> str:
        """Its state with that of its post before it (C6): queued, downloading, downloaded, generating, done, failed."""
        if self.state != self.State.QUEUED:
            return self.state
        states = InstagramPost.State
        return self.post.state if self.post.state in {states.DOWNLOADING, states.DOWNLOADED} else self.State.QUEUED


class Compliment(TenantModel):
    """One text. ``written`` is what the writer wrote; ``text`` is that, or what a person made of it.

    What the guard refused has no text here: only why.
    """

    writing = TenantForeignKey(Writing, on_delete=models.CASCADE, related_name="compliments", db_index=False)
    number = models.PositiveSmallIntegerField(help_text="from 1")
    text = models.TextField(blank=True, max_length=MAX_TEXT)
    written = models.TextField(blank=True)
    tones = models.JSONField(default=dict, help_text="whole percents, 100 in all")
    references = models.JSONField(default=list, help_text="what it refers to: number of the picture and words")
    verdict = models.CharField(max_length=8, choices=VERDICTS, default="ok")
    reasons = models.JSONField(default=list, blank=True)
    rating = models.PositiveSmallIntegerField(null=True, blank=True)
    favourite = models.BooleanField(default=False)
    edited_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "writing", "number"], name="compliment_once"),
            models.CheckConstraint(
                condition=Q(rating=None) | Q(rating__gte=1, rating__lte=5), name="compliment_rating"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.writing_id} {self.number}"

    @property
    def tone_bars(self) -> list[ToneBar]:
        """Its tones as a page draws them."""
        return bars(self.tones)
