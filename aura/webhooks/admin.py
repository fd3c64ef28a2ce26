"""Staff's view of webhooks. Secrets and whole addresses, which may hold tokens, are not shown."""

from django.contrib import admin

from accounts.admin import ReadOnlyAdmin
from aura.webhooks.models import WebhookDelivery, WebhookEndpoint, WebhookEvent


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(ReadOnlyAdmin):
    list_display = ("name", "host", "workspace", "enabled", "disabled_reason", "failures", "last_delivery_at")
    list_filter = ("enabled", "disabled_reason")
    list_select_related = ("workspace",)
    search_fields = ("id", "description")
    exclude = ("url", "sealed_secrets")


@admin.register(WebhookEvent)
class WebhookEventAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "type", "subject", "workspace")
    list_filter = ("type",)
    list_select_related = ("workspace",)
    search_fields = ("id", "subject")
    show_full_result_count = False


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyAdmin):
    list_display = (
        "created_at",
        "event",
        "endpoint",
        "workspace",
        "state",
        "attempts",
        "response_status",
        "error_code",
    )
    list_filter = ("state", "error_code")
    list_select_related = ("event", "endpoint", "workspace")
    search_fields = ("id",)
    show_full_result_count = False
