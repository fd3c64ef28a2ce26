"""Making, choosing, renaming, handing over, leaving and deleting a workspace."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import SESSION_KEY, WorkspaceRequest, workspace_view
from accounts.forms import ConfirmForm, WorkspaceForm
from accounts.models import Membership, Role, User
from accounts.queries import members, memberships
from accounts.services import members as membership_services
from accounts.services.workspaces import close_workspace, new_workspace, rename_workspace, switch_to
from accounts.views.person import in_settings
from aura.http.problems import Problem


def _enter(request: HttpRequest, slug: str) -> HttpResponse:
    request.session[SESSION_KEY] = slug
    return redirect("home")


@login_required
@require_POST
def switch_workspace(request: HttpRequest) -> HttpResponse:
    """Work in another of one's own workspaces from now on."""
    user = cast(User, request.user)
    slug = request.POST.get("workspace", "")
    chosen = next((m for m in memberships(user) if m.workspace.slug == slug), None)
    if chosen is None:
        return redirect("home")
    switch_to(user, chosen.workspace_id)
    return _enter(request, chosen.workspace.slug)


def _create(request: HttpRequest, template: str) -> HttpResponse:
    form = WorkspaceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        workspace = new_workspace(cast(User, request.user), name=form.cleaned_data["name"])
        return _enter(request, workspace.slug)
    return render(request, template, {"form": form}, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def no_workspace(request: HttpRequest) -> HttpResponse:
    """For people who belong to no workspace yet: make one."""
    if memberships(cast(User, request.user)):
        return redirect("home")
    return _create(request, "accounts/no_workspace.html")


@in_settings
@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """Another workspace."""
    return _create(request, "accounts/new_workspace.html")


def _page(request: WorkspaceRequest, status: int = 200, **forms: Any) -> HttpResponse:
    mine = request.membership
    owner, admin = mine.may(Role.OWNER), mine.may(Role.ADMIN)
    context: dict[str, Any] = {
        "is_owner": owner,
        "is_admin": admin,
        "heirs": [m for m in members() if m.pk != mine.pk] if owner else [],
        "form": WorkspaceForm(initial={"name": request.workspace.name}),
        "confirm": ConfirmForm(slug=request.workspace.slug),
    }
    return render(request, "accounts/workspace.html", context | forms, status=status)


@workspace_view()
@require_safe
def workspace(request: WorkspaceRequest) -> HttpResponse:
    """What this workspace is called, and ways to leave it."""
    return _page(request)


@workspace_view(Role.ADMIN)
@require_POST
def rename(request: WorkspaceRequest) -> HttpResponse:
    """Another name."""
    form = WorkspaceForm(request.POST)
    if not form.is_valid():
        return _page(request, 422, form=form)
    rename_workspace(request.membership, form.cleaned_data["name"])
    messages.success(request, "The workspace was renamed.")
    return redirect("accounts:workspace")


@workspace_view(Role.OWNER)
@require_POST
def transfer(request: WorkspaceRequest) -> HttpResponse:
    """Make another member the owner."""
    heir = get_object_or_404(Membership.objects.all(), pk=request.POST.get("member") or None)
    try:
        membership_services.transfer(request.membership, heir)
        messages.success(request, f"{heir.user.get_short_name()} owns this workspace now. You are an admin.")
    except Problem as error:
        messages.error(request, str(error.detail))
    return redirect("accounts:workspace")


@workspace_view()
@require_POST
def leave(request: WorkspaceRequest) -> HttpResponse:
    """Go by oneself."""
    try:
        membership_services.leave(request.membership)
    except Problem as error:
        messages.error(request, str(error.detail))
        return redirect("accounts:workspace")
    request.session.pop(SESSION_KEY, None)
    messages.success(request, f"You left {request.workspace.name}.")
    return redirect("home")


@workspace_view(Role.OWNER)
@require_POST
def delete(request: WorkspaceRequest) -> HttpResponse:
    """Delete the workspace and everything in it, after its short name was typed."""
    form = ConfirmForm(request.POST, slug=request.workspace.slug)
    if not form.is_valid():
        return _page(request, 422, confirm=form)
    close_workspace(request.membership)
    request.session.pop(SESSION_KEY, None)
    messages.success(request, f"{request.workspace.name} was deleted.")
    return redirect("home")
