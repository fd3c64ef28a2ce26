"""What a workspace's outside calls cost, and how much it may spend in a month (M7)."""

from datetime import date, timedelta
from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.utils import timezone

from aura.tenancy.models import TenantForeignKey, TenantModel

PLACES = 8
DIGITS = 18
ZERO = Decimal(0)


class EntryState(models.TextChoices):
    RESERVED = "reserved", "Under way"
    SETTLED = "settled", "Booked"
    RELEASED = "released", "Not made"
    UNCERTAIN = "uncertain", "Uncertain"


class Budget(TenantModel):
    """What a workspace may spend, has spent and has set aside in a calendar month of UTC, in US dollars.

    ``spent`` never passes what was set aside before the calls; what a service charged beyond that is ``overrun``.
    """

    month = models.DateField(help_text="the first day of the month")
    cap = models.DecimalField(
        max_digits=DIGITS, decimal_places=PLACES, null=True, blank=True, help_text="empty: no limit"
    )
    spent = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES, default=ZERO)
    reserved = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES, default=ZERO)
    overrun = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES, default=ZERO)
    chosen = models.BooleanField(default=False, help_text="set by people, not by the installation")
    reached_at = models.DateTimeField(null=True, blank=True)
    announced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "month"], name="budget_once_a_month"),
            models.CheckConstraint(
                condition=models.Q(cap=None) | models.Q(cap__gte=models.F("spent") + models.F("reserved")),
                name="budget_holds",
            ),
            models.CheckConstraint(
                condition=models.Q(spent__gte=0, reserved__gte=0, overrun__gte=0), name="budget_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"

    @property
    def used(self) -> Decimal:
        """What is spent, with what was charged beyond the plan."""
        return self.spent + self.overrun

    @property
    def taken(self) -> Decimal:
        """What is spent or set aside."""
        return self.used + self.reserved

    @property
    def left(self) -> Decimal | None:
        """What new calls may still cost; None without a limit."""
        return None if self.cap is None else max(ZERO, self.cap - self.taken)

    @property
    def percent(self) -> float | None:
        """How much of the cap is taken, 0 to 100; None without a limit."""
        if self.cap is None:
            return None
        return 100.0 if not self.cap else min(100.0, float(self.taken / self.cap * 100))

    @property
    def ends(self) -> date:
        """The first day of the month after it."""
        return (self.month + timedelta(days=31)).replace(day=1)


class UsageEntry(TenantModel):
    """One outside call: what was set aside for it, and what it used and cost. Nothing personal stands here."""

    budget = TenantForeignKey(Budget, on_delete=models.CASCADE, related_name="entries")
    provider = models.CharField(max_length=40)
    model = models.CharField(max_length=120)
    operation = models.CharField(max_length=40)
    subject = models.CharField(max_length=120, blank=True, help_text="kind and id of what it was for")
    job_id = models.UUIDField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=EntryState.choices, default=EntryState.RESERVED)
    batch = models.BooleanField(default=False)
    input_tokens = models.PositiveIntegerField(default=0)
    output_tokens = models.PositiveIntegerField(default=0)
    cached_tokens = models.PositiveIntegerField(default=0)
    images = models.PositiveIntegerField(default=0)
    items = models.PositiveIntegerField(default=0)
    latency_ms = models.PositiveIntegerField(default=0)
    reserved = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES)
    amount = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES, default=ZERO)
    price_known = models.BooleanField(default=True)
    error_code = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "usage entries"
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(state__in=EntryState.values), name="usage_state_known"),
            models.CheckConstraint(condition=models.Q(reserved__gte=0, amount__gte=0), name="usage_not_negative"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "-created_at", "-id"], name="usage_by_workspace"),
            models.Index(fields=["created_at"], name="usage_open", condition=models.Q(state="reserved")),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.operation} {self.state}"
