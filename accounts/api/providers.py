"""Keys of outside services over HTTP. A key goes in and never comes out."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import WorkspaceView
from accounts.models import Role
from accounts.outside import SERVICES
from accounts.services.credentials import LONGEST, ServiceState, remove_credential, save_credential, service_states
from aura.http.pagination import CursorPages


class ProviderSerializer(serializers.Serializer[Any]):
    """A service, and where its key comes from."""

    provider = serializers.ChoiceField(list(SERVICES))
    name = serializers.CharField()
    key_source = serializers.ChoiceField(["workspace", "vault", "environment", "none", "unknown"])
    hint = serializers.CharField(help_text="the end of the workspace's own key")
    updated_at = serializers.DateTimeField(allow_null=True)


@extend_schema_serializer(
    examples=[OpenApiExample("A key", {"value": "AIzaSyEXAMPLE-EXAMPLE-EXAMPLE"}, request_only=True)]
)
class SecretSerializer(serializers.Serializer[Any]):
    """The key. It is encrypted and never shown again."""

    value = serializers.CharField(max_length=LONGEST, write_only=True)


def shown(state: ServiceState) -> dict[str, Any]:
    """The state of a service in JSON."""
    return {
        "provider": state.service.name,
        "name": state.service.label,
        "key_source": state.source,
        "hint": state.hint,
        "updated_at": state.updated_at,
    }


class ProviderList(WorkspaceView):
    """The outside services."""

    area = "workspace"
    role_for_reading = Role.ADMIN
    # There are few of them, in the shape of every list.
    pagination_class = CursorPages

    @extend_schema(operation_id="workspaces_providers_list", responses=ProviderSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """Where the key of each service comes from."""
        rows = [shown(state) for state in service_states(self.workspace.pk)]
        return Response({"next": None, "previous": None, "results": rows})


class ProviderDetail(WorkspaceView):
    """The workspace's own key of one service."""

    area = "workspace"
    role_for_reading = role_for_writing = Role.ADMIN

    def _name(self) -> str:
        name = str(self.kwargs["provider"])
        if name not in SERVICES:
            raise Http404
        return name

    @extend_schema(request=SecretSerializer, responses=ProviderSerializer)
    def put(self, request: Request, slug: str, provider: str) -> Response:
        """Keep a key in place of an older one."""
        name = self._name()
        given = SecretSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        save_credential(self.membership, name, given.validated_data["value"])
        return Response(next(shown(s) for s in service_states(self.workspace.pk) if s.service.name == name))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, slug: str, provider: str) -> Response:
        """Forget it."""
        if not remove_credential(self.membership, self._name()):
            raise Http404
        return Response(status=204)
