"""Sessions: one picture, and what every platform got of it (O1 to O14)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from aura.media.models import Picture
from aura.tenancy.models import TenantForeignKey, TenantModel
from optimizer.options import Choices, stored
from optimizer.platforms import PLATFORMS

MAX_DESCRIPTION = 2000
MAX_TEXT = 70_000


class Part(models.TextChoices):
    """How far one of the works of a session is."""

    WAITING = "waiting", "Waiting"
    DONE = "done", "Finished"
    FAILED = "failed", "Failed"


class Optimization(TenantModel):
    """One session. What came in is one of ``upload_path``, ``source_url`` and ``source``.

    ``master`` is the picture as Aura wrote it anew: upright, sRGB, no metadata. The upload goes once it is there.
    ``asked`` is written before a model is asked: a session found asked and unanswered may have been paid for.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting"
        RUNNING = "running", "Being made"
        DONE = "done", "Finished"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Stopped"

    name = models.CharField(max_length=200, help_text="of the picture's file")
    upload_path = models.CharField(max_length=200, blank=True, help_text="the file as it came, until it is read")
    source_url = models.TextField(blank=True)
    source = TenantForeignKey(Picture, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    sha256 = models.CharField(max_length=64, blank=True, help_text="of what came in")
    master = TenantForeignKey(Picture, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    width = models.PositiveIntegerField(default=0, help_text="of the upright original")
    height = models.PositiveIntegerField(default=0)
    logo = TenantForeignKey(Picture, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    description = models.TextField(max_length=MAX_DESCRIPTION, blank=True, help_text="the user's")
    options = models.JSONField(default=dict, help_text="see optimizer.options")

    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    pictures = models.CharField(max_length=10, choices=Part.choices, default=Part.WAITING)
    texts = models.CharField(max_length=10, choices=Part.choices, default=Part.WAITING)
    digest = models.CharField(max_length=64, blank=True, help_text="same picture and options, same digest")
    fresh = models.BooleanField(default=False, help_text="former answers are not taken again")
    reused = models.BooleanField(default=False, help_text="taken from a former session: nothing was asked or made")
    asked = models.CharField(max_length=160, blank=True, help_text="the model that is being asked")
    tried = models.JSONField(default=list, blank=True, help_text="who was asked before, and why that was not enough")
    writer = models.CharField(max_length=160, blank=True, help_text="whose answer the words are; local: this machine's")
    words = models.JSONField(default=dict, blank=True, help_text="the checked answer of the model; empty without one")
    words_digest = models.CharField(max_length=64, blank=True, help_text="same question, same digest")
    analysis = models.JSONField(default=dict, blank=True, help_text="what is in the picture")
    accounts = models.JSONField(default=list, blank=True, help_text="accounts to tag, with sources")
    searches = models.JSONField(default=list, blank=True, help_text="searches that the service suggests to show")
    notes = models.JSONField(default=list, blank=True, help_text="what people should know: code, message, retry_after")

    error_code = models.CharField(max_length=60, blank=True)
    error = models.TextField(blank=True)
    retry_after = models.PositiveIntegerField(null=True, blank=True, help_text="seconds")
    tries = models.PositiveSmallIntegerField(default=1)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True, blank=True)
    deadline_at = models.DateTimeField(null=True, blank=True, help_text="what is not ready by then is given up")
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["workspace", "-created_at"], name="optimization_newest"),
            models.Index(fields=["workspace", "digest"], condition=Q(state="done"), name="optimization_same"),
            models.Index(fields=["workspace", "words_digest"], condition=~Q(words={}), name="optimization_same_words"),
            models.Index(fields=["deadline_at"], condition=Q(state="running"), name="optimization_due"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.state}"

    @property
    def subject(self) -> str:
        """What its costs and events are booked under."""
        return f"optimization:{self.pk}"

    @property
    def is_over(self) -> bool:
        """True once nothing more is to be done for it."""
        return self.state in {self.State.DONE, self.State.FAILED, self.State.CANCELLED}

    @property
    def choices(self) -> Choices:
        """What was chosen."""
        return stored(self.options)


class ComparedPicture(TenantModel):
    """Another picture of the same set, that the session's own is compared with (O3)."""

    optimization = TenantForeignKey(Optimization, on_delete=models.CASCADE, related_name="compared")
    number = models.PositiveSmallIntegerField(help_text="2 is the first after the session's own")
    picture = TenantForeignKey(Picture, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "optimization", "number"], name="compared_picture_once"),
        ]

    def __str__(self) -> str:
        return f"{self.optimization_id} {self.number}"


class PlatformOutput(TenantModel):
    """What one platform got. Its texts may be written anew, unless a person has edited them."""

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting"
        RUNNING = "running", "Being made"
        DONE = "done", "Finished"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Stopped"

    optimization = TenantForeignKey(Optimization, on_delete=models.CASCADE, related_name="outputs")
    platform = models.CharField(max_length=12, choices=[(one, one) for one in PLATFORMS])
    number = models.PositiveSmallIntegerField(help_text="its place in the session")
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    format_key = models.CharField(max_length=20, blank=True, help_text="the size, by its key in the platform table")
    fit = models.CharField(max_length=8, default="crop")
    focus_x = models.FloatField(null=True, blank=True, help_text="0 to 1 of the width: where a person wants the crop")
    focus_y = models.FloatField(null=True, blank=True)
    caption = models.TextField(blank=True, max_length=MAX_TEXT, help_text="as it is posted")
    title = models.TextField(blank=True)
    hashtags = models.JSONField(default=list, blank=True, help_text="names without the sign")
    alt_text = models.TextField(blank=True)
    timing = models.JSONField(default=dict, blank=True, help_text="see optimizer.timing.Timing")
    writer = models.CharField(max_length=160, blank=True)
    edited = models.BooleanField(default=False, help_text="a person changed the texts")
    seconds = models.FloatField(default=0, help_text="processing time")
    notes = models.JSONField(default=list, blank=True)
    error_code = models.CharField(max_length=60, blank=True)
    error = models.TextField(blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "optimization", "platform"], name="platform_output_once"),
            models.CheckConstraint(
                condition=Q(focus_x__isnull=True, focus_y__isnull=True)
                | Q(focus_x__gte=0, focus_x__lte=1, focus_y__gte=0, focus_y__lte=1),
                name="platform_output_focus",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.optimization_id} {self.platform} {self.state}"


class PlatformFile(TenantModel):
    """One picture for one platform: the session's own (``style`` is empty) or a product photograph's."""

    output = TenantForeignKey(PlatformOutput, on_delete=models.CASCADE, related_name="files")
    style = models.CharField(max_length=20, blank=True)
    picture = TenantForeignKey(Picture, on_delete=models.PROTECT, related_name="+")
    crop = models.JSONField(
        default=dict, blank=True, help_text="left, top, right, bottom in pixels of the upright original"
    )
    quality = models.PositiveSmallIntegerField(null=True, blank=True)
    similarity = models.FloatField(null=True, blank=True, help_text="SSIM against the picture before encoding")
    notes = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering: ClassVar = ["style"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "output", "style"], name="platform_file_once"),
        ]

    def __str__(self) -> str:
        return f"{self.output_id} {self.style}"
