"""Where events go, what happened, and how the telling went."""

from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import urlsplit
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from aura.tenancy.models import TenantForeignKey, TenantModel
from aura.tenancy.secrets import HoldsSecrets, rotate
from aura.webhooks.catalogue import EVENTS, TEST_EVENT
from aura.webhooks.secrets import unseal


class WebhookEndpoint(HoldsSecrets, TenantModel):
    """An address of another program, which events it wants, and how it has been doing."""

    class Off(models.TextChoices):
        """Why an endpoint is off."""

        BY_HAND = "by_hand", "Switched off by hand"
        GONE = "gone", "The receiver said that it is gone (HTTP 410)"
        FAILING = "failing", "It failed for five days"
        GIVEN_UP = "given_up", "Ten deliveries in a row were given up"

    url = models.CharField(max_length=2000, help_text="https address that takes POST requests")
    description = models.CharField(max_length=120, blank=True)
    events = ArrayField(models.CharField(max_length=60), help_text="events it gets")
    sealed_secrets = models.JSONField(default=list, help_text="newest first: sealed form, and until when it is valid")
    enabled = models.BooleanField(default=True)
    disabled_reason = models.CharField(max_length=10, choices=Off.choices, blank=True)
    disabled_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0, help_text="failed tries since the last one that went well")
    given_up = models.PositiveIntegerField(default=0, help_text="deliveries given up since the last that went well")
    failing_since = models.DateTimeField(null=True, blank=True)
    last_delivery_at = models.DateTimeField(null=True, blank=True, help_text="last try that went well")
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes: ClassVar = [models.Index("workspace", F("created_at").desc(), name="webhook_endpoint_newest")]

    def __str__(self) -> str:
        return self.name

    @property
    def host(self) -> str:
        """The host of its address; the rest may hold a token."""
        return urlsplit(self.url).netloc

    @property
    def name(self) -> str:
        """What lists call it."""
        return self.description or self.host

    @property
    def event_words(self) -> list[tuple[str, str]]:
        """The events it gets, with what each means."""
        return [(name, EVENTS.get(name, "")) for name in self.events]

    def reencrypt(self) -> int:
        """Every stored secret under the first key."""
        entries: list[dict[str, Any]] = self.sealed_secrets
        self.sealed_secrets = [entry | {"sealed": rotate(entry["sealed"])} for entry in entries]
        self.save(update_fields=["sealed_secrets"])
        return len(entries)

    def valid_secrets(self, now: datetime) -> list[str]:
        """The secrets that sign at ``now``, the newest first. Raises ``SecretUnreadable``."""
        return [unseal(self.pk, entry["sealed"]) for entry in self.valid_entries(now)]

    def valid_entries(self, now: datetime) -> list[dict[str, Any]]:
        """The stored entries of secrets that are valid at ``now``."""
        entries: list[dict[str, Any]] = self.sealed_secrets
        return [one for one in entries if one["until"] is None or datetime.fromisoformat(one["until"]) > now]

    @property
    def old_secret_until(self) -> datetime | None:
        """Until when a secret from before the last rotation is valid too; None where there is none."""
        ends = [datetime.fromisoformat(e["until"]) for e in self.valid_entries(timezone.now()) if e["until"]]
        return max(ends, default=None)


class WebhookEvent(TenantModel):
    """Something that happened and that at least one endpoint wanted to know."""

    type = models.CharField(max_length=60)
    subject = models.CharField(max_length=60, blank=True, help_text="id of what it is about")
    payload = models.JSONField(help_text="ids and numbers, no personal text")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["created_at"], name="webhook_event_by_age")]

    def __str__(self) -> str:
        return f"{self.type} {self.subject}".strip()

    @property
    def is_test(self) -> bool:
        """Whether a person asked for it to try an endpoint."""
        return self.type == TEST_EVENT


class WebhookDelivery(TenantModel):
    """The telling of one event to one endpoint. Its job has the delivery's id as its key."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        DELIVERED = "delivered", "Delivered"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Stopped"

    endpoint = TenantForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    event = TenantForeignKey(WebhookEvent, on_delete=models.CASCADE, related_name="deliveries")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0, help_text="requests begun")
    next_at = models.DateTimeField(null=True, blank=True, help_text="when the next try is due")
    response_status = models.PositiveSmallIntegerField(null=True, blank=True)
    duration_ms = models.PositiveIntegerField(null=True, blank=True)
    request_excerpt = models.TextField(blank=True)
    response_excerpt = models.TextField(blank=True)
    error_code = models.CharField(max_length=60, blank=True)
    error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    tried_at = models.DateTimeField(null=True, blank=True, help_text="start of the last try")
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "webhook deliveries"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state__in=["waiting", "delivered", "failed", "cancelled"]),
                name="webhook_delivery_state_known",
            )
        ]
        indexes: ClassVar = [
            models.Index("workspace", F("created_at").desc(), F("id").desc(), name="webhook_delivery_newest"),
            models.Index("endpoint", F("created_at").desc(), name="webhook_delivery_by_endpoint"),
            models.Index(fields=["created_at"], name="webhook_delivery_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.state}"

    @property
    def is_over(self) -> bool:
        return self.state != self.State.WAITING

    @property
    def is_fresh(self) -> bool:
        """Whether something is about to happen to it that is worth waiting for."""
        return not self.is_over and (self.next_at is None or self.next_at < timezone.now() + timedelta(seconds=10))


def job_key(delivery_id: UUID) -> str:
    """The key of a delivery's job."""
    return str(delivery_id)
