"""Members, invitations and API keys of one workspace (M2, M3)."""

from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import WorkspaceView
from accounts.api import serializers as s
from accounts.api.workspaces import checked
from accounts.models import ApiKey, Invitation, Membership, Role, User
from accounts.queries import api_keys, invitations, members
from accounts.services import invitations as invitation_services
from accounts.services import keys as key_services
from accounts.services import members as member_services
from aura.tenancy.models import shape_of


class AdminView(WorkspaceView):
    """Base: admins write, and a key needs ``workspace:admin``."""

    area = "workspace"
    writing_scope = "workspace:admin"
    role_for_writing = Role.ADMIN


class MemberList(AdminView, generics.ListAPIView[Membership]):
    """Who belongs to the workspace."""

    queryset = shape_of(Membership)
    serializer_class = s.MemberSerializer

    def get_queryset(self) -> QuerySet[Membership]:
        return members()


class MemberDetail(AdminView):
    """One member."""

    def _member(self) -> Membership:
        return get_object_or_404(Membership.objects.select_related("user"), pk=self.kwargs["pk"])

    @extend_schema(responses=s.MemberSerializer)
    def get(self, request: Request, slug: str, pk: UUID) -> Response:
        """Who it is, and in which role."""
        return Response(s.MemberSerializer(self._member()).data)

    @extend_schema(request=s.MemberSerializer, responses=s.MemberSerializer)
    def patch(self, request: Request, slug: str, pk: UUID) -> Response:
        """Give another role, up to your own. The last owner stays owner."""
        member = self._member()
        data = checked(s.MemberSerializer(member, data=request.data, partial=True))
        if "role" in data:
            member_services.change_role(self.membership, member, data["role"])
        return Response(s.MemberSerializer(member).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, slug: str, pk: UUID) -> Response:
        """Take somebody out. The keys they made stop working."""
        member_services.remove_member(self.membership, self._member())
        return Response(status=204)


class InvitationList(AdminView, generics.ListAPIView[Invitation]):
    """Open invitations."""

    other_errors = (503,)

    role_for_reading = Role.ADMIN
    queryset = shape_of(Invitation)
    serializer_class = s.InvitationSerializer

    def get_queryset(self) -> QuerySet[Invitation]:
        return invitations()

    @extend_schema(request=s.InvitationSerializer, responses={201: s.InvitationSerializer})
    def post(self, request: Request, slug: str) -> Response:
        """Invite somebody by letter, up to your own role. An open invitation to the same address is replaced."""
        data = checked(s.InvitationSerializer(data=request.data))
        sent = invitation_services.invite(self.membership, email=data["email"], role=data["role"])
        return Response(s.InvitationSerializer(sent).data, status=201)


class InvitationDetail(AdminView):
    """One open invitation."""

    role_for_reading = Role.ADMIN

    @extend_schema(responses={204: None})
    def delete(self, request: Request, slug: str, pk: UUID) -> Response:
        """Withdraw it."""
        found = get_object_or_404(Invitation.objects.filter(accepted_at=None), pk=pk)
        invitation_services.withdraw(found, user_id=cast(User, request.user).pk)
        return Response(status=204)


class KeyList(WorkspaceView, generics.ListAPIView[ApiKey]):
    """API keys. No key opens this: a key must not make keys."""

    role_for_reading = role_for_writing = Role.ADMIN
    queryset = shape_of(ApiKey)
    serializer_class = s.ApiKeySerializer

    def get_queryset(self) -> QuerySet[ApiKey]:
        return api_keys()

    @extend_schema(request=s.ApiKeySerializer, responses={201: s.NewApiKeySerializer})
    def post(self, request: Request, slug: str) -> Response:
        """Make a key. ``key`` is shown in this answer and never again."""
        data = checked(s.ApiKeySerializer(data=request.data))
        key, secret = key_services.create_key(
            self.membership, name=data["name"], scopes=sorted(data["scopes"]), expires_at=data.get("expires_at")
        )
        body: dict[str, Any] = {**s.ApiKeySerializer(key).data, "key": secret}
        return Response(body, status=201, headers={"Cache-Control": "no-store"})


class KeyDetail(WorkspaceView):
    """One API key."""

    role_for_reading = role_for_writing = Role.ADMIN

    def _key(self) -> ApiKey:
        return get_object_or_404(ApiKey.objects.all(), pk=self.kwargs["pk"])

    @extend_schema(responses=s.ApiKeySerializer)
    def get(self, request: Request, slug: str, pk: UUID) -> Response:
        """What it may, and when it was used last."""
        return Response(s.ApiKeySerializer(self._key()).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, slug: str, pk: UUID) -> Response:
        """Revoke it."""
        key_services.revoke_key(self._key(), user_id=cast(User, request.user).pk)
        return Response(status=204)
