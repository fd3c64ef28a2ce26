"""Prompts in, pictures out, over HTTP (G1)."""

from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import WorkspaceView
from accounts.exporting import ExportedListMixin
from accounts.models import Role, User
from aura.http.idempotency import idempotent
from aura.http.pagination import CursorPages
from aura.http.problems import Problem
from aura.http.throttles import heavy
from aura.jobs.models import Job
from aura.jobs.queries import jobs as all_jobs
from aura.tenancy.models import shape_of
from generation import jobs
from generation.api import serializers as s
from generation.filters import GenerationFilter
from generation.models import GeneratedImage, Generation
from generation.queries.generations import generations
from generation.services import orders


class GenerationView(WorkspaceView):
    """Base of every view of this API."""

    area = "generation"


@heavy("POST", limit="upload")
class GenerateView(GenerationView):
    """Orders of pictures."""

    @extend_schema(request=s.GenerateSerializer, responses={202: s.GenerationStartedSerializer})
    @idempotent
    def post(self, request: Request) -> Response:
        """Make pictures from a prompt. Without a provider's key, a labelled placeholder is composed."""
        serializer = s.GenerateSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        user = cast(User, request.user)
        generation, job = jobs.start_generation(serializer.validated_data, user_id=user.pk)
        url = reverse("api:generation:status", args=[job.pk])
        body = {"id": job.pk, "job_id": job.pk, "generation": generation.pk, "status": "queued", "status_url": url}
        return Response(body, status=202, headers={"Location": url})


class StatusView(WorkspaceView, generics.RetrieveAPIView[Job]):
    """How far a job is, and what has come of it."""

    area = "jobs"
    queryset = shape_of(Job)
    serializer_class = s.StatusSerializer

    def get_queryset(self) -> QuerySet[Job]:
        return all_jobs()


class GenerationPages(CursorPages):
    """Newest first."""


class GenerationList(ExportedListMixin, GenerationView, generics.ListAPIView[Generation]):
    """Orders of pictures, newest first; ``?q=`` searches the prompts."""

    queryset = shape_of(Generation)
    serializer_class = s.GenerationSerializer
    pagination_class = GenerationPages
    filterset_class = GenerationFilter
    export_name = "generations"

    def get_queryset(self) -> QuerySet[Generation]:
        return generations()


class GenerationDetail(GenerationView, generics.RetrieveDestroyAPIView[Generation]):
    """One order. Deleting it deletes its pictures, where nothing else shows them."""

    queryset = shape_of(Generation)
    serializer_class = s.GenerationSerializer

    def get_queryset(self) -> QuerySet[Generation]:
        return generations()

    def perform_destroy(self, instance: Generation) -> None:
        jobs.cancel_generation(instance)
        orders.remove(instance)


class FavouriteSerializer(serializers.Serializer[Any]):
    """What may be changed of a picture."""

    favourite = serializers.BooleanField()


class ImageDetail(GenerationView):
    """One picture of an order."""

    role_for_writing = Role.ANALYST

    @extend_schema(request=FavouriteSerializer, responses=s.ImageSerializer)
    def patch(self, request: Request, pk: UUID, number: int) -> Response:
        """Mark a picture as a favourite, or not."""
        rows = GeneratedImage.objects.select_related("picture")
        image = get_object_or_404(rows, generation_id=pk, number=number)
        serializer = FavouriteSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        image.favourite = serializer.validated_data["favourite"]
        image.save(update_fields=["favourite"])
        return Response(s.ImageSerializer(image).data)


class GenerationAction(GenerationView):
    """Stop an order."""

    @extend_schema(request=None, responses={202: s.GenerationSerializer})
    @idempotent
    def post(self, request: Request, pk: UUID) -> Response:
        """Stop an order; the service is told where it works already."""
        generation = get_object_or_404(generations(), pk=pk)
        if not jobs.cancel_generation(generation):
            raise Problem("job_over", "This order is over; there is nothing to stop.", status=409)
        return Response(s.GenerationSerializer(generations().get(pk=pk)).data, status=202)
