"""What business objects have cost, and whether there is money for more. Within the workspace's scope."""

from collections.abc import Collection
from decimal import Decimal
from typing import TypeVar

from django.db.models import CharField, DecimalField, Model, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils import timezone

from accounts.models import UsageEntry
from accounts.queries.usage import BOOKED, budget_of, month_of
from aura.tenancy.scope import current_workspace_id

M = TypeVar("M", bound=Model)
ROOM = Decimal("0.05")
"""US dollars: less than this is not worth going on for."""


def costs_of(subjects: Collection[str]) -> dict[str, Decimal]:
    """US dollars booked so far for each of these subjects; one query."""
    rows = UsageEntry.objects.filter(BOOKED, subject__in=list(subjects)).order_by()
    found = dict(rows.values_list("subject").annotate(amount=Sum("amount")))
    return {subject: found.get(subject, Decimal(0)) for subject in subjects}


def cost_of(subject: str) -> Decimal:
    """US dollars booked so far for one subject."""
    return costs_of([subject])[subject]


def with_costs(rows: QuerySet[M], prefix: str) -> QuerySet[M]:
    """Business objects with ``booked``: US dollars booked for each; ``prefix`` goes before the id in its subject."""
    subject = Concat(Value(prefix), Cast("pk", CharField()), output_field=CharField())
    mine = UsageEntry.objects.filter(BOOKED, subject=OuterRef("cost_subject")).order_by().values("subject")
    booked = Subquery(mine.values(sum=Sum("amount")), output_field=DecimalField())
    costed: QuerySet[M] = rows.annotate(cost_subject=subject).annotate(booked=Coalesce(booked, Value(Decimal(0))))
    return costed


def has_room() -> bool:
    """True where this month's budget allows more paid work."""
    left = budget_of(current_workspace_id(), month_of(timezone.now())).left
    return left is None or left >= ROOM
