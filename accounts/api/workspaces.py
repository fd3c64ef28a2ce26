"""The signed-in person, and the workspaces: made, renamed, left, handed over, deleted (M3)."""

from typing import Any, cast
from uuid import UUID

from allauth.mfa.utils import is_mfa_enabled
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from accounts.access import WorkspaceView
from accounts.api import serializers as s
from accounts.models import Membership, Role, User, Workspace
from accounts.queries import memberships
from accounts.services import invitations as invitation_services
from accounts.services import members as member_services
from accounts.services.workspaces import close_workspace, new_workspace, rename_workspace
from aura.http.pagination import CursorPages
from aura.tenancy.scope import user_scope


def checked(serializer: Serializer[Any]) -> dict[str, Any]:
    """The validated data of a bound serializer."""
    serializer.is_valid(raise_exception=True)
    return cast(dict[str, Any], serializer.validated_data)


class Me(APIView):
    """The signed-in person."""

    def _answer(self, user: User) -> Response:
        user.two_step = is_mfa_enabled(user)  # type: ignore[attr-defined]
        return Response(s.MeSerializer(user, context={"memberships": memberships(user)}).data)

    @extend_schema(responses=s.MeSerializer)
    def get(self, request: Request) -> Response:
        """Who you are, and where you belong."""
        return self._answer(cast(User, request.user))

    @extend_schema(request=s.MeSerializer, responses=s.MeSerializer)
    def patch(self, request: Request) -> Response:
        """Change your name."""
        user = cast(User, request.user)
        data = checked(s.MeSerializer(user, data=request.data, partial=True, context={"memberships": []}))
        if "name" in data:
            user.name = data["name"]
            user.save(update_fields=["name"])
        return self._answer(user)


def shown(membership: Membership) -> dict[str, Any]:
    """A workspace as its member sees it."""
    workspace: Workspace = membership.workspace
    return cast(dict[str, Any], s.WorkspaceSerializer(workspace, context={"role": membership.role}).data)


class WorkspaceList(APIView):
    """Your workspaces."""

    pagination_class = CursorPages

    @extend_schema(operation_id="workspaces_list", responses=s.WorkspaceSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Where you belong, the newest membership first."""
        user, pages = cast(User, request.user), CursorPages()
        with user_scope(user.pk):
            rows = Membership.objects.select_related("workspace").filter(workspace__closed_at=None)
            found = pages.paginate_queryset(rows, request, view=self) or []
        return pages.get_paginated_response([shown(member) for member in found])

    @extend_schema(request=s.NewWorkspaceSerializer, responses={201: s.WorkspaceSerializer})
    def post(self, request: Request) -> Response:
        """Make a workspace. You own it, and work in it from now on."""
        data = checked(s.NewWorkspaceSerializer(data=request.data))
        workspace = new_workspace(cast(User, request.user), name=data["name"], slug=data["slug"])
        body = s.WorkspaceSerializer(workspace, context={"role": Role.OWNER}).data
        return Response(body, status=201, headers={"Location": reverse("api:workspace", args=[workspace.slug])})


class WorkspaceDetail(WorkspaceView):
    """One workspace."""

    area = "workspace"
    writing_scope = "workspace:admin"
    role_for_writing = Role.ADMIN

    def role_asked(self) -> Role:
        return Role.OWNER if self.request.method == "DELETE" else super().role_asked()

    @extend_schema(operation_id="workspaces_retrieve", responses=s.WorkspaceSerializer)
    def get(self, request: Request, slug: str) -> Response:
        """Its name, and what you are in it."""
        return Response(shown(self.membership))

    @extend_schema(request=s.WorkspaceSerializer, responses=s.WorkspaceSerializer)
    def patch(self, request: Request, slug: str) -> Response:
        """Rename it. The short name stays."""
        data = checked(s.WorkspaceSerializer(self.workspace, data=request.data, partial=True))
        if "name" in data:
            rename_workspace(self.membership, data["name"])
        return Response(shown(self.membership))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, slug: str) -> Response:
        """Delete it with everything in it. Nobody gets in any more; rows and files are removed within minutes."""
        close_workspace(self.membership)
        return Response(status=204)


class Leave(WorkspaceView):
    """Going by oneself."""

    role_for_writing = Role.VIEWER

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, slug: str) -> Response:
        """Leave. The only owner cannot."""
        member_services.leave(self.membership)
        return Response(status=204)


class Transfer(WorkspaceView):
    """Handing over."""

    role_for_writing = Role.OWNER

    @extend_schema(request=None, responses=s.WorkspaceSerializer)
    def post(self, request: Request, slug: str, pk: UUID) -> Response:
        """Make another member the owner. You become an admin."""
        heir = get_object_or_404(Membership.objects.all(), pk=pk)
        member_services.transfer(self.membership, heir)
        return Response(shown(self.membership))


class AcceptInvitation(APIView):
    """Invitations that were sent to you."""

    other_errors = (404, 410)

    @extend_schema(request=s.KeySerializer, responses=s.JoinedSerializer)
    def post(self, request: Request) -> Response:
        """Spend the key of an invitation and become a member."""
        key = checked(s.KeySerializer(data=request.data))["key"]
        member = invitation_services.accept(cast(User, request.user), key)
        return Response({"workspace": member.workspace.slug, "role": member.role})
