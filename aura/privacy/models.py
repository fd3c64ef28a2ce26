"""Erasures with their proof, exports of one person, the do-not-process list, and how long things are kept."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from aura.tenancy.models import TenantModel


class State(models.TextChoices):
    QUEUED = "queued", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Finished"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


OPEN = (State.QUEUED, State.RUNNING, State.FAILED)
"""States in which a person is not to be taken in again."""


class SubjectRequest(TenantModel):
    """Work about one person, who is known by keyed hashes only. ``sealed`` goes when the work is done."""

    hashes = ArrayField(models.CharField(max_length=64), help_text="keyed hashes of the person's names and ids")
    key_id = models.CharField(max_length=8)
    sealed = models.TextField(blank=True, help_text="the names and ids, encrypted, until the work is done")
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    error = models.TextField(blank=True)
    counts = models.JSONField(default=dict, help_text="rows by table")
    requested_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def is_over(self) -> bool:
        """True once nothing more will happen by itself."""
        return self.state in {State.DONE, State.FAILED, State.CANCELLED}


class ErasureRequest(SubjectRequest):
    """The erasure of one person, and the proof of it."""

    opt_out = models.BooleanField(default=True, help_text="also keep the person out from now on")
    replayed = models.BooleanField(default=False, help_text="done again after a restore")
    files = models.JSONField(default=list, help_text="files that are to be deleted, until they are")
    scan = models.JSONField(default=dict, help_text="what the search afterwards found")
    proof = models.CharField(max_length=64, blank=True, help_text="SHA-256 over the record; it stands in the audit log")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["workspace", "-created_at"], name="erasure_newest")]

    def __str__(self) -> str:
        return f"erasure {self.state}"


class SubjectExport(SubjectRequest):
    """All that is kept about one person, as a ZIP that is there for some days."""

    path = models.CharField(max_length=200, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["workspace", "-created_at"], name="subject_export_newest")]

    def __str__(self) -> str:
        return f"export {self.state}"

    @property
    def is_there(self) -> bool:
        """True while the file can be downloaded."""
        return bool(self.path) and self.expires_at is not None and self.expires_at > timezone.now()


class OptOut(TenantModel):
    """Somebody who is not to be processed. Only keyed hashes say who."""

    username_hash = models.CharField(max_length=64, blank=True)
    id_hash = models.CharField(max_length=64, blank=True)
    key_id = models.CharField(max_length=8)
    created_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "username_hash", "id_hash", "key_id"], name="opt_out_once"),
            models.CheckConstraint(condition=~Q(username_hash="", id_hash=""), name="opt_out_of_somebody"),
        ]

    def __str__(self) -> str:
        return f"opt-out {self.pk}"


class RetentionPolicy(TenantModel):
    """How many days a workspace keeps what; empty means for ever. A workspace without a row has the defaults."""

    comments_days = models.PositiveIntegerField(null=True, blank=True, default=730)
    pictures_days = models.PositiveIntegerField(null=True, blank=True, default=365)
    uploads_days = models.PositiveIntegerField(null=True, blank=True, default=14)
    exports_days = models.PositiveIntegerField(default=7)
    audit_days = models.PositiveIntegerField(null=True, blank=True, default=730)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace"], name="retention_once")]

    def __str__(self) -> str:
        return "retention"
