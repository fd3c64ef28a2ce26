"""What is known about the people of an audience, in groups: loyalty, engagement, types, quality, growth; and how
audiences compare and overlap (A6, A7)."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, cast
from uuid import UUID

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.exporting import note
from accounts.models import User
from audience.api import people_shapes as shapes
from audience.api import together_shapes as together
from audience.api.insights import LAST_DAY
from audience.api.views import AudienceView, OfAccount
from audience.models import TrackedAccount
from audience.overlapping import LEAST, MOST
from audience.queries import sheets
from audience.queries.comparing import Asked, compare
from audience.queries.growth import growth
from audience.queries.loyalty import loyalty
from audience.queries.overlap import overlap
from audience.queries.quality import quality, types
from audience.queries.segments import segments
from aura.http.exports import FORMATS, Table, export_response
from aura.http.listing import FILES, FileSchema, asked_format
from aura.http.problems import Problem
from aura.http.renderers import OrjsonRenderer

Answer = dict[str, Any]


def _table_query(*names: str) -> type[serializers.Serializer[Any]]:
    """The query of a view whose answer holds several tables: which one goes into a file."""
    field = serializers.ChoiceField(names, required=False, default=names[0], help_text="which table a file holds")
    name = "".join(part.title() for part in names) + "Query"
    return cast("type[serializers.Serializer[Any]]", type(name, (serializers.Serializer,), {"table": field}))


def _file(request: Request, wanted: str, table: Table, prefix: str, target: str) -> HttpResponseBase:
    response, rows = export_response(Table(prefix + table.name, table.columns, table.rows), FORMATS[wanted])
    note(cast(User, request.user).pk, table.name, wanted, rows, target=target)
    return response


class PeopleView(OfAccount):
    """Base of the answers about one account: JSON, or one of its tables as a file."""

    renderer_classes = (OrjsonRenderer, *FILES)
    schema = FileSchema()
    query: ClassVar[type[serializers.Serializer[Any]]]
    answer: ClassVar[Callable[[TrackedAccount], Answer]]

    def told(self, request: Request) -> HttpResponseBase:
        query = self.query(data=request.query_params)
        query.is_valid(raise_exception=True)
        account, wanted = self.account(), asked_format(request)
        if not wanted:
            return Response(type(self).answer(account))
        table = sheets.SHEETS[query.validated_data["table"]](account)
        return _file(request, wanted, table, f"{account.username}-", str(account.pk))


LoyaltyQuery = _table_query("loyalty", "retention", "concentration")
SegmentsQuery = _table_query("segments")
TypesQuery = _table_query("types", "signals")
QualityQuery = _table_query("quality")
GrowthQuery = _table_query("growth", "jumps", "followers")


class LoyaltyView(PeopleView):
    """Loyal, returning and new people."""

    query, answer = LoyaltyQuery, loyalty

    @extend_schema(parameters=[LoyaltyQuery], responses=shapes.LoyaltySerializer)
    def get(self, request: Request, pk: UUID) -> HttpResponseBase:
        """Loyal, returning and new people by month, retention by month of the first comment, concentration."""
        return self.told(request)


class SegmentsView(PeopleView):
    """Engagement by group."""

    query, answer = SegmentsQuery, segments

    @extend_schema(parameters=[SegmentsQuery], responses=shapes.SegmentsSerializer)
    def get(self, request: Request, pk: UUID) -> HttpResponseBase:
        """Comments a person, likes a comment and share of loyal people by group."""
        return self.told(request)


class TypesView(PeopleView):
    """Classes of accounts."""

    query, answer = TypesQuery, types

    @extend_schema(parameters=[TypesQuery], responses=shapes.TypesSerializer)
    def get(self, request: Request, pk: UUID) -> HttpResponseBase:
        """Real people, influencers, mass followers and suspicious accounts, of those with follower figures."""
        return self.told(request)


class QualityView(PeopleView):
    """The score of an audience."""

    query, answer = QualityQuery, quality

    @extend_schema(parameters=[QualityQuery], responses=shapes.QualitySerializer)
    def get(self, request: Request, pk: UUID) -> HttpResponseBase:
        """A score of 0 to 100 with its range and all its parts; refused where too little is known."""
        return self.told(request)


class GrowthView(PeopleView):
    """Followers over time."""

    query, answer = GrowthQuery, growth

    @extend_schema(parameters=[GrowthQuery], responses=shapes.GrowthSerializer)
    def get(self, request: Request, pk: UUID) -> HttpResponseBase:
        """Followers by day, changes that stand out with what came at the same time, Instagram's own demographics."""
        return self.told(request)


