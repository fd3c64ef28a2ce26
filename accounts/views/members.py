"""The members of a workspace, and invitations to it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import WorkspaceRequest, workspace_view
from accounts.forms import InviteForm, RoleForm
from accounts.models import Invitation, Membership, Role
from accounts.queries import invitations, members
from accounts.services import invitations as invitation_services
from accounts.services import members as services
from aura.http.problems import Problem


@workspace_view()
@require_safe
def member_list(request: WorkspaceRequest) -> HttpResponse:
    """Who belongs to this workspace."""
    mine = request.membership
    rows = [{"member": m, "may_change": services.may_grant(mine, m.role), "is_me": m.pk == mine.pk} for m in members()]
    context = {"rows": rows, "roles": services.grantable(mine), "is_admin": mine.may(Role.ADMIN)}
    return render(request, "accounts/members.html", context)


def _member(pk: UUID) -> Membership:
    return get_object_or_404(Membership.objects.select_related("user"), pk=pk)


@workspace_view(Role.ADMIN)
@require_POST
def change_member(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """Give a member another role."""
    member = _member(pk)
    form = RoleForm(request.POST, roles=services.grantable(request.membership))
    try:
        if not form.is_valid():
            raise Problem("invalid", "You can give roles up to your own.")
        services.change_role(request.membership, member, form.cleaned_data["role"])
        role = member.get_role_display().lower()
        messages.success(request, f"{member.user.get_short_name()} is {role} now.")
    except Problem as error:
        messages.error(request, str(error.detail))
    return redirect("accounts:members")


@workspace_view(Role.ADMIN)
@require_POST
def remove_member(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """Take somebody out; the keys they made stop working."""
    member = _member(pk)
    try:
        services.remove_member(request.membership, member)
        messages.success(request, f"{member.user.get_short_name()} was removed.")
    except Problem as error:
        messages.error(request, str(error.detail))
    return redirect("accounts:members")


@workspace_view(Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def invitation_list(request: WorkspaceRequest) -> HttpResponse:
    """Open invitations, and the form for another one."""
    roles = services.grantable(request.membership)
    form = InviteForm(request.POST or None, roles=roles, initial={"role": Role.ANALYST})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                sent = invitation_services.invite(request.membership, **_offer(form))
            except Problem as error:
                form.add_error("email" if error.pointer else None, str(error.detail))
                status = error.status_code
            else:
                messages.success(request, f"{sent.email} was invited.")
                return redirect("accounts:invitations")
    context = {"form": form, "invitations": list(invitations())}
    return render(request, "accounts/invitations.html", context, status=status)


def _offer(form: InviteForm) -> dict[str, Any]:
    return {"email": form.cleaned_data["email"], "role": form.cleaned_data["role"]}


@workspace_view(Role.ADMIN)
@require_POST
def withdraw_invitation(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """The link in the letter opens nothing any more."""
    invitation = get_object_or_404(Invitation.objects.filter(accepted_at=None), pk=pk)
    invitation_services.withdraw(invitation, user_id=request.user.pk)
    messages.success(request, f"The invitation of {invitation.email} was withdrawn.")
    return redirect("accounts:invitations")
