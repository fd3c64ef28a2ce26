"""Reads about endpoints and deliveries of the open workspace."""

from django.db.models import QuerySet

from aura.webhooks.models import WebhookDelivery, WebhookEndpoint


def endpoints() -> QuerySet[WebhookEndpoint]:
    """The workspace's endpoints, newest first."""
    return WebhookEndpoint.objects.order_by("-created_at", "-id")


def deliveries() -> QuerySet[WebhookDelivery]:
    """The workspace's deliveries with event and endpoint, newest first."""
    return WebhookDelivery.objects.select_related("event", "endpoint").order_by("-created_at", "-id")
