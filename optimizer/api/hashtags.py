"""The workspace's table of hashtags over HTTP (O4, M15)."""

from typing import Any, ClassVar, cast
from uuid import UUID

import django_filters
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import WorkspaceView
from accounts.exporting import ExportedListMixin
from accounts.models import User
from aura.http.idempotency import idempotent
from aura.http.pagination import CursorPages
from aura.http.throttles import heavy
from aura.tenancy.models import shape_of
from optimizer.hashtags import Refused, hashtag, key_of
from optimizer.hashtags.reading import LONGEST_NICHE, LONGEST_SOURCE, MOST_NICHES, WORDS, niches
from optimizer.models import StoredHashtag
from optimizer.queries import hashtags as queries
from optimizer.services import hashtags as service

MOST_POSTS = 10**12 - 1


class HashtagSerializer(serializers.ModelSerializer[StoredHashtag]):
    """A hashtag and what is known about it."""

    hashtag = serializers.CharField(source="name", max_length=100, help_text="stored in one spelling, without the sign")
    posts = serializers.IntegerField(
        min_value=0, max_value=MOST_POSTS, required=False, allow_null=True, help_text="posts that somebody counted"
    )
    banned = serializers.BooleanField(required=False, help_text="never proposed")
    niches = serializers.ListField(
        child=serializers.CharField(max_length=LONGEST_NICHE), required=False, max_length=MOST_NICHES
    )
    source = serializers.CharField(  # type: ignore[assignment]  # Field has one
        max_length=LONGEST_SOURCE, required=False, allow_blank=True, help_text="who counted, or the file it came from"
    )
    read_on = serializers.DateField(required=False, allow_null=True, help_text="the day of the count")

    class Meta:
        model = StoredHashtag
        fields: ClassVar = ["id", "hashtag", "posts", "banned", "niches", "source", "read_on", "changed_at"]
        read_only_fields: ClassVar = ["changed_at"]

    def validate_hashtag(self, value: str) -> str:
        """The name in its one spelling."""
        try:
            name = hashtag(value)
        except Refused as refused:
            raise serializers.ValidationError(f"This is no hashtag: {WORDS[refused.code]}.") from None
        if not key_of(name):
            raise serializers.ValidationError("This is no hashtag.")
        return name

    def validate_niches(self, value: list[str]) -> list[str]:
        """Niches in their one spelling."""
        return list(niches(";".join(value)))


class TableSerializer(serializers.Serializer[Any]):
    """A table as a file."""

    file = serializers.FileField(
        help_text="CSV in UTF-8; its first line names the columns: hashtag, and if known posts, banned, niches (by "
        "semicolons), source, read_on. Columns that it has replace what is stored, others stay."
    )


class RefusalSerializer(serializers.Serializer[Any]):
    """A line that was left out."""

    line = serializers.IntegerField()
    hashtag = serializers.CharField(help_text="as it stands there")
    reason = serializers.CharField()


class SummarySerializer(serializers.Serializer[Any]):
    """What an import did, in hashtags; ``refused`` counts lines, of which the first 100 stand in ``refusals``."""

    added = serializers.IntegerField()
    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    refused = serializers.IntegerField()
    refusals = RefusalSerializer(many=True)


class HashtagFilter(django_filters.FilterSet):  # type: ignore[misc]  # the package has no types
    """``?q=&niche=&banned=``"""

    q = django_filters.CharFilter(method="searched", label="parts of the name")
    niche = django_filters.CharFilter(method="about", label="a niche, as it is written")
    banned = django_filters.BooleanFilter()

    def searched(self, rows: QuerySet[StoredHashtag], name: str, value: str) -> QuerySet[StoredHashtag]:
        """Hashtags in which every word stands."""
        return queries.named(rows, value)

    def about(self, rows: QuerySet[StoredHashtag], name: str, value: str) -> QuerySet[StoredHashtag]:
        """Hashtags of a niche."""
        return rows.filter(niches__contains=[value.strip().lower()])


class HashtagPages(CursorPages):
    """By name."""

    ordering = ("name", "id")


class OptimizerView(WorkspaceView):
    """Base of the views of this part of the API."""

    area = "optimizer"


class HashtagList(ExportedListMixin, OptimizerView, generics.ListAPIView[StoredHashtag]):
    """The workspace's own hashtags, by name."""

    queryset = shape_of(StoredHashtag)
    serializer_class = HashtagSerializer
    pagination_class = HashtagPages
    filterset_class = HashtagFilter
    export_name = "hashtags"

    def get_queryset(self) -> QuerySet[StoredHashtag]:
        return StoredHashtag.objects.all()

    @extend_schema(request=HashtagSerializer, responses={201: HashtagSerializer})
    @idempotent
    def post(self, request: Request) -> Response:
        """Add a hashtag, or change what is stored about it."""
        serializer = HashtagSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        row = service.save(serializer.validated_data, user_id=cast(User, request.user).pk)
        location = reverse("api:optimize:hashtag", args=[row.pk])
        return Response(HashtagSerializer(row).data, status=201, headers={"Location": location})


class HashtagDetail(OptimizerView):
    """One hashtag."""

    @extend_schema(responses=HashtagSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """What is stored about it."""
        return Response(HashtagSerializer(get_object_or_404(StoredHashtag.objects.all(), pk=pk)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Delete it from the table."""
        row = get_object_or_404(StoredHashtag.objects.all(), pk=pk)
        service.remove([row.pk], user_id=cast(User, request.user).pk)
        return Response(status=204)


@heavy("POST", limit="upload")
class HashtagImport(OptimizerView):
    """Tables of hashtags."""

    parser_classes = (MultiPartParser,)

    @extend_schema(request={"multipart/form-data": TableSerializer}, responses=SummarySerializer)
    @idempotent
    def post(self, request: Request) -> Response:
        """Take a CSV over: all good lines of it, and the others named. The same table twice changes nothing."""
        serializer = TableSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        upload = cast("UploadedFile[Any]", serializer.validated_data["file"])
        user = cast(User, request.user)
        told = service.import_table(cast(Any, upload.file), name=upload.name or "", user_id=user.pk)
        return Response(SummarySerializer(told).data)
