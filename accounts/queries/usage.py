"""Reads about what outside calls cost. Within the workspace's scope."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Avg, Count, F, Q, QuerySet, Sum
from django.db.models.functions import TruncDate

from accounts.models import Budget, EntryState, UsageEntry
from accounts.models.usage import ZERO
from aura.providers.prices import PriceEntry, price_list

GROUPS = ("provider", "model", "operation", "subject", "day")
PREFIX = "sum_"
COUNTED = ("input_tokens", "output_tokens", "cached_tokens", "images", "items")
ENTRY_FIELDS = (
    "id",
    "created_at",
    "provider",
    "model",
    "operation",
    "subject",
    "job_id",
    "state",
    "batch",
    "input_tokens",
    "output_tokens",
    "cached_tokens",
    "images",
    "items",
    "latency_ms",
    "reserved",
    "amount",
    "price_known",
    "error_code",
    "settled_at",
)
BOOKED = Q(state__in=[EntryState.SETTLED, EntryState.UNCERTAIN])


def month_of(at: datetime) -> date:
    """The first day of a moment's month in UTC."""
    return at.astimezone(UTC).date().replace(day=1)


def budget_of(workspace_id: UUID, month: date) -> Budget:
    """The month's budget; one that is not stored yet has the cap that it would be stored with."""
    found = Budget.objects.filter(month__lte=month).order_by("-month").first()
    if found is not None and found.month == month:
        return found
    if found is not None and found.chosen:
        return Budget(workspace_id=workspace_id, month=month, cap=found.cap, chosen=True)
    return Budget(workspace_id=workspace_id, month=month, cap=settings.AURA_OUTSIDE.monthly_budget)


@dataclass(frozen=True, slots=True)
class Period:
    """Days in UTC, both included."""

    first: date
    last: date

    @property
    def start(self) -> datetime:
        return datetime.combine(self.first, time(), UTC)

    @property
    def end(self) -> datetime:
        """The moment at which the last day is over."""
        return datetime.combine(self.last + timedelta(days=1), time(), UTC)

    def days(self) -> Iterator[date]:
        """Every day of it."""
        for number in range((self.last - self.first).days + 1):
            yield self.first + timedelta(days=number)


def next_month(first: date) -> date:
    """The first day of the month after."""
    return (first + timedelta(days=31)).replace(day=1)


def month_period(today: date) -> Period:
    """The month of a day, up to that day."""
    return Period(today.replace(day=1), today)


def entries(period: Period) -> QuerySet[UsageEntry]:
    """The calls of a period, newest first."""
    rows = UsageEntry.objects.filter(created_at__gte=period.start, created_at__lt=period.end)
    return rows.order_by("-created_at", "-id")


def totals(period: Period) -> dict[str, Any]:
    """All calls of a period as one row; the columns of :func:`grouped`."""
    return _filled(entries(period).order_by().aggregate(**_sums()))


def grouped(period: Period, by: str, limit: int | None = None) -> list[dict[str, Any]]:
    """The calls of a period, one row for each value of ``by`` (of :data:`GROUPS`), the dearest first; days in order.

    ``calls`` were answered or may have been; ``failed`` were not; ``amount`` holds ``uncertain``; ``unpriced`` calls
    have no known price and count as nothing.
    """
    rows = entries(period).order_by()
    key = TruncDate("created_at", tzinfo=UTC) if by == "day" else F(by)
    order = ("key",) if by == "day" else (f"-{PREFIX}amount", "key")
    found = rows.annotate(key=key).values("key").annotate(**_sums()).order_by(*order)[:limit]
    return [_filled(row) for row in found]


def by_operation(period: Period) -> list[dict[str, Any]]:
    """One row for each service, model and operation, the dearest first."""
    rows = entries(period).order_by().values("provider", "model", "operation").annotate(**_sums())
    return [_filled(row) for row in rows.order_by(f"-{PREFIX}amount", "provider", "model", "operation")]


def per_day(period: Period) -> list[tuple[date, Decimal]]:
    """What each day of a period cost, days without calls too."""
    found = {row["key"]: row["amount"] for row in grouped(period, "day")}
    return [(day, found.get(day, ZERO)) for day in period.days()]


def prices(today: date) -> list[PriceEntry]:
    """The prices of today and of later, as this installation has them."""
    entries = price_list(settings.AURA_OUTSIDE.prices).entries
    kept = (entry for entry in entries if entry.until is None or entry.until >= today)
    return sorted(kept, key=lambda entry: (entry.provider, entry.model, entry.since))


def _sums() -> dict[str, Any]:
    # A sum may not be called as the column that another one adds up.
    found = {
        "calls": Count("id", filter=BOOKED),
        "failed": Count("id", filter=Q(state=EntryState.RELEASED)),
        "amount": Sum("amount"),
        "uncertain": Sum("amount", filter=Q(state=EntryState.UNCERTAIN)),
        "reserved": Sum("reserved", filter=Q(state=EntryState.RESERVED)),
        "unpriced": Count("id", filter=BOOKED & Q(price_known=False)),
        "latency_ms": Avg("latency_ms", filter=Q(state=EntryState.SETTLED)),
        **{name: Sum(name, filter=BOOKED) for name in COUNTED},
    }
    return {f"{PREFIX}{name}": value for name, value in found.items()}


def _filled(row: Mapping[str, Any]) -> dict[str, Any]:
    """Sums of nothing are 0; an average of nothing is unknown."""
    plain = {name.removeprefix(PREFIX): value for name, value in row.items()}
    return {name: 0 if value is None and name != "latency_ms" else value for name, value in plain.items()}
