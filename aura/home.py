"""What joins features: the overview, the system page, health, and the doors of the jobs pages and API."""

from typing import Any, cast

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import WorkspaceRequest, WorkspaceView, workspace_view
from accounts.exporting import ExportedListMixin
from accounts.models import Role
from audience.queries.accounts import account_cards, tracked_accounts
from audience.queries.runs import runs
from aura import health
from aura.advice import missing
from aura.jobs import api as jobs_api
from aura.jobs import queries as jobs_queries
from aura.jobs import views as jobs_views
from aura.jobs.models import Job
from compliments.queries.glance import glance as compliments_glance
from generation.queries.glance import glance as pictures_glance
from optimizer.queries.glance import glance as sessions_glance

RECENT = 5
CARDS = 6


@workspace_view()
@require_safe
def home(request: WorkspaceRequest) -> HttpResponse:
    """The overview: accounts, recent runs, how full the lanes are."""
    context = {
        "accounts": account_cards(limit=CARDS),
        "runs": list(runs()[:RECENT]),
        "lanes": jobs_queries.lanes(),
        "systems": _systems(),
    }
    return render(request, "home.html", context)


def _count(number: int, one: str) -> str:
    return f"{number:,} {one}{'' if number == 1 else 's'}"


def _systems() -> list[dict[str, Any]]:
    """What the workspace has of each system, in words, with the last pictures of it."""
    words, pictures = compliments_glance(), pictures_glance()
    written = f"{_count(words.texts, 'text')} about {_count(words.posts, 'post')}"
    making = f", {pictures.making:,} being made" if pictures.making else ""
    sessions = sessions_glance()
    shaped = f"{_count(sessions.files, 'file')} from {_count(sessions.sessions, 'session')}"
    shaping = f", {sessions.going:,} being made" if sessions.going else ""
    followed = tracked_accounts().count()
    return [
        {
            "name": "Audience",
            "icon": "users-round",
            "url": reverse("audience:list"),
            "line": _count(followed, "account") if followed else "Who follows and comments, with ranges",
        },
        {
            "name": "Compliments",
            "icon": "heart-handshake",
            "url": reverse("compliments:home"),
            "line": written if words.posts else "Kind and specific words about a post",
            "last": words.last,
        },
        {
            "name": "Pictures",
            "icon": "image-plus",
            "url": reverse("generation:gallery"),
            "line": _count(pictures.pictures, "picture") + making
            if pictures.pictures or making
            else "A picture from words",
            "last": pictures.last,
        },
        {
            "name": "Optimizer",
            "icon": "crop",
            "url": reverse("optimizer:sessions"),
            "line": shaped + shaping if sessions.sessions else "One picture, ready for every platform",
            "last": sessions.last,
        },
    ]


@workspace_view()
@never_cache
@require_safe
def system(request: WorkspaceRequest) -> HttpResponse:
    """How Aura is, in words."""
    used = health.machine()
    context = {
        "services": health.check_all(),
        "outside": health.outside_all(),
        "system": {"memory": used["memory_usage"], "cpu": used["cpu_usage"], "disk": used["disk_usage"]},
        "lanes": jobs_queries.lanes(),
        "missing": missing(request.workspace.pk),
    }
    return render(request, "system.html", context)


@never_cache
@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """This process answers."""
    return JsonResponse({"status": "ok"})


@never_cache
@login_not_required
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """This process can serve: the database answers, and Redis does."""
    checks = [health.check("database"), health.check("cache")]
    ready = all(c.status == health.OK for c in checks)
    body = {"status": "ok" if ready else "unavailable", "services": {c.name: c.status for c in checks}}
    return JsonResponse(body, status=200 if ready else 503)


class ServiceSerializer(serializers.Serializer[Any]):
    """One service; the time is in milliseconds, null where it was never called. Outside services have a circuit."""

    status = serializers.ChoiceField(["ok", "warn", "down"])
    response_time = serializers.FloatField(allow_null=True)
    circuit = serializers.ChoiceField(["closed", "open", "half_open", "unknown"], required=False)


class SystemSerializer(serializers.Serializer[Any]):
    """Use in percent."""

    memory_usage = serializers.FloatField()
    cpu_usage = serializers.FloatField()
    disk_usage = serializers.FloatField()


class HealthSerializer(serializers.Serializer[Any]):
    """How Aura is."""

    status = serializers.ChoiceField(["ok", "degraded", "down"])
    timestamp = serializers.DateTimeField()
    services = serializers.DictField(child=ServiceSerializer())
    system = SystemSerializer()


class HealthView(APIView):
    """Health of every service and of the machine. Open, and exempt from every limit (M5)."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = ()

    @extend_schema(responses={200: HealthSerializer, 503: HealthSerializer}, auth=[])
    def get(self, request: Request) -> Response:
        """503 only where the database or the file storage is away."""
        body = health.report()
        return Response(body, status=503 if body["status"] == "down" else 200)


job_list = workspace_view()(jobs_views.job_list)
job_detail = workspace_view()(jobs_views.job_detail)
job_fragment = workspace_view()(jobs_views.job_fragment)


cancel_job = workspace_view(Role.ANALYST)(jobs_views.cancel_job)
requeue_job = workspace_view(Role.ANALYST)(jobs_views.requeue_job)


class JobList(ExportedListMixin, jobs_api.JobListMixin, WorkspaceView, generics.ListAPIView[Job]):  # type: ignore[misc]
    """The workspace's jobs, newest first."""

    area = "jobs"
    export_name = "jobs"


class JobDetail(jobs_api.JobDetailMixin, WorkspaceView, generics.RetrieveAPIView[Job]):  # type: ignore[misc]
    """One job."""

    area = "jobs"


class JobAction(jobs_api.JobActionMixin, WorkspaceView):
    """Cancel or retry a job."""

    area = "jobs"


def too_many(request: HttpRequest, problem: Any) -> HttpResponse:
    """The page for a full lane (M5)."""
    response = render(request, "429.html", {"message": str(problem.detail)}, status=429)
    response["Retry-After"] = str(cast(int, problem.wait))
    return response
