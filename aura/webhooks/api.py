"""Outgoing webhooks over HTTP: endpoints, their secrets, the delivery log. For admins and owners."""

from typing import Any, ClassVar, cast
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import WorkspaceView
from accounts.models import Role, User
from aura.http.idempotency import idempotent
from aura.tenancy.models import shape_of
from aura.webhooks import queries, services
from aura.webhooks.catalogue import EVENTS
from aura.webhooks.filters import DeliveryFilter
from aura.webhooks.models import WebhookDelivery, WebhookEndpoint
from aura.webhooks.services import UrlRefused, clean_url

NO_STORE = {"Cache-Control": "no-store"}


class EndpointSerializer(serializers.ModelSerializer[WebhookEndpoint]):
    """An endpoint. Its secret is shown once, by the request that makes it."""

    events = serializers.ListField(
        child=serializers.ChoiceField(list(EVENTS)), allow_empty=False, help_text="events it gets"
    )
    disabled_reason = serializers.ChoiceField(
        ["", *WebhookEndpoint.Off.values], read_only=True, help_text="why it is off, empty where it is on"
    )

    class Meta:
        model = WebhookEndpoint
        fields: ClassVar = [
            "id",
            "url",
            "description",
            "events",
            "enabled",
            "disabled_reason",
            "disabled_at",
            "failures",
            "failing_since",
            "last_delivery_at",
            "old_secret_until",
            "created_at",
        ]
        read_only_fields: ClassVar = ["disabled_at", "failures", "failing_since", "last_delivery_at", "created_at"]

    old_secret_until = serializers.DateTimeField(
        read_only=True, allow_null=True, help_text="until when a secret from before the last rotation signs too"
    )

    def validate_url(self, value: str) -> str:
        try:
            return clean_url(value)
        except UrlRefused as error:
            raise serializers.ValidationError(str(error), code="url_refused") from error

    def validate_events(self, value: list[str]) -> list[str]:
        return list(dict.fromkeys(value))


class NewEndpointSerializer(EndpointSerializer):
    """An endpoint just made, with its secret."""

    secret = serializers.CharField(read_only=True, help_text="whsec_…, shown this once")

    class Meta(EndpointSerializer.Meta):
        fields: ClassVar = [*EndpointSerializer.Meta.fields, "secret"]


class RotateSerializer(serializers.Serializer[Any]):
    """How to rotate."""

    keep_old = serializers.BooleanField(default=True, help_text="let the old secret sign too for 24 hours")


class SecretSerializer(serializers.Serializer[Any]):
    """A new secret, shown this once."""

    secret = serializers.CharField()
    old_secret_until = serializers.DateTimeField(allow_null=True)


class DeliveryErrorSerializer(serializers.Serializer[Any]):
    """Why the last try failed."""

    code = serializers.CharField()
    message = serializers.CharField()


class DeliverySerializer(serializers.ModelSerializer[WebhookDelivery]):
    """The telling of one event to one endpoint. Excerpts are cut and hold no secrets."""

    event = serializers.CharField(source="event.type", read_only=True)
    event_id = serializers.UUIDField(read_only=True, help_text="the webhook-id header")
    endpoint = serializers.UUIDField(source="endpoint_id", read_only=True)
    state = serializers.ChoiceField(WebhookDelivery.State.choices, read_only=True)
    error = serializers.SerializerMethodField()

    class Meta:
        model = WebhookDelivery
        fields: ClassVar = [
            "id",
            "endpoint",
            "event",
            "event_id",
            "state",
            "attempts",
            "next_at",
            "response_status",
            "duration_ms",
            "request_excerpt",
            "response_excerpt",
            "error",
            "created_at",
            "tried_at",
            "finished_at",
        ]
        read_only_fields: ClassVar = fields

    @extend_schema_field(DeliveryErrorSerializer(allow_null=True))
    def get_error(self, delivery: WebhookDelivery) -> dict[str, str] | None:
        if not delivery.error_code:
            return None
        return {"code": delivery.error_code, "message": delivery.error}


class AdminView(WorkspaceView):
    """Base of the views below ``webhooks/``."""

    area = "webhooks"
    role_for_reading = Role.ADMIN
    role_for_writing = Role.ADMIN

    @property
    def user_id(self) -> UUID:
        """Who asks."""
        return cast(User, self.request.user).pk

    def endpoint(self) -> WebhookEndpoint:
        """The endpoint of the path."""
        return get_object_or_404(WebhookEndpoint.objects.all(), pk=self.kwargs["pk"])


