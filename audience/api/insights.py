"""What an audience looks like: demographics, activity, top commenters (A6, A7)."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, ClassVar, cast
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.exporting import ExportedListMixin, note
from accounts.models import User
from audience.api.views import OfAccount
from audience.models import AudiencePerson
from audience.queries.activity import activity
from audience.queries.demographics import demographics
from audience.queries.people import audience_people
from aura.http.exports import FORMATS, Table, export_response
from aura.http.listing import FILES, FileSchema, asked_format
from aura.http.pagination import CursorPages
from aura.http.renderers import OrjsonRenderer
from aura.providers.ports import PROFILE_TYPES
from aura.tenancy.models import shape_of

MAX_HOURS_DAYS = 92
LAST_DAY = date.max - timedelta(days=1)


class PeriodSerializer(serializers.Serializer[Any]):
    """First and last day (UTC), both included."""

    to = serializers.DateField(required=False, allow_null=True, default=None)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # "from" is a word of Python, so the field cannot be written as an attribute.
        first = serializers.DateField(required=False, allow_null=True, default=None)
        return {"from": first, **super().get_fields()}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        first, last = attrs.get("from"), attrs.get("to")
        if first and last and first > last:
            raise serializers.ValidationError({"to": "Pick a day on or after the first day."})
        if last and last > LAST_DAY:
            raise serializers.ValidationError({"to": "Pick an earlier day."})
        return attrs


class DemographicsQuery(PeriodSerializer):
    post = serializers.UUIDField(required=False, allow_null=True, default=None)
    profile_type = serializers.ChoiceField(PROFILE_TYPES, required=False, allow_blank=True, default="")


class ActivityQuery(PeriodSerializer):
    bucket = serializers.ChoiceField(["hour", "day", "week"], required=False, default="day")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        if attrs["bucket"] == "hour":
            first, last = attrs.get("from"), attrs.get("to")
            if not first or not last or last - first > timedelta(days=MAX_HOURS_DAYS):
                raise serializers.ValidationError({"bucket": f"Hours need from and to, {MAX_HOURS_DAYS} days at most."})
        return attrs


class GroupSerializer(serializers.Serializer[Any]):
    """One group. Where it has too few people, ``suppressed`` is true and no number stands here."""

    value = serializers.CharField()
    suppressed = serializers.BooleanField(required=False)
    count = serializers.IntegerField(required=False)
    share = serializers.FloatField(required=False, help_text="0 to 1, of the people whose value is known")
    low = serializers.FloatField(required=False, help_text="lower end of the 95 % interval")
    high = serializers.FloatField(required=False)


class AgeGenderSerializer(serializers.Serializer[Any]):
    age = serializers.CharField()
    gender = serializers.CharField()
    suppressed = serializers.BooleanField(required=False)
    count = serializers.IntegerField(required=False)
    share = serializers.FloatField(required=False)
    low = serializers.FloatField(required=False)
    high = serializers.FloatField(required=False)


class BotsSerializer(serializers.Serializer[Any]):
    suppressed = serializers.BooleanField(required=False)
    count = serializers.IntegerField(required=False)
    share = serializers.FloatField(required=False)
    low = serializers.FloatField(required=False)
    high = serializers.FloatField(required=False)


class DemographicsSerializer(serializers.Serializer[Any]):
    """Who the people are who comment on an account, as estimated from their profiles."""

    account = serializers.CharField()
    to = serializers.DateField(allow_null=True)
    post = serializers.UUIDField(allow_null=True)
    people = serializers.IntegerField(allow_null=True)
    classified = serializers.IntegerField(allow_null=True)
    pending = serializers.IntegerField(allow_null=True)
    unknown = serializers.IntegerField(allow_null=True)
    k = serializers.IntegerField(help_text="smallest group that is shown")
    filtered = serializers.BooleanField(help_text="counts are rounded and blurred to protect people")
    gender = GroupSerializer(many=True)
    age = GroupSerializer(many=True)
    age_gender = AgeGenderSerializer(many=True)
    profile_type = GroupSerializer(many=True)
    language = GroupSerializer(many=True)
    suspected_bots = BotsSerializer()
    method = serializers.DictField()

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        fields = super().get_fields()
        return {"account": fields.pop("account"), "from": serializers.DateField(allow_null=True), **fields}


class ActivityPointSerializer(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    comments = serializers.IntegerField()


class ActivitySerializer(serializers.Serializer[Any]):
    account = serializers.CharField()
    bucket = serializers.CharField()
    results = ActivityPointSerializer(many=True)


class TopCommenterSerializer(serializers.ModelSerializer[AudiencePerson]):
    """A person by how much they commented; nothing that was guessed about them."""

    id = serializers.UUIDField(source="commenter_id")
    username = serializers.CharField(source="commenter.username")
    full_name = serializers.CharField(source="commenter.full_name")
    is_verified = serializers.BooleanField(source="commenter.is_verified", allow_null=True)

    class Meta:
        model = AudiencePerson
        fields: ClassVar = ["id", "username", "full_name", "is_verified", "comments", "likes", "first_at", "last_at"]


class TopPages(CursorPages):
    """Most comments first."""

    ordering = ("-comments", "commenter_id")


def _asked(serializer: type[PeriodSerializer], request: Request) -> dict[str, Any]:
    query = serializer(data=request.query_params)
    query.is_valid(raise_exception=True)
    return dict(query.validated_data)


GROUPS = ("gender", "age", "age_gender", "profile_type", "language")
GROUP_COLUMNS = ("table", "value", "age", "gender", "count", "share", "low", "high", "suppressed")


def group_rows(answer: dict[str, Any]) -> Iterator[list[Any]]:
    """The groups of a demographics answer as rows of :data:`GROUP_COLUMNS`."""
    for table in GROUPS:
        for entry in answer[table]:
            yield [table, *(entry.get(name) for name in GROUP_COLUMNS[1:-1]), bool(entry.get("suppressed"))]


class DemographicsView(OfAccount):
    """Demographics of an account's audience."""

    renderer_classes = (OrjsonRenderer, *FILES)
    schema = FileSchema()

    @extend_schema(parameters=[DemographicsQuery], responses=DemographicsSerializer)
    def get(self, request: Request, pk: UUID) -> HttpResponseBase:
        """Shares with 95 % intervals, corrected for the model's known errors; groups under k people are suppressed."""
        asked = _asked(DemographicsQuery, request)
        account = self.account()
        found = demographics(
            account,
            start=asked["from"],
            end=asked["to"],
            post=asked["post"],
            profile_type=asked["profile_type"],
        )
        wanted = asked_format(request)
        if not wanted:
            return Response(found.as_json())
        name = f"{account.username}-demographics"
        response, rows = export_response(Table(name, GROUP_COLUMNS, group_rows(found.as_json())), FORMATS[wanted])
        note(cast(User, request.user).pk, "demographics", wanted, rows, target=str(pk))
        return response


class ActivityView(OfAccount):
    """Comments over time."""

    @extend_schema(parameters=[ActivityQuery], responses=ActivitySerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """Comments by hour, day or week (UTC), without gaps. Hours need ``from`` and ``to``."""
        asked = _asked(ActivityQuery, request)
        account = self.account()
        points = activity(account, bucket=asked["bucket"], start=asked["from"], end=asked["to"])
        return Response({"account": account.username, "bucket": asked["bucket"], "results": points})


class TopCommentersView(ExportedListMixin, OfAccount, generics.ListAPIView[AudiencePerson]):
    """People who comment most. Possible minors and the account itself are not listed."""

    queryset = shape_of(AudiencePerson)
    serializer_class = TopCommenterSerializer
    pagination_class = TopPages
    export_name = "top-commenters"

    def get_queryset(self) -> QuerySet[AudiencePerson]:
        return audience_people(self.account())
