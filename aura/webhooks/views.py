"""The webhook pages, for admins and owners."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import WorkspaceRequest, workspace_view
from accounts.models import Role
from aura.http.problems import Problem
from aura.webhooks import queries, services
from aura.webhooks.forms import DeliveryFilterForm, EndpointForm
from aura.webhooks.models import WebhookEndpoint

PAGE = 50
STOP_POLLING = 286
admins = workspace_view(Role.ADMIN)


def _endpoint(pk: UUID) -> WebhookEndpoint:
    return get_object_or_404(WebhookEndpoint.objects.all(), pk=pk)


@admins
@require_safe
def endpoint_list(request: WorkspaceRequest) -> HttpResponse:
    """The workspace's endpoints."""
    return render(request, "webhooks/endpoint_list.html", {"endpoints": list(queries.endpoints())})


@admins
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def create_endpoint(request: WorkspaceRequest) -> HttpResponse:
    """Add an endpoint; the answer to a good form shows its secret, once."""
    form = EndpointForm(request.POST) if request.method == "POST" else EndpointForm()
    if form.is_bound and form.is_valid():
        try:
            endpoint, secret = services.create_endpoint(**form.cleaned_data, user_id=request.user.pk)
            return _secret(request, endpoint, secret)
        except Problem as problem:
            form.add_error(None, str(problem.detail))
    context = {"form": form, "title": "Add an endpoint"}
    return render(request, "webhooks/endpoint_form.html", context, status=422 if form.errors else 200)


def _secret(request: HttpRequest, endpoint: WebhookEndpoint, secret: str) -> HttpResponse:
    # Shown in the answer itself: a redirect would have to keep it somewhere.
    return render(request, "webhooks/secret.html", {"endpoint": endpoint, "secret": secret})


@admins
@require_safe
def endpoint_detail(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """One endpoint with its delivery log."""
    endpoint = _endpoint(pk)
    form = DeliveryFilterForm(request.GET)
    rows = queries.deliveries().filter(endpoint=endpoint, **form.chosen())
    pages = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {"endpoint": endpoint, "deliveries": pages.object_list, "form": form, "pages": pages}
    context["secrets"] = len(endpoint.valid_entries(timezone.now()))
    htmx: Any = getattr(request, "htmx", None)
    part = bool(htmx) and not htmx.history_restore_request
    return render(request, "webhooks/_deliveries.html" if part else "webhooks/endpoint_detail.html", context)


@admins
@require_http_methods(["GET", "HEAD", "POST"])
def edit_endpoint(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """Change an endpoint's address, name and events."""
    endpoint = _endpoint(pk)
    now = {"url": endpoint.url, "description": endpoint.description, "events": endpoint.events}
    form = EndpointForm(request.POST) if request.method == "POST" else EndpointForm(initial=now)
    if form.is_bound and form.is_valid():
        services.change_endpoint(endpoint, form.cleaned_data, user_id=request.user.pk)
        messages.success(request, "Saved.")
        return redirect("webhooks:endpoint", pk)
    context = {"form": form, "endpoint": endpoint, "title": f"Edit {endpoint.name}"}
    return render(request, "webhooks/endpoint_form.html", context, status=422 if form.errors else 200)


@admins
@require_POST
def switch_endpoint(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """Switch an endpoint on or off."""
    on = request.POST.get("on") == "1"
    services.change_endpoint(_endpoint(pk), {"enabled": on}, user_id=request.user.pk)
    messages.success(request, "The endpoint is on." if on else "The endpoint is off. It gets no events.")
    return redirect("webhooks:endpoint", pk)


@admins
@never_cache
@require_POST
def rotate_secret(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """Make a new secret and show it, once."""
    endpoint = _endpoint(pk)
    keep_old = request.POST.get("keep_old", "1") == "1"
    try:
        secret = services.rotate_secret(endpoint, keep_old=keep_old, user_id=request.user.pk)
    except Problem as problem:
        messages.error(request, str(problem.detail))
        return redirect("webhooks:endpoint", pk)
    return _secret(request, endpoint, secret)


@admins
@require_POST
def send_test(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """Send a test event and show its delivery."""
    try:
        delivery = services.send_test(_endpoint(pk), user_id=request.user.pk)
    except Problem as problem:
        messages.error(request, str(problem.detail))
        return redirect("webhooks:endpoint", pk)
    return redirect("webhooks:delivery", delivery.pk)


@admins
@require_POST
def delete_endpoint(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """Remove an endpoint with its log."""
    endpoint = _endpoint(pk)
    name = endpoint.name
    services.delete_endpoint(endpoint, user_id=request.user.pk)
    messages.success(request, f"{name} was deleted.")
    return redirect("webhooks:list")


@admins
@require_safe
def delivery_detail(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """One delivery: what was sent and what came back, polled while it waits for its first try."""
    delivery = get_object_or_404(queries.deliveries(), pk=pk)
    htmx: Any = getattr(request, "htmx", None)
    part = bool(htmx) and not htmx.history_restore_request
    status = STOP_POLLING if part and not delivery.is_fresh else 200
    template = "webhooks/_delivery.html" if part else "webhooks/delivery_detail.html"
    return render(request, template, {"delivery": delivery}, status=status)


@admins
@require_POST
def redeliver(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """Send an event again and show the delivery to follow."""
    delivery = get_object_or_404(queries.deliveries(), pk=pk)
    try:
        delivery = services.redeliver(delivery, user_id=request.user.pk)
    except Problem as problem:
        messages.error(request, str(problem.detail))
    return redirect("webhooks:delivery", delivery.pk)
