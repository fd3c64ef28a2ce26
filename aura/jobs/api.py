"""Jobs over HTTP. These are mixed with a view base that opens the workspace's scope, by the project's URLconf."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from aura.http.idempotency import idempotent
from aura.jobs import queries, services
from aura.jobs.filters import JobsFilter
from aura.jobs.models import Job
from aura.tenancy.models import shape_of


class ProgressSerializer(serializers.Serializer[Any]):
    """How far a job is."""

    step = serializers.CharField()
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    percent = serializers.IntegerField()
    eta_seconds = serializers.IntegerField(allow_null=True)


STATUSES = ["queued", "running", "done", "failed", "cancelled"]


class JobErrorSerializer(serializers.Serializer[Any]):
    """Why a job failed, or why its last try did."""

    code = serializers.CharField()
    message = serializers.CharField()
    retry_after = serializers.IntegerField(allow_null=True, help_text="seconds until the next try")


class CostSerializer(serializers.Serializer[Any]):
    """What a job has cost so far."""

    currency = serializers.CharField()
    amount = serializers.DecimalField(max_digits=12, decimal_places=6)


class JobSerializer(serializers.ModelSerializer[Job]):
    """A job: ``queued``, ``running``, ``done``, ``failed`` or ``cancelled``."""

    status = serializers.ChoiceField(STATUSES)
    status_url = serializers.SerializerMethodField()
    progress = serializers.SerializerMethodField()
    error = serializers.SerializerMethodField()
    cost = serializers.SerializerMethodField()

    class Meta:
        model = Job
        fields: ClassVar = [
            "id",
            "kind",
            "lane",
            "subject",
            "status",
            "status_url",
            "progress",
            "error",
            "cost",
            "attempts",
            "max_attempts",
            "created_at",
            "started_at",
            "finished_at",
        ]

    def get_status_url(self, job: Job) -> str:
        return reverse("api:jobs:job", args=[job.pk])

    @extend_schema_field(ProgressSerializer)
    def get_progress(self, job: Job) -> dict[str, Any]:
        return job.progress()

    @extend_schema_field(JobErrorSerializer(allow_null=True))
    def get_error(self, job: Job) -> dict[str, Any] | None:
        if not job.error_code:
            return None
        return {"code": job.error_code, "message": job.error, "retry_after": job.retry_after}

    @extend_schema_field(CostSerializer)
    def get_cost(self, job: Job) -> dict[str, Any]:
        return {"currency": "USD", "amount": job.cost}


class JobListMixin:
    """The workspace's jobs, newest first; ``?status=&kind=&lane=&subject=``."""

    queryset = shape_of(Job)
    serializer_class = JobSerializer
    filterset_class = JobsFilter

    def get_queryset(self) -> QuerySet[Job]:
        return queries.jobs()


class JobDetailMixin:
    """One job."""

    queryset = shape_of(Job)
    serializer_class = JobSerializer

    def get_queryset(self) -> QuerySet[Job]:
        return queries.jobs()


class JobActionMixin(APIView):
    """``cancel`` stops a job, ``retry`` starts a failed or cancelled one again."""

    @extend_schema(request=None, responses={202: JobSerializer})
    @idempotent
    def post(self, request: Request, pk: UUID, action: str) -> Response:
        """Cancel at the next safe point, or try a failed or cancelled job again."""
        job = get_object_or_404(queries.jobs(), pk=pk)
        job = services.cancel(job) if action == "cancel" else services.requeue(job)
        location = reverse("api:jobs:job", args=[job.pk])
        return Response(JobSerializer(job).data, status=202, headers={"Location": location})
