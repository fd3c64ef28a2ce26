"""Usage and budgets over HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import WorkspaceView
from accounts.api import usage_serializers as s
from accounts.exporting import ExportedListMixin
from accounts.models import Role, UsageEntry
from accounts.queries import usage
from accounts.services.ledger import set_budget
from aura.http.problems import Problem
from aura.tenancy.models import shape_of

LONGEST = timedelta(days=400)
MOST_GROUPS = 1000
PERIOD = [
    OpenApiParameter("from", OpenApiTypes.DATE, description="first day (UTC); without it the first of this month"),
    OpenApiParameter("to", OpenApiTypes.DATE, description="last day (UTC); without it today"),
]


def asked_period(request: Request) -> tuple[usage.Period, str]:
    """The period and grouping of a request. Raises a 400 where they are none, or longer than 400 days."""
    given = s.UsageAskedSerializer(data=request.query_params)
    given.is_valid(raise_exception=True)
    data = given.validated_data
    last = data.get("to") or datetime.now(UTC).date()
    first = data.get("from") or last.replace(day=1)
    if not timedelta(0) <= last - first <= LONGEST:
        raise Problem("invalid_period", "A period ends after it begins and has at most 400 days.", pointer="/to")
    return usage.Period(first, last), data["group_by"]


class UsageView(WorkspaceView):
    """What outside calls cost."""

    area = "workspace"
    role_for_reading = Role.ANALYST

    @extend_schema(
        operation_id="workspaces_usage_retrieve",
        parameters=[*PERIOD, OpenApiParameter("group_by", enum=usage.GROUPS, default="provider")],
        responses=s.UsageSerializer,
    )
    def get(self, request: Request, slug: str) -> Response:
        """Sums by service, model, operation, subject or day."""
        period, by = asked_period(request)
        rows = usage.grouped(period, by, limit=MOST_GROUPS + 1)
        body: dict[str, Any] = {
            "from": period.first,
            "to": period.last,
            "group_by": by,
            "currency": "USD",
            "total": usage.totals(period),
            "results": rows[:MOST_GROUPS],
            "more": len(rows) > MOST_GROUPS,
        }
        return Response(s.UsageSerializer(body).data)


class UsageEntries(ExportedListMixin, WorkspaceView, generics.ListAPIView[UsageEntry]):
    """Single outside calls."""

    area = "workspace"
    role_for_reading = Role.ANALYST
    queryset = shape_of(UsageEntry)
    serializer_class = s.EntrySerializer
    export_name = "usage"

    def get_queryset(self) -> QuerySet[UsageEntry]:
        return usage.entries(asked_period(self.request)[0])

    @extend_schema(parameters=PERIOD)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        """The calls of a period, newest first; a page of JSON or all of them as a file."""
        return super().get(request, *args, **kwargs)


class BudgetView(WorkspaceView):
    """How much may be spent in a month."""

    area = "workspace"
    writing_scope = "workspace:admin"
    role_for_reading = Role.ANALYST
    role_for_writing = Role.ADMIN
    other_errors = (409,)

    @extend_schema(operation_id="workspaces_budget_retrieve", responses=s.BudgetSerializer)
    def get(self, request: Request, slug: str) -> Response:
        """This month's budget."""
        budget = usage.budget_of(self.workspace.pk, usage.month_of(datetime.now(UTC)))
        return Response(s.BudgetSerializer(budget).data)

    @extend_schema(request=s.BudgetSerializer, responses=s.BudgetSerializer)
    def patch(self, request: Request, slug: str) -> Response:
        """Set it from this month on; null is no limit."""
        given = s.BudgetSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        return Response(s.BudgetSerializer(set_budget(self.membership, given.validated_data["cap"])).data)