class EndpointList(AdminView, generics.ListCreateAPIView[WebhookEndpoint]):
    """The workspace's endpoints."""

    queryset = shape_of(WebhookEndpoint)
    serializer_class = EndpointSerializer

    def get_queryset(self) -> QuerySet[WebhookEndpoint]:
        return queries.endpoints()

    # An Idempotency-Key would keep the answer, and with it the secret.
    @extend_schema(request=EndpointSerializer, responses={201: NewEndpointSerializer})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Add an endpoint. The answer holds its secret, which is never shown again."""
        serializer = EndpointSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        data = dict(serializer.validated_data)
        enabled = data.pop("enabled", True)
        endpoint, secret = services.create_endpoint(**data, user_id=self.user_id)
        if not enabled:
            services.change_endpoint(endpoint, {"enabled": False}, user_id=self.user_id)
        body = EndpointSerializer(WebhookEndpoint.objects.get(pk=endpoint.pk)).data | {"secret": secret}
        location = reverse("api:webhooks:endpoint", args=[endpoint.pk])
        return Response(body, status=201, headers={"Location": location, **NO_STORE})


class EndpointDetail(AdminView, generics.RetrieveUpdateDestroyAPIView[WebhookEndpoint]):
    """One endpoint. Deleting it deletes its delivery log and stops what still waits."""

    queryset = shape_of(WebhookEndpoint)
    serializer_class = EndpointSerializer
    http_method_names = ["get", "patch", "delete", "head", "options"]

    def get_queryset(self) -> QuerySet[WebhookEndpoint]:
        return queries.endpoints()

    def perform_update(self, serializer: serializers.BaseSerializer[WebhookEndpoint]) -> None:
        endpoint = cast(WebhookEndpoint, serializer.instance)
        services.change_endpoint(endpoint, serializer.validated_data, user_id=self.user_id)

    def perform_destroy(self, instance: WebhookEndpoint) -> None:
        services.delete_endpoint(instance, user_id=self.user_id)


class RotateSecretView(AdminView):
    """Secrets of an endpoint."""

    @extend_schema(request=RotateSerializer, responses=SecretSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """Make a new secret. Deliveries are signed with the old one too for 24 hours, unless ``keep_old`` is false."""
        asked = RotateSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        endpoint = self.endpoint()
        secret = services.rotate_secret(endpoint, **asked.validated_data, user_id=self.user_id)
        body = {"secret": secret, "old_secret_until": endpoint.old_secret_until}
        return Response(SecretSerializer(body).data, headers=NO_STORE)


class TestView(AdminView):
    """Trying an endpoint."""

    @extend_schema(request=None, responses={202: DeliverySerializer})
    @idempotent
    def post(self, request: Request, pk: UUID) -> Response:
        """Send the event ``webhook.test``; it is tried once."""
        return _accepted(services.send_test(self.endpoint(), user_id=self.user_id))


class DeliveryList(AdminView, generics.ListAPIView[WebhookDelivery]):
    """The delivery log, newest first."""

    queryset = shape_of(WebhookDelivery)
    serializer_class = DeliverySerializer
    filterset_class = DeliveryFilter

    def get_queryset(self) -> QuerySet[WebhookDelivery]:
        return queries.deliveries()


class DeliveryDetail(AdminView, generics.RetrieveAPIView[WebhookDelivery]):
    """One delivery."""

    queryset = shape_of(WebhookDelivery)
    serializer_class = DeliverySerializer

    def get_queryset(self) -> QuerySet[WebhookDelivery]:
        return queries.deliveries()


class RedeliverView(AdminView):
    """Sending an event again."""

    @extend_schema(request=None, responses={202: DeliverySerializer})
    @idempotent
    def post(self, request: Request, pk: UUID) -> Response:
        """Send the event again under the same ``webhook-id``. A delivery that waits for its next try is sent now."""
        delivery = get_object_or_404(queries.deliveries(), pk=pk)
        return _accepted(services.redeliver(delivery, user_id=self.user_id))


def _accepted(delivery: WebhookDelivery) -> Response:
    location = reverse("api:webhooks:delivery", args=[delivery.pk])
    return Response(DeliverySerializer(delivery).data, status=202, headers={"Location": location})
