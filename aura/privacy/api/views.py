"""Privacy over HTTP: erasures, exports of one person, the do-not-process list, retention, the audit log (M13)."""

from typing import cast
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import WorkspaceView
from accounts.exporting import ExportedListMixin
from accounts.models import AuditEntry, Role, User
from aura.http.idempotency import idempotent
from aura.http.problems import Problem
from aura.http.throttles import heavy
from aura.privacy import jobs, queries, services
from aura.privacy.api import serializers as s
from aura.privacy.downloads import download
from aura.privacy.models import ErasureRequest, OptOut, SubjectExport
from aura.privacy.subjects import Identifiers
from aura.tenancy.models import shape_of


class AuditFilter(django_filters.FilterSet):  # type: ignore[misc]  # the package has no types
    """``?action=&user=&created_at__gte=&created_at__lte=``; an action's first words match all below it."""

    action = django_filters.CharFilter(lookup_expr="startswith")
    user = django_filters.UUIDFilter(field_name="user_id", label="id of the person")
    created_at__gte = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    created_at__lte = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lte")


class PrivacyView(WorkspaceView):
    """Base of the privacy API: for admins and owners."""

    area = "privacy"
    role_for_reading = Role.ADMIN
    role_for_writing = Role.ADMIN

    @property
    def user_id(self) -> UUID:
        """Who asks."""
        return cast(User, self.request.user).pk


def _started(serializer: s.SubjectSerializer) -> Response:
    data = serializer.data
    body = {"id": data["id"], "status": data["status"], "status_url": data["status_url"]}
    return Response(body, status=202, headers={"Location": str(data["status_url"])})


@heavy("POST")
class ErasureList(PrivacyView, generics.ListAPIView[ErasureRequest]):
    """Erasures, newest first."""

    queryset = shape_of(ErasureRequest)
    serializer_class = s.ErasureSerializer

    def get_queryset(self) -> QuerySet[ErasureRequest]:
        return queries.erasures()

    @extend_schema(request=s.ErasureInputSerializer, responses={202: s.AcceptedSerializer})
    @idempotent
    def post(self, request: Request) -> Response:
        """Erase one person everywhere in this workspace; a search and a proof follow."""
        given = s.ErasureInputSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        opt_out = given.validated_data["opt_out"]
        return _started(s.ErasureSerializer(jobs.start_erasure(given.who(), user_id=self.user_id, opt_out=opt_out)))


class ErasureDetail(PrivacyView, generics.RetrieveAPIView[ErasureRequest]):
    """One erasure and its proof."""

    queryset = shape_of(ErasureRequest)
    serializer_class = s.ErasureSerializer

    def get_queryset(self) -> QuerySet[ErasureRequest]:
        return queries.erasures()


@heavy("POST")
class ExportList(PrivacyView, generics.ListAPIView[SubjectExport]):
    """Exports of one person, newest first."""

    queryset = shape_of(SubjectExport)
    serializer_class = s.ExportSerializer

    def get_queryset(self) -> QuerySet[SubjectExport]:
        return queries.subject_exports()

    @extend_schema(request=s.PersonSerializer, responses={202: s.AcceptedSerializer})
    @idempotent
    def post(self, request: Request) -> Response:
        """Collect all that this workspace keeps about one person into a ZIP."""
        given = s.PersonSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        return _started(s.ExportSerializer(jobs.start_export(given.who(), user_id=self.user_id)))


class ExportDetail(PrivacyView, generics.RetrieveAPIView[SubjectExport]):
    """One export."""

    queryset = shape_of(SubjectExport)
    serializer_class = s.ExportSerializer

    def get_queryset(self) -> QuerySet[SubjectExport]:
        return queries.subject_exports()


class ExportDownload(PrivacyView):
    """The file of an export."""

    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: UUID) -> HttpResponseBase:
        """The ZIP, while it is there; each download is on record."""
        return download(get_object_or_404(queries.subject_exports(), pk=pk), self.user_id)


class OptOutList(PrivacyView, generics.ListAPIView[OptOut]):
    """The do-not-process list, newest first."""

    queryset = shape_of(OptOut)
    serializer_class = s.OptOutSerializer

    def get_queryset(self) -> QuerySet[OptOut]:
        return queries.opt_outs()

    @extend_schema(request=s.PersonSerializer, responses={201: s.OptOutSerializer, 200: s.OptOutSerializer})
    def post(self, request: Request) -> Response:
        """Keep a person out from now on. 200 where they are on the list already."""
        row, new = services.add_opt_out(self._who(request), user_id=self.user_id)
        return Response(s.OptOutSerializer(row).data, status=201 if new else 200)

    @extend_schema(operation_id="privacy_opt_outs_remove", request=s.PersonSerializer, responses={204: None})
    def delete(self, request: Request) -> Response:
        """Take a person off the list."""
        if not services.remove_opt_out(self._who(request), user_id=self.user_id):
            raise Problem("not_opted_out", "This person is not on the list.", status=404)
        return Response(status=204)

    def _who(self, request: Request) -> Identifiers:
        given = s.PersonSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        return given.who()


class OptOutDetail(PrivacyView, generics.DestroyAPIView[OptOut]):
    """One entry of the do-not-process list."""

    queryset = shape_of(OptOut)
    serializer_class = s.OptOutSerializer

    def get_queryset(self) -> QuerySet[OptOut]:
        return queries.opt_outs()

    def perform_destroy(self, instance: OptOut) -> None:
        services.drop_opt_out(instance, user_id=self.user_id)


class RetentionView(PrivacyView):
    """How long this workspace keeps things."""

    @extend_schema(responses=s.RetentionSerializer)
    def get(self, request: Request) -> Response:
        """Days for each kind."""
        return Response(s.RetentionSerializer(queries.retention()).data)

    @extend_schema(request=s.RetentionSerializer, responses=s.RetentionSerializer)
    def patch(self, request: Request) -> Response:
        """Change the days of some kinds."""
        given = s.RetentionSerializer(data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        policy = services.set_retention(given.validated_data, user_id=self.user_id)
        return Response(s.RetentionSerializer(policy).data)


class AuditList(ExportedListMixin, PrivacyView, generics.ListAPIView[AuditEntry]):
    """The audit log of a workspace, newest first; a file of it is on record in it."""

    queryset = shape_of(AuditEntry)
    serializer_class = s.AuditSerializer
    filterset_class = AuditFilter
    export_name = "audit"

    def asked_workspace(self, request: Request) -> str | None:
        return str(self.kwargs["slug"])

    def get_queryset(self) -> QuerySet[AuditEntry]:
        return queries.audit_entries()
