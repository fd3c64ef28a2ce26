"""The privacy page, the proof of an erasure, and the audit log. For admins and owners."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.access import WorkspaceRequest, workspace_view
from accounts.exporting import page_export
from accounts.models import Membership, Role
from aura.http.problems import Problem
from aura.privacy import jobs, keys, queries, services
from aura.privacy.api.serializers import AuditSerializer
from aura.privacy.downloads import download
from aura.privacy.forms import AuditFilter, ErasureForm, PersonForm, RetentionForm
from aura.privacy.models import ErasureRequest

RECENT = 10
PAGE = 50
STOP_POLLING = 286


def _page(request: WorkspaceRequest, status: int = 200, **forms: Any) -> HttpResponse:
    context: dict[str, Any] = {
        "erase_form": ErasureForm(auto_id="erase_%s"),
        "export_form": PersonForm(auto_id="export_%s"),
        "opt_out_form": PersonForm(auto_id="out_%s"),
        "retention_form": RetentionForm(instance=queries.retention(), auto_id="keep_%s"),
        "erasures": list(queries.erasures()[:RECENT]),
        "exports": list(queries.subject_exports()[:RECENT]),
        "opt_outs": queries.opt_outs().count(),
        "foreign_keys": queries.opt_outs().exclude(key_id=keys.key_id()).count(),
    }
    return render(request, "privacy/home.html", context | forms, status=status)


def _refused(form: Any, error: Problem) -> int:
    form.add_error("username", str(error.detail))
    return int(error.status_code)


@workspace_view(Role.ADMIN)
@require_safe
def privacy(request: WorkspaceRequest) -> HttpResponse:
    """Everything about privacy on one page."""
    return _page(request)


@workspace_view(Role.ADMIN)
@require_POST
def erase(request: WorkspaceRequest) -> HttpResponse:
    """Start the erasure of one person."""
    form = ErasureForm(request.POST, auto_id="erase_%s")
    status = 422
    if form.is_valid():
        try:
            row = jobs.start_erasure(form.who, user_id=request.user.pk, opt_out=form.cleaned_data["opt_out"])
        except Problem as error:
            status = _refused(form, error)
        else:
            return redirect("privacy:erasure", row.pk)
    return _page(request, status, erase_form=form)


@workspace_view(Role.ADMIN)
@require_safe
def erasure(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """One erasure: how far it is, and its proof."""
    return render(request, "privacy/erasure.html", _erasure(pk))


@workspace_view(Role.ADMIN)
@require_safe
def erasure_progress(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """The part that the page polls while the erasure works; 286 tells htmx to stop."""
    context = _erasure(pk)
    return render(request, "privacy/_erasure.html", context, status=STOP_POLLING if context["erasure"].is_over else 200)


def _erasure(pk: UUID) -> dict[str, ErasureRequest]:
    return {"erasure": get_object_or_404(queries.erasures(), pk=pk)}


@workspace_view(Role.ADMIN)
@require_POST
def export_person(request: WorkspaceRequest) -> HttpResponse:
    """Start the export of one person."""
    form = PersonForm(request.POST, auto_id="export_%s")
    status = 422
    if form.is_valid():
        try:
            jobs.start_export(form.who, user_id=request.user.pk)
        except Problem as error:
            status = _refused(form, error)
        else:
            messages.success(request, "The export is being made and is listed here once it is there.")
            return redirect("privacy:home")
    return _page(request, status, export_form=form)


@workspace_view(Role.ADMIN)
@require_safe
def download_export(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """The file of an export; each download is on record."""
    return cast(HttpResponse, download(get_object_or_404(queries.subject_exports(), pk=pk), request.user.pk))


@workspace_view(Role.ADMIN)
@require_POST
def opt_out(request: WorkspaceRequest) -> HttpResponse:
    """Put a person on the do-not-process list, or take them off it."""
    form = PersonForm(request.POST, auto_id="out_%s")
    if not form.is_valid():
        return _page(request, 422, opt_out_form=form)
    if request.POST.get("do") == "remove":
        gone = services.remove_opt_out(form.who, user_id=request.user.pk)
        messages.success(request, "Taken off the list." if gone else "This person is not on the list.")
    else:
        _, new = services.add_opt_out(form.who, user_id=request.user.pk)
        messages.success(request, "Put on the list." if new else "This person is on the list already.")
    return redirect("privacy:home")


@workspace_view(Role.ADMIN)
@require_POST
def set_retention(request: WorkspaceRequest) -> HttpResponse:
    """Change how long things are kept."""
    form = RetentionForm(request.POST, instance=queries.retention(), auto_id="keep_%s")
    if not form.is_valid():
        return _page(request, 422, retention_form=form)
    services.set_retention(form.cleaned_data, user_id=request.user.pk)
    messages.success(request, "Saved. The next sweep is tonight.")
    return redirect("privacy:home")


def _asked(request: WorkspaceRequest) -> tuple[AuditFilter, Any]:
    members = Membership.objects.select_related("user").order_by("user__email")
    form = AuditFilter(request.GET, people=[(str(one.user_id), one.user.email) for one in members])
    form.is_valid()
    user = form.cleaned_data.get("user")
    return form, queries.audit_entries(form.cleaned_data.get("action", ""), UUID(user) if user else None)


@workspace_view(Role.ADMIN)
@require_safe
def audit(request: WorkspaceRequest) -> HttpResponse:
    """Who saw or changed what, newest first."""
    form, rows = _asked(request)
    pages = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "entries": pages.object_list, "pages": pages, "query": request.GET.urlencode()}
    part = request.htmx and not request.htmx.history_restore_request  # type: ignore[attr-defined]
    return render(request, "privacy/_audit.html" if part else "privacy/audit.html", context)


@workspace_view(Role.ADMIN)
@require_safe
def audit_export(request: WorkspaceRequest, wanted: str) -> HttpResponse:
    """The filtered audit log as a file."""
    rows: Any = _asked(request)[1]
    return cast(HttpResponse, page_export(request, "audit", wanted, AuditSerializer(), rows))
