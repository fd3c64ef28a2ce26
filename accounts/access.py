"""The one door to a workspace's data for pages and for the API: finds the membership, opens the scope."""

from collections.abc import Callable
from contextlib import ExitStack
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import Membership, Role, User, Workspace
from accounts.queries import memberships
from aura.tenancy.scope import workspace_scope

P = ParamSpec("P")
SESSION_KEY = "workspace"


class WorkspaceRequest(HttpRequest):
    """A request that has passed :func:`workspace_view`."""

    membership: Membership
    workspace: Workspace
    user: User


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
) -> Callable[
    [Callable[Concatenate[WorkspaceRequest, P], HttpResponse]],
    Callable[Concatenate[HttpRequest, P], HttpResponse],
]:
    """For page views: signed in, member with at least ``role``, run inside the workspace's scope.

    The view must return a rendered response. Whoever lacks the role gets 403 with words on who can grant it.
    """

    def decorate(view: Callable[Concatenate[WorkspaceRequest, P], HttpResponse]) -> Any:
        @login_required
        @wraps(view)
        def inner(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            membership = page_membership(request)
            if membership is None:
                return redirect("accounts:no_workspace")
            if not membership.may(role):
                raise PermissionDenied(f"This needs the role “{role.label}”. An owner or admin can grant it.")
            request.workspace = membership.workspace  # type: ignore[attr-defined]
            with workspace_scope(membership.workspace_id):
                return view(cast(WorkspaceRequest, request), *args, **kwargs)

        return inner

    return decorate


class WorkspaceView(APIView):
    """Base of every API view about a workspace: resolves ``X-Workspace`` and runs the handler inside its scope.

    ``role_for_writing`` is asked for with unsafe methods, ``role_for_reading`` with the rest. A workspace that is not
    the caller's is a 404.
    """

    role_for_reading = Role.VIEWER
    role_for_writing = Role.ANALYST
    membership: Membership
    workspace: Workspace

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        with ExitStack() as self._scope:
            return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        user = cast(User, request.user)
        found = choose(memberships(user), self.asked_workspace(request), user.last_workspace_id)
        if found is None:
            raise Http404("No such workspace.")
        role = self.role_for_reading if request.method in {"GET", "HEAD", "OPTIONS"} else self.role_for_writing
        if not found.may(role):
            raise PermissionDenied(f"This needs the role “{role.label}”. An owner or admin can grant it.")
        self.membership, self.workspace = found, found.workspace
        self._scope.enter_context(workspace_scope(found.workspace_id))

    def asked_workspace(self, request: Request) -> str | None:
        """The short name of the workspace that is meant, or None for the caller's last one."""
        return request.headers.get("X-Workspace")

    def handle_exception(self, exc: Exception) -> Response:
        response = super().handle_exception(exc)
        if transaction.get_connection().in_atomic_block and hasattr(self, "membership"):
            transaction.set_rollback(True)
        return response
