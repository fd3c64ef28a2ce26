"""The jobs pages. They run inside a workspace's scope, which the project's URLconf opens around them."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from aura.jobs import queries, services
from aura.jobs.errors import JobNotRetryable, JobNotStoppable
from aura.jobs.forms import JobFilter
from aura.jobs.models import Job, JobStep
from aura.jobs.queue import kind_names

PAGE = 50
STOP_POLLING = 286


@require_safe
def job_list(request: HttpRequest) -> HttpResponse:
    """The workspace's jobs, newest first, and how full the lanes are."""
    form, rows = asked(request)
    pages = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {"lanes": queries.lanes(), "jobs": pages.object_list, "form": form, "pages": pages}
    context["query"] = request.GET.urlencode()
    return render(request, "jobs/_job_table.html" if _is_part(request) else "jobs/job_list.html", context)


def asked(request: HttpRequest) -> tuple[JobFilter, QuerySet[Job]]:
    """The filter of a request and the jobs that it leaves, newest first."""
    form = JobFilter(request.GET, kinds=kind_names())
    return form, queries.jobs(**form.chosen())


def _is_part(request: HttpRequest) -> bool:
    htmx: Any = getattr(request, "htmx", None)
    return bool(htmx) and not htmx.history_restore_request


@require_safe
def job_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One job with its steps."""
    return render(request, "jobs/job_detail.html", _context(pk))


@require_safe
def job_fragment(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The part of the job's page that is polled while it works; 286 tells htmx to stop."""
    context = _context(pk)
    over = context["job"].is_over
    return render(request, "jobs/_job.html", context, status=STOP_POLLING if over else 200)


def _context(pk: UUID) -> dict[str, Any]:
    job = get_object_or_404(Job.objects.all(), pk=pk)
    return {"job": job, "steps": list(JobStep.objects.filter(job=job).order_by("created_at"))}


@require_POST
def cancel_job(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Stop a job: at once where it waits, at its next safe point where it runs."""
    try:
        services.cancel(get_object_or_404(Job.objects.all(), pk=pk))
    except JobNotStoppable as error:
        messages.error(request, str(error.detail))
    return redirect("jobs:detail", pk)


@require_POST
def requeue_job(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Try a failed or cancelled job again."""
    try:
        services.requeue(get_object_or_404(Job.objects.all(), pk=pk))
    except JobNotRetryable as error:
        messages.error(request, str(error.detail))
    return redirect("jobs:detail", pk)
