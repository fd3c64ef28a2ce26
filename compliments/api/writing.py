"""Compliments over HTTP: ordered, read, changed, written again (C3, C5)."""

from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import WorkspaceView
from accounts.exporting import ExportedListMixin
from accounts.models import Role, User
from aura.http.idempotency import idempotent
from aura.http.pagination import CursorPages
from aura.http.problems import Problem
from aura.http.throttles import heavy
from aura.tenancy.models import shape_of
from compliments import jobs
from compliments.api import writing_shapes as s
from compliments.filters import ComplimentFilter
from compliments.models import Compliment, InstagramPost, VoicePreset, Writing
from compliments.queries import writing as queries
from compliments.services import voices
from compliments.services import writing as orders

AGAIN = ("style", "language", "length", "variations", "preset", "writer")


class ComplimentsView(WorkspaceView):
    """Base of every view of this API."""

    area = "compliments"


class ComplimentPages(CursorPages):
    """Newest first."""


def started(writing: Writing) -> Response:
    """202 with the place where the work can be followed."""
    url = reverse("api:compliments:compliment", args=[writing.pk])
    body = {"id": writing.pk, "post": writing.post_id, "status": writing.stage, "status_url": url}
    return Response(body, status=202, headers={"Location": url})


@heavy("POST", limit="upload")
class ComplimentList(ExportedListMixin, ComplimentsView, generics.ListAPIView[Writing]):
    """Compliments, newest first."""

    queryset = shape_of(Writing)
    serializer_class = s.ComplimentSerializer
    pagination_class = ComplimentPages
    filterset_class = ComplimentFilter
    export_name = "compliments"

    def get_queryset(self) -> QuerySet[Writing]:
        return queries.writings()

    @extend_schema(request=s.OrderSerializer, responses={202: s.WritingStartedSerializer})
    @idempotent
    def post(self, request: Request) -> Response:
        """Write compliments about a post; an address is downloaded first."""
        serializer = s.OrderSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        values = dict(serializer.validated_data)
        post, url = values.pop("post"), values.pop("url")
        user = cast(User, request.user)
        found: InstagramPost = post or jobs.ask_for_post(url, user_id=user.pk)
        return started(jobs.start_writing(found, values, user_id=user.pk))


class ComplimentDetail(ComplimentsView):
    """One order with its texts."""

    @extend_schema(responses=s.ComplimentSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """How far it is, and what was written."""
        return Response(s.ComplimentSerializer(_find(pk)).data)

    @extend_schema(request=s.ChangeSerializer, responses=s.ComplimentSerializer)
    def patch(self, request: Request, pk: UUID) -> Response:
        """Edit, rate or mark one of its texts."""
        writing = _find(pk)
        serializer = s.ChangeSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        values = dict(serializer.validated_data)
        orders.change(_text(writing, values.pop("number", None)), values)
        return Response(s.ComplimentSerializer(_find(pk)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Delete an order with its texts."""
        writing = _find(pk)
        jobs.cancel_writing(writing)
        writing.delete()
        return Response(status=204)


def _find(pk: UUID) -> Writing:
    return get_object_or_404(queries.writings(), pk=pk)


def _text(writing: Writing, number: int | None) -> Compliment:
    found = list(writing.compliments.all())
    chosen = next((one for one in found if (one.number == number if number else one.verdict == "ok")), None)
    if chosen is None:
        words = "There is no such text." if number else "There is no text yet that could be changed."
        raise Problem("no_such_text", words, status=409, pointer="/number")
    return chosen


class ComplimentAction(ComplimentsView):
    """Write again, stop, retry."""

    @extend_schema(request=s.AgainSerializer, responses={202: s.WritingStartedSerializer})
    @idempotent
    def post(self, request: Request, pk: UUID, action: str) -> Response:
        """``regenerate`` orders new texts that differ; ``retry`` goes on after a failure; ``cancel`` stops."""
        writing = _find(pk)
        if action == "regenerate":
            serializer = s.AgainSerializer(data=request.data)
            serializer.is_valid(raise_exception=True)
            same = {name: getattr(writing, name) for name in AGAIN} | {"again_of": writing}
            user = cast(User, request.user)
            return started(jobs.start_writing(writing.post, same | serializer.validated_data, user_id=user.pk))
        if action == "retry":
            jobs.try_again(writing)
        elif not jobs.cancel_writing(writing):
            raise Problem("job_over", "This order is over; there is nothing to stop.", status=409)
        return started(_find(pk))


class PresetList(ComplimentsView, generics.ListAPIView[VoicePreset]):
    """The workspace's voices."""

    queryset = shape_of(VoicePreset)
    serializer_class = s.PresetSerializer
    pagination_class = ComplimentPages

    def get_queryset(self) -> QuerySet[VoicePreset]:
        return VoicePreset.objects.all()

    @extend_schema(request=s.PresetSerializer, responses={201: s.PresetSerializer})
    @idempotent
    def post(self, request: Request) -> Response:
        """Add a voice."""
        serializer = s.PresetSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        preset = voices.save_preset(serializer.validated_data)
        location = reverse("api:compliments:preset", args=[preset.pk])
        return Response(s.PresetSerializer(preset).data, status=201, headers={"Location": location})


class PresetDetail(ComplimentsView, generics.RetrieveDestroyAPIView[VoicePreset]):
    """One voice."""

    queryset = shape_of(VoicePreset)
    serializer_class = s.PresetSerializer

    def get_queryset(self) -> QuerySet[VoicePreset]:
        return VoicePreset.objects.all()

    @extend_schema(request=s.PresetSerializer, responses=s.PresetSerializer)
    def patch(self, request: Request, pk: UUID) -> Response:
        """Change a voice; what was written with it stays."""
        preset = self.get_object()
        serializer = s.PresetSerializer(preset, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        return Response(s.PresetSerializer(voices.save_preset(serializer.validated_data, preset)).data)


class LimitView(ComplimentsView):
    """How many compliments one author may get."""

    role_for_writing = Role.ADMIN

    @extend_schema(responses=s.LimitSerializer)
    def get(self, request: Request) -> Response:
        """The limit in force."""
        return Response(s.LimitSerializer(queries.limit()).data)

    @extend_schema(request=s.LimitSerializer, responses=s.LimitSerializer)
    def patch(self, request: Request) -> Response:
        """Change the limit."""
        serializer = s.LimitSerializer(queries.limit(), data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        now: dict[str, Any] = {name: getattr(queries.limit(), name) for name in ("most", "days")}
        row = voices.set_limit(self.membership, **(now | serializer.validated_data))
        return Response(s.LimitSerializer(row).data)