class CompareQuery(serializers.Serializer[Any]):
    """Two accounts, or one account twice with other days. Days are UTC and both included."""

    a = serializers.UUIDField(help_text="id of an account")
    b = serializers.UUIDField(help_text="id of an account")
    a_from = serializers.DateField(required=False, allow_null=True, default=None)
    a_to = serializers.DateField(required=False, allow_null=True, default=None)
    b_from = serializers.DateField(required=False, allow_null=True, default=None)
    b_to = serializers.DateField(required=False, allow_null=True, default=None)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        for side in ("a", "b"):
            first, last = attrs[f"{side}_from"], attrs[f"{side}_to"]
            if first and last and first > last:
                raise serializers.ValidationError({f"{side}_to": "Pick a day on or after the first day."})
            if last and last > LAST_DAY:
                raise serializers.ValidationError({f"{side}_to": "Pick an earlier day."})
        same = [(attrs[side], attrs[f"{side}_from"], attrs[f"{side}_to"]) for side in ("a", "b")]
        if same[0] == same[1]:
            raise serializers.ValidationError({"b": "Both sides are the same. Pick another account or other days."})
        return attrs


def _account(pk: UUID) -> TrackedAccount:
    return get_object_or_404(TrackedAccount.objects.all(), pk=pk)


class CompareView(AudienceView):
    """Two accounts or periods."""

    renderer_classes = (OrjsonRenderer, *FILES)
    schema = FileSchema()

    @extend_schema(parameters=[CompareQuery], responses=together.CompareSerializer)
    def get(self, request: Request) -> HttpResponseBase:
        """Demographics, activity and loyalty side by side, each difference with a verdict in words."""
        query = CompareQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        given = query.validated_data
        a, b = (Asked(_account(given[side]), given[f"{side}_from"], given[f"{side}_to"]) for side in ("a", "b"))
        answer = compare(a, b)
        wanted = asked_format(request)
        if not wanted:
            return Response(answer)
        target = f"{a.account.pk},{b.account.pk}"
        return _file(request, wanted, sheets.comparison(answer), "", target)


OVERLAP_SHEETS: Mapping[str, Callable[[Answer], Table]] = {"regions": sheets.regions, "pairs": sheets.pairs}


class OverlapQuery(serializers.Serializer[Any]):
    accounts = serializers.CharField(help_text=f"ids of {LEAST} to {MOST} accounts, separated by commas")
    table = serializers.ChoiceField(list(OVERLAP_SHEETS), required=False, default="regions")

    def validate_accounts(self, given: str) -> list[UUID]:
        field = serializers.UUIDField()
        found = list(dict.fromkeys(field.run_validation(word.strip()) for word in given.split(",") if word.strip()))
        if not LEAST <= len(found) <= MOST:
            raise serializers.ValidationError(f"Name {LEAST} to {MOST} different accounts.")
        return found


class OverlapView(AudienceView):
    """Shared people."""

    renderer_classes = (OrjsonRenderer, *FILES)
    schema = FileSchema()

    @extend_schema(parameters=[OverlapQuery], responses=together.OverlapSerializer)
    def get(self, request: Request) -> HttpResponseBase:
        """How many people two to six accounts share; exact, without groups of fewer than k people."""
        query = OverlapQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        keys = query.validated_data["accounts"]
        found = TrackedAccount.objects.in_bulk(keys)
        if len(found) < len(keys):
            raise Problem("not_found", "One of these accounts is not in this workspace.", status=404)
        answer = overlap([found[key] for key in keys])
        wanted = asked_format(request)
        if not wanted:
            return Response(answer)
        table = OVERLAP_SHEETS[query.validated_data["table"]](answer)
        return _file(request, wanted, table, "", ",".join(map(str, keys)))
