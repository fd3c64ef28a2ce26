"""One analysis of an account and its batches."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from audience.models.content import TrackedAccount
from aura.tenancy.models import TenantForeignKey, TenantModel


class Run(TenantModel):
    """One analysis of an account: data in, people classified, report updated (A1, A9)."""

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting"
        RUNNING = "running", "Running"
        PAUSED = "paused", "Paused"
        DONE = "done", "Finished"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    class Step(models.TextChoices):
        FETCHING = "fetching", "Fetching from Instagram"
        READING = "reading", "Reading the file"
        CLASSIFYING = "classifying", "Reading profiles"
        REPORTING = "reporting", "Updating the report"

    class Trigger(models.TextChoices):
        PERSON = "person", "By hand"
        SCHEDULE = "schedule", "By the schedule"

    account = TenantForeignKey(TrackedAccount, on_delete=models.CASCADE, related_name="runs")
    source = models.CharField(
        max_length=10, choices=TrackedAccount.Source.choices, default=TrackedAccount.Source.UPLOAD
    )
    trigger = models.CharField(max_length=10, choices=Trigger.choices, default=Trigger.PERSON)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    step = models.CharField(max_length=12, choices=Step.choices, default=Step.READING)
    filename = models.CharField(max_length=200, blank=True, help_text="as the person named it")
    path = models.CharField(max_length=300, blank=True, help_text="where the upload waits, below the media folder")
    pictures_path = models.CharField(max_length=500, blank=True, help_text="a folder of pictures beside the dataset")
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    records_done = models.PositiveBigIntegerField(default=0, help_text="records of the file already stored")
    counts = models.JSONField(default=dict)
    tries = models.PositiveSmallIntegerField(default=1, help_text="grows with every resume")
    reader = models.CharField(max_length=120, blank=True, help_text="the model that people are read by")
    reader_version = models.CharField(max_length=60, blank=True)
    people_total = models.PositiveIntegerField(default=0, help_text="people to classify in this run")
    people_done = models.PositiveIntegerField(default=0)
    classifying_since = models.DateTimeField(null=True, blank=True)
    paused_until = models.DateTimeField(null=True, blank=True, help_text="when a paused run goes on by itself")
    passes = models.PositiveSmallIntegerField(default=0, help_text="how often people were planned to be read")
    error_code = models.CharField(max_length=60, blank=True)
    error = models.TextField(blank=True)
    created_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index("account", F("created_at").desc(), name="run_by_account")]

    def __str__(self) -> str:
        return f"{self.filename or 'run'} {self.state}"

    @property
    def is_over(self) -> bool:
        """True once nothing more will happen by itself."""
        return self.state in {self.State.DONE, self.State.FAILED, self.State.CANCELLED}

    @property
    def upload_is_gone(self) -> bool:
        """True where the run stopped while it read, and its upload was not kept."""
        return self.step == self.Step.READING and not self.path

    @property
    def subject(self) -> str:
        """Its name in the ledger of outside calls."""
        return f"run:{self.pk}"

    @property
    def is_live(self) -> bool:
        """True where the data come from a service and not from an upload."""
        return self.source != TrackedAccount.Source.UPLOAD

    def eta_seconds(self) -> int | None:
        """Seconds until all people are classified at the pace so far; None while that is not known."""
        if self.is_over or not self.classifying_since or not self.people_done:
            return None
        spent = (timezone.now() - self.classifying_since).total_seconds()
        return round(spent / self.people_done * max(0, self.people_total - self.people_done))


class RunBatch(TenantModel):
    """The people of one classification job (A9). Frozen when the run starts, so that a rerun meets the same people."""

    run = TenantForeignKey(Run, on_delete=models.CASCADE, related_name="batches")
    number = models.PositiveIntegerField()
    commenter_ids = ArrayField(models.UUIDField())
    handle = models.JSONField(default=dict, help_text="of the batch at half price that was handed over for it")
    started = models.BooleanField(default=False, help_text="its job exists")
    done = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "run", "number"], name="run_batch_once")]

    def __str__(self) -> str:
        return f"batch {self.number}"
