"""The one door to a workspace's data for pages and for the API: finds the membership, opens the scope."""

from collections.abc import Callable
from contextlib import ExitStack
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast
from uuid import UUID

import structlog
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from rest_framework.permissions import SAFE_METHODS, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import NO_KEYS, key_of
from accounts.models import ApiKey, Invitation, Membership, Role, User, Workspace
from accounts.queries import memberships, open_invitation
from accounts.scopes import missing_scopes
from aura.http.problems import Problem
from aura.tenancy.scope import workspace_scope

P = ParamSpec("P")
SESSION_KEY = "workspace"
INVITATION_KEY = "invitation"


class WorkspaceRequest(HttpRequest):
    """A request that has passed :func:`workspace_view`."""

    membership: Membership
    workspace: Workspace
    user: User
    outside: Any


def choose(found: list[Membership], slug: str | None, last: Any) -> Membership | None:
    """The membership meant: by short name if one is given, else the last one used, else the first."""
    if slug:
        return next((m for m in found if m.workspace.slug == slug), None)
    return next((m for m in found if m.workspace_id == last), found[0] if found else None)


def page_membership(request: HttpRequest) -> Membership | None:
    """The membership a signed-in person works in on the pages; kept for the length of the request."""
    if not hasattr(request, "membership"):
        user = cast(User, request.user)
        found = memberships(user)
        chosen = choose(found, request.session.get(SESSION_KEY), user.last_workspace_id) or choose(found, None, None)
        request.membership = chosen  # type: ignore[attr-defined]
        request.memberships = found  # type: ignore[attr-defined]
    return cast(Membership | None, request.membership)  # type: ignore[attr-defined]


def workspace_view(
    role: Role = Role.VIEWER,
    *,
    outside: Callable[[UUID], Any] | None = None,
) -> Callable[
    [Callable[Concatenate[WorkspaceRequest, P], HttpResponse]],
    Callable[Concatenate[HttpRequest, P], HttpResponse],
]:
    """For page views: signed in, member with at least ``role``, run inside the workspace's scope.

    The view must return a rendered response. Whoever lacks the role gets 403 with words on who can grant it.
    ``outside`` is asked with the workspace's id before the scope, which is a transaction, is open: for what may wait
    for another machine. What it says is ``request.outside``.
    """

    def decorate(view: Callable[Concatenate[WorkspaceRequest, P], HttpResponse]) -> Any:
        @login_required
        @wraps(view)
        def inner(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            membership = page_membership(request)
            if membership is None:
                return redirect("accounts:no_workspace")
            if not membership.may(role):
                raise PermissionDenied(needs(role))
            request.workspace = membership.workspace  # type: ignore[attr-defined]
            structlog.contextvars.bind_contextvars(workspace_id=str(membership.workspace_id))
            request.outside = outside(membership.workspace_id) if outside else None  # type: ignore[attr-defined]
            with workspace_scope(membership.workspace_id):
                return view(cast(WorkspaceRequest, request), *args, **kwargs)

        return inner

    return decorate


class WorkspaceView(APIView):
    """Base of every API view about a workspace: finds the caller's place in it and runs the handler in its scope.

    ``role_for_reading`` is asked for with safe methods, ``role_for_writing`` with the rest. A workspace that is not the
    caller's is a 404. An API key needs the scope ``<area>:read`` or ``<area>:write`` (``reading_scope`` and
    ``writing_scope`` name others), and ``workspace:admin`` besides where the role is admin; a view without an area, or
    one for owners, opens to no key.
    """

    names_workspace = True
    area = ""
    reading_scope = ""
    writing_scope = ""
    role_for_reading = Role.VIEWER
    role_for_writing = Role.ANALYST
    permission_classes = (IsAuthenticated,)
    membership: Membership
    workspace: Workspace

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        with ExitStack() as self._scope:
            return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        key = key_of(request)
        found = self._of_key(key) if key else self._of_person(cast(User, request.user))
        role = self.role_asked()
        if key:
            self._check_scopes(key, role, reading=request.method in SAFE_METHODS)
        elif not found.may(role):
            raise PermissionDenied(needs(role))
        self.membership, self.workspace = found, found.workspace
        structlog.contextvars.bind_contextvars(workspace_id=str(found.workspace_id))
        self._scope.enter_context(workspace_scope(found.workspace_id))

    def role_asked(self) -> Role:
        """The role that this request needs."""
        return self.role_for_reading if self.request.method in SAFE_METHODS else self.role_for_writing

    def asked_workspace(self, request: Request) -> str | None:
        """The short name of the workspace that is meant, from the path or the header; None for the caller's last."""
        return self.kwargs.get("slug") or request.headers.get("X-Workspace")

    def _of_person(self, user: User) -> Membership:
        found = choose(memberships(user), self.asked_workspace(self.request), user.last_workspace_id)
        if found is None:
            raise Http404("No such workspace.")
        return found

    def _of_key(self, key: ApiKey) -> Membership:
        if self.asked_workspace(self.request) not in {None, "", key.workspace.slug}:
            raise Http404("No such workspace.")
        return Membership(workspace=key.workspace, user=key.created_by, role=key_role(key))

    def _check_scopes(self, key: ApiKey, role: Role, *, reading: bool) -> None:
        if not self.area or role == Role.OWNER:
            raise Problem("key_not_allowed", NO_KEYS, status=403)
        kind = "read" if reading else "write"
        needed = {(self.reading_scope if reading else self.writing_scope) or f"{self.area}:{kind}"}
        if role == Role.ADMIN:
            needed.add("workspace:admin")
        lacking = missing_scopes(key.scopes, needed)
        if lacking:
            raise Problem("missing_scope", f"This key lacks the scope {' and '.join(lacking)}.", status=403)

    def handle_exception(self, exc: Exception) -> Response:
        response = super().handle_exception(exc)
        if transaction.get_connection().in_atomic_block and hasattr(self, "membership"):
            transaction.set_rollback(True)
        return response


def key_role(key: ApiKey) -> Role:
    """How far a key reaches at most; its scopes say where."""
    if "workspace:admin" in key.scopes:
        return Role.ADMIN
    return Role.ANALYST if any(scope.endswith((":write", ":people")) for scope in key.scopes) else Role.VIEWER


def needs(role: Role) -> str:
    """What to tell somebody who lacks a role."""
    if role == Role.OWNER:
        return "Only an owner of the workspace may do this."
    return f"This needs the role “{role.label}”. An owner or admin can grant it."


def remember_invitation(request: HttpRequest, token: str) -> None:
    """Keep an invitation at hand while its holder signs up or in."""
    request.session[INVITATION_KEY] = token


def invitation_in(request: HttpRequest) -> Invitation | None:
    """The open invitation that this visitor came with."""
    return open_invitation(request.session.get(INVITATION_KEY, ""))


def invitation_path(request: HttpRequest) -> str:
    """Where a visitor with an open invitation goes after signing in, or ""."""
    if invitation_in(request) is None:
        return ""
    return reverse("accounts:invitation", args=[request.session[INVITATION_KEY]])
