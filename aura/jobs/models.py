"""The job as a row: the truth about every slow thing. RQ only carries its id to a worker."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from aura.jobs import progress
from aura.tenancy.ids import uuid7
from aura.tenancy.models import TenantForeignKey, TenantManager


class Lane(models.TextChoices):
    REALTIME = "realtime", "Realtime"
    BULK = "bulk", "Bulk"


class State(models.TextChoices):
    PENDING = "pending", "Waiting"
    QUEUED = "queued", "Next up"
    RUNNING = "running", "Running"
    DONE = "done", "Finished"
    DEAD = "dead", "Failed"
    CANCELLED = "cancelled", "Cancelled"


WAITING = (State.PENDING, State.QUEUED)
OVER = (State.DONE, State.DEAD, State.CANCELLED)
STATUS = {State.PENDING: "queued", State.DEAD: "failed"}
"""The API's words where they differ from the row's."""


class Job(models.Model):
    """One piece of slow work. A job without a workspace belongs to the system and is seen in a system scope only."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    workspace = models.ForeignKey(
        "accounts.Workspace", null=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=60, help_text="what to do, for example audience.import")
    lane = models.CharField(max_length=10, choices=Lane.choices)
    key = models.CharField(max_length=200, null=True, help_text="starts with the same key are one job")  # noqa: DJ001
    subject = models.CharField(max_length=60, blank=True, default="", help_text="id of the business object it is for")
    payload = models.JSONField(default=dict, help_text="ids only")
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    priority = models.SmallIntegerField(default=0, help_text="higher goes first")
    step = models.CharField(max_length=80, blank=True, default="")
    done = models.BigIntegerField(default=0)
    done_before = models.BigIntegerField(default=0, help_text="done when this attempt began")
    total = models.BigIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField(default=5)
    timeout = models.PositiveIntegerField(default=3600, help_text="seconds an attempt may take")
    next_at = models.DateTimeField(db_default=Now(), help_text="not before")
    queued_at = models.DateTimeField(null=True)
    token = models.UUIDField(null=True, help_text="of the attempt that may write")
    worker = models.CharField(max_length=80, blank=True, default="")
    lease_until = models.DateTimeField(null=True)
    cancel_requested = models.BooleanField(default=False)
    error_code = models.CharField(max_length=60, blank=True, default="")
    error = models.TextField(blank=True, default="", help_text="words for people; the log has the details")
    result = models.JSONField(null=True)
    cost = models.DecimalField(max_digits=12, decimal_places=6, default=0, help_text="US dollars")
    correlation_id = models.CharField(max_length=120, blank=True, default="")
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True, help_text="start of the last attempt")
    finished_at = models.DateTimeField(null=True)

    objects: ClassVar[TenantManager["Job"]] = TenantManager()  # type: ignore[assignment]

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "kind", "key"],
                condition=Q(key__isnull=False),
                nulls_distinct=False,
                name="job_key_once",
            ),
            models.CheckConstraint(condition=Q(state__in=State.values), name="job_state_known"),
            models.CheckConstraint(condition=Q(lane__in=Lane.values), name="job_lane_known"),
            models.CheckConstraint(
                condition=~Q(state=State.RUNNING) | Q(token__isnull=False, lease_until__isnull=False),
                name="job_running_is_leased",
            ),
        ]
        indexes: ClassVar = [
            models.Index("lane", "next_at", condition=Q(state=State.PENDING), name="job_due"),
            models.Index("lane", "state", condition=Q(state__in=[State.QUEUED, State.RUNNING]), name="job_active"),
            models.Index("lease_until", condition=Q(state=State.RUNNING), name="job_lease"),
            models.Index("lane", "finished_at", condition=Q(finished_at__isnull=False), name="job_finished"),
            models.Index("workspace", F("created_at").desc(), F("id").desc(), name="job_newest"),
            models.Index("workspace", "subject", condition=~Q(subject=""), name="job_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"

    @property
    def status(self) -> str:
        """The state in the API's words: queued, running, done, failed, cancelled."""
        return str(STATUS.get(State(self.state), self.state))

    @property
    def percent(self) -> int:
        """Whole percent; a finished job is at 100 whether or not it counted."""
        return 100 if self.state == State.DONE else progress.percent(self.done, self.total)

    @property
    def eta_seconds(self) -> int | None:
        """Seconds left while it runs, or None where there is nothing to judge by."""
        if self.state != State.RUNNING or self.started_at is None:
            return None
        elapsed = (timezone.now() - self.started_at).total_seconds()
        return progress.eta_seconds(self.done, self.total, self.done_before, elapsed)

    @property
    def retry_after(self) -> int | None:
        """Seconds until the next try of a job that failed and will be tried again."""
        if self.state != State.PENDING or not self.error_code:
            return None
        return max(0, round((self.next_at - timezone.now()).total_seconds()))

    @property
    def is_over(self) -> bool:
        return self.state in OVER

    @property
    def may_cancel(self) -> bool:
        return not self.is_over and not self.cancel_requested

    @property
    def may_requeue(self) -> bool:
        return self.state in {State.DEAD, State.CANCELLED}

    def progress(self) -> dict[str, Any]:
        """``{step, done, total, percent, eta_seconds}`` as the API shows it."""
        return {
            "step": self.step,
            "done": self.done,
            "total": self.total,
            "percent": self.percent,
            "eta_seconds": self.eta_seconds,
        }


class JobStep(models.Model):
    """What a job must remember of a paid or outside call *before* it waits for it, so that a rerun resumes it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    workspace = models.ForeignKey("accounts.Workspace", null=True, on_delete=models.CASCADE, related_name="+")
    job = TenantForeignKey(Job, on_delete=models.CASCADE, related_name="steps", db_index=False)
    name = models.CharField(max_length=60)
    handle = models.JSONField(default=dict, help_text="for example the run id of the outside service")
    state = models.CharField(max_length=20, blank=True, default="")
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[TenantManager["JobStep"]] = TenantManager()  # type: ignore[assignment]

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["job", "name"], name="job_step_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.state}"


def lane_limit(lane: str) -> int:
    """How many jobs may wait in a lane, over all workspaces."""
    return int(settings.AURA_LANE_LIMITS[lane])
